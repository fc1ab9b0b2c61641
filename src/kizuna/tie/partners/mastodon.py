"""The Mastodon client API, as its client (pure): requests are written, answers are read, nothing is sent.

Spoken by Mastodon and many others, another Kizuna among them, so nothing beyond the documented API is relied on.
"""

import re
from collections.abc import Mapping
from typing import Final, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from kizuna.fetch.port import Request, Response
from kizuna.tie.models import Limit
from kizuna.tie.partners import wire
from kizuna.tie.sanitise import visible_text

_LONGEST_REASON: Final = 200
_LONGEST_WAIT_S: Final = 3600.0
#: Statuses asked for at once, the most that Mastodon gives.
PAGE: Final = 40
_TIMELINE_BYTES: Final = 4 * 1024 * 1024
_SILENCE_S: Final = 90.0
_LINE_BYTES: Final = 512 * 1024
#: A copy becomes no more HTML than this, and this for each of its characters (a text made of hashtags comes near).
_FRAME_HTML: Final = 2000
_HTML_PER_CHARACTER: Final = 50
_PURE_MASTODON: Final = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+(?:[-+][\w.+-]*)?\Z")
_UNPRINTED: Final = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069]+")
T = TypeVar("T")


class Malformed(Exception):
    """An answer that is not what the API promises (a web page, half a JSON, wrong types)."""


class Credentials(msgspec.Struct, frozen=True):
    """What an app is called at a partner."""

    client_id: str
    client_secret: str


def scopes_for(*, copies_out: bool, home_in: bool) -> tuple[str, ...]:
    """The least that the consents need.

    `read:accounts` tells whose account it is; copies need `write:statuses`, and `read:statuses` to look whether one
    stands there; the home needs `read:statuses`.
    """
    scopes = ["read:accounts"]
    if copies_out or home_in:
        scopes.append("read:statuses")
    if copies_out:
        scopes.append("write:statuses")
    return tuple(scopes)


def covers(granted: str, wanted: tuple[str, ...]) -> bool:
    """Whether granted scopes (separated by spaces) include the wanted ones; `read` includes `read:statuses`."""
    have = set(granted.split())
    return all(scope in have or scope.partition(":")[0] in have for scope in wanted)


def register(origin: str, name: str, redirect_uri: str, scopes: str, website: str) -> Request:
    """Introduce our app. Answer: `wire.App`."""
    fields = {"client_name": name, "redirect_uris": redirect_uri, "scopes": scopes, "website": website}
    return _post(origin, "/api/v1/apps", fields)


def app_token(origin: str, app: Credentials, redirect_uri: str, scopes: str) -> Request:
    """A token for the app itself. Refused when the server does not know the app any more."""
    fields = {"redirect_uri": redirect_uri, "scope": scopes}
    return _post(origin, "/oauth/token", {"grant_type": "client_credentials", **_app(app), **fields})


def authorize_url(
    origin: str, app: Credentials, redirect_uri: str, scopes: str, state: str, challenge: str
) -> str:
    """Where the person goes to allow it (RFC 6749 section 4.1.1, RFC 7636)."""
    fields = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": redirect_uri,
        "scope": scopes,
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{origin}/oauth/authorize?{urlencode(fields)}"


def exchange(origin: str, app: Credentials, redirect_uri: str, code: str, verifier: str) -> Request:
    """The code for a token. Answer: `wire.Token`."""
    fields = {"redirect_uri": redirect_uri, "code": code, "code_verifier": verifier}
    return _post(origin, "/oauth/token", {"grant_type": "authorization_code", **_app(app), **fields})


def revoke(origin: str, app: Credentials, token: str) -> Request:
    """Give a token back (RFC 7009)."""
    return _post(origin, "/oauth/revoke", {**_app(app), "token": token})


def verify_credentials(origin: str, token: str) -> Request:
    """Whose token it is. Answer: `wire.Account`."""
    return _get(origin, "/api/v1/accounts/verify_credentials", token)


def instance(origin: str, version: int = 2) -> Request:
    """What the server is. Answer: `wire.Instance`."""
    return _get(origin, f"/api/v{version}/instance", None)


def post(origin: str, token: str, text: str, key: str) -> Request:
    """A public status. Answer: `wire.Posted`. The same key again makes no second one (for an hour, on Mastodon)."""
    request = _post(origin, "/api/v1/statuses", {"status": text, "visibility": "public"})
    headers = {**request.headers, **_bearer(token), "idempotency-key": key}
    return msgspec.structs.replace(request, headers=headers)


def edit(origin: str, token: str, status_id: str, text: str) -> Request:
    """Give a status another text. Doing it twice is doing it once. Answer: `wire.Posted`."""
    request = _post(origin, f"/api/v1/statuses/{quote(status_id, safe='')}", {"status": text})
    headers = {**request.headers, **_bearer(token)}
    return msgspec.structs.replace(request, method="PUT", headers=headers)


def status(origin: str, token: str, status_id: str) -> Request:
    """One status. Answer: `wire.Status`."""
    return _get(origin, f"/api/v1/statuses/{quote(status_id, safe='')}", token)


def delete(origin: str, token: str, status_id: str) -> Request:
    """Remove a status; 404 says that it is not there, which is as good."""
    path = f"/api/v1/statuses/{quote(status_id, safe='')}"
    return Request("DELETE", origin + path, _headers(token))


def statuses_of(origin: str, token: str, account_id: str, *, since: str | None, below: str | None) -> Request:
    """An account's own statuses, newest first. Answer: list of `wire.Status`."""
    query = _window(since, below, exclude_reblogs="true")
    return _get(origin, f"/api/v1/accounts/{quote(account_id, safe='')}/statuses", token, query)


def home(origin: str, token: str, *, since: str | None, below: str | None) -> Request:
    """The home timeline, newest first. Answer: list of `wire.Status`."""
    return _get(origin, "/api/v1/timelines/home", token, _window(since, below))


def tag_public(origin: str, tag: str) -> Request:
    """What everybody may read with a hashtag, newest first. Answer: list of `wire.Status`."""
    return _get(origin, f"/api/v1/timelines/tag/{quote(tag, safe='')}", None, {"limit": str(PAGE)})


def lookup(origin: str, acct: str) -> Request:
    """An account by its handle, as everybody may find it. Answer: `wire.Account`."""
    return _get(origin, "/api/v1/accounts/lookup", None, {"acct": acct})


def account_public(origin: str, account_id: str) -> Request:
    """What everybody may read of an account: its own posts, newest first. Answer: list of `wire.Status`."""
    fields = {"limit": str(PAGE), "exclude_reblogs": "true", "exclude_replies": "true"}
    return _get(origin, f"/api/v1/accounts/{quote(account_id, safe='')}/statuses", None, fields)


def user_stream(origin: str, token: str) -> Request:
    """What happens at the home of an account, as server-sent events: update, status.update, delete and others.

    Servers send a comment every 15 to 30 seconds, so a longer silence is a dead connection.
    """
    headers = {"accept": "text/event-stream", **_bearer(token)}
    return Request("GET", f"{origin}/api/v1/streaming/user", headers, timeout=_SILENCE_S, limit=_LINE_BYTES)


def read(answer: Response, kind: type[T]) -> T:
    """The body as what it should be. Raises Malformed."""
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"not a {kind}: {error}") from error


def read_statuses(answer: Response) -> list[wire.Status]:
    """The statuses of a timeline, without those that cannot be read: one odd post must not hide all others.

    Raises Malformed when it is no list.
    """
    found: list[wire.Status] = []
    for one in read(answer, list[msgspec.Raw]):
        try:
            found.append(msgspec.json.decode(one, type=wire.Status))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
    return found


def reason(answer: Response) -> str:
    """The partner's own words for a refusal, as one short line; its status where it has none."""
    try:
        problem = msgspec.json.decode(answer.body, type=wire.Problem)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        problem = wire.Problem()
    words = _UNPRINTED.sub(" ", problem.error_description or problem.error).strip()
    return words[:_LONGEST_REASON] or f"HTTP {answer.status}"


def wait_ms(answer: Response) -> int:
    """How long the partner asks us to wait (Retry-After in seconds); 0 when it does not say, an hour at most."""
    try:
        seconds = float(answer.headers.get("retry-after", "0"))
    except ValueError:
        return 0
    return round(min(max(seconds, 0.0), _LONGEST_WAIT_S) * 1000) if seconds == seconds else 0


def limit_of(found: wire.Instance) -> Limit:
    """How the server counts. Mastodon itself counts grapheme clusters; of others that is not known, so code points."""
    statuses = found.configuration.statuses if found.configuration else None
    most = (statuses.max_characters if statuses else None) or found.max_toot_chars or 500
    url = statuses.characters_reserved_per_url if statuses else None
    unit = "grapheme" if _PURE_MASTODON.match(found.version) else "point"
    return Limit(most=most, url=url, unit=unit)


def web_url(text: str | None) -> str:
    """An address for a link on a page: http or https with a host, or nothing."""
    if not text or _UNPRINTED.search(text):
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return text if parts.scheme in ("http", "https") and parts.hostname else ""


def newest(ids: list[str]) -> str | None:
    """The newest of some ids: longer is newer, then the greater text (documented for clients)."""
    return max(ids, key=lambda one: (len(one), one), default=None)


def same_text(content: str, text: str) -> bool:
    """Whether a status' HTML shows this text, whatever the server did to spaces, links and invisible characters."""
    if len(content) > _FRAME_HTML + _HTML_PER_CHARACTER * len(text):
        return False  # reading all that a liar may send would take minutes
    return _bare(visible_text(content)) == _bare(text)


def _bare(text: str) -> str:
    return "".join(_UNPRINTED.sub("", text).split()).casefold()


def _window(since: str | None, below: str | None, **fields: str) -> dict[str, str]:
    query = {"limit": str(PAGE), **fields}
    if since:
        query["since_id"] = since
    if below:
        query["max_id"] = below
    return query


def _headers(token: str | None) -> dict[str, str]:
    return {"accept": "application/json", **(_bearer(token) if token else {})}


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def _app(app: Credentials) -> dict[str, str]:
    return {"client_id": app.client_id, "client_secret": app.client_secret}


def _get(origin: str, path: str, token: str | None, query: Mapping[str, str] | None = None) -> Request:
    url = f"{origin}{path}?{urlencode(query)}" if query else origin + path
    return Request("GET", url, _headers(token), limit=_TIMELINE_BYTES)


def _post(origin: str, path: str, fields: Mapping[str, str]) -> Request:
    headers = {**_headers(None), "content-type": "application/x-www-form-urlencoded"}
    return Request("POST", origin + path, headers, urlencode(fields).encode())
