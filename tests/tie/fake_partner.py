"""A partner in memory: a server of the Mastodon API behind the `Fetch` port, with faults at will."""

import asyncio
import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from html import escape
from itertools import count
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

from kizuna.fetch.port import FetchAnswered, FetchFailed, FetchUnanswered, Request, Response

Json = dict[str, Any]


class Crash(BaseException):
    """Our own process dies at this moment."""


class FakePartner:
    """One server with accounts; `faults` are taken one per request, in order ("" for none).

    lost: never arrives. silent: processed, no answer. late: no answer, processed `late_ms` afterwards. broken:
    processed, then an error 500. down: 503, not processed. closed: nobody listens. busy: 429. garbage: processed, then
    a web page. die: we crash before it arrives. die_after: processed, and we crash before the answer.
    """

    def __init__(
        self, now_ms: Callable[[], int], host: str = "partner.test", *, remembers_keys: bool = True
    ) -> None:
        self.host = host
        self.origin = f"https://{host}"
        self.requests: list[Request] = []
        self.faults: list[str] = []
        self.late_ms = 20_000
        self.edits = True
        self.events: asyncio.Queue[tuple[str, str] | Exception | None] = asyncio.Queue()
        self.opened: list[Request] = []
        self.edited: list[tuple[str, str]] = []
        self.tokens: dict[str, str] = {}
        self.statuses: dict[str, Json] = {}
        self.homes: dict[str, list[Json]] = {}
        self.ever: list[str] = []
        self.instance: Json = {"version": "4.5.0", "configuration": {"statuses": {"max_characters": 500}}}
        self.answers: dict[str, Response] = {}
        self._now_ms = now_ms
        self._remembers_keys = remembers_keys
        self._keys: dict[tuple[str, str], str] = {}
        self._apps: dict[str, Json] = {}
        self._codes: dict[str, Json] = {}
        self._late: list[tuple[int, Request]] = []
        self._serial = count(1)

    # What happens over there without us.

    def approve(self, url: str, account_id: str = "1", scope: str | None = None) -> tuple[str, str]:
        """The person allows it on the page at this URL; answers state and code."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        app = self._apps[query["client_id"]]
        assert query["redirect_uri"] == app["redirect_uris"]
        assert query["code_challenge_method"] == "S256"
        code = f"code{next(self._serial)}"
        self._codes[code] = {**query, "account": account_id, "scope": scope or query["scope"]}
        return query["state"], code

    def forget_apps(self) -> None:
        """The server loses its registrations."""
        self._apps.clear()

    def write(self, account_id: str, text: str, app: str | None = None, **fields: Any) -> Json:
        """A status that somebody over there writes."""
        status_id = str(100 + next(self._serial))
        seconds = self._now_ms() // 1000
        status: Json = {
            "id": status_id,
            "account": {
                "id": account_id,
                "acct": f"user{account_id}",
                "url": f"{self.origin}/@user{account_id}",
            },
            "visibility": "public",
            "content": f"<p>{escape(text)}</p>",
            "url": f"{self.origin}/@user{account_id}/{status_id}",
            "created_at": datetime.fromtimestamp(seconds, UTC).isoformat(),
            "application": {"name": app} if app else None,
            "reblog": None,
            "spoiler_text": "",
            "media_attachments": [],
        }
        return status | fields

    def publish(self, status: Json) -> Json:
        """Put a status on the server."""
        self.statuses[status["id"]] = status
        self.ever.append(status["id"])
        return status

    def texts_of(self, account_id: str = "1") -> list[str]:
        """What stands on an account, oldest first, as text."""
        mine = [one for one in self.statuses.values() if one["account"]["id"] == account_id]
        return [one["content"].removeprefix("<p>").removesuffix("</p>") for one in mine]

    # The port.

    async def send(self, request: Request) -> Response:
        """See `fetch.port.Fetch`."""
        self.arrive()
        self.requests.append(request)
        fault = self.faults.pop(0) if self.faults else ""
        if fault in ("lost", "late"):
            if fault == "late":
                self._late.append((self._now_ms() + self.late_ms, request))
            raise FetchUnanswered("no answer in time")
        if fault == "closed":
            raise FetchFailed("nobody listens")
        if fault in ("down", "busy"):
            return self.say(503 if fault == "down" else 429, {"error": fault}, {"retry-after": "2"})
        if fault == "die":
            raise Crash
        answer = self._process(request)
        if fault == "die_after":
            raise Crash
        if fault == "silent":
            raise FetchUnanswered("the connection broke")
        if fault == "broken":
            return self.say(500, {"error": "broken"})
        if fault == "garbage":
            return Response(200, {"content-type": "text/html"}, b"<html>Welcome</html>", request.url)
        return answer

    async def lines(self, request: Request) -> AsyncGenerator[bytes]:
        """The user stream: what is put into `events`, until None ends it or an exception breaks it."""
        self.opened.append(request)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            raise FetchAnswered("HTTP 401", 401)
        while (event := await self.events.get()) is not None:
            if isinstance(event, Exception):
                raise event
            name, data = event
            for line in (f"event: {name}", f"data: {data}", ""):
                yield line.encode()
        raise FetchUnanswered("the stream ended")

    def arrive(self) -> None:
        """Late requests whose time has come are processed; nobody hears the answer."""
        due = [request for at, request in self._late if at <= self._now_ms()]
        self._late = [(at, request) for at, request in self._late if at > self._now_ms()]
        for request in due:
            self._process(request)

    def _process(self, request: Request) -> Response:
        path = urlsplit(request.url).path
        if path in self.answers:
            return self.answers[path]
        query = dict(parse_qsl(urlsplit(request.url).query))
        form = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
        match (request.method, path.strip("/").split("/")):
            case ("POST", ["api", "v1", "apps"]):
                return self._register(form)
            case ("POST", ["oauth", "token"]):
                return self._token(form)
            case ("POST", ["oauth", "revoke"]):
                self.tokens.pop(form["token"], None)
                return self.say(200, {})
            case ("GET", ["api", "v2", "instance"]):
                return self.say(200, self.instance)
            case ("GET", ["api", "v1", *where]) if "authorization" not in request.headers:
                return self._as_anybody(where, query)
            case _:
                return self._as_person(request, path, query, form)

    def _as_anybody(self, where: list[str], query: dict[str, str]) -> Response:
        """What is answered to who has no token. Statuses say their tags in `tags`, as the API does."""
        public = [one for one in self.statuses.values() if one["visibility"] == "public"]
        match where:
            case ["timelines", "tag", name]:
                named = unquote(name)
                tagged = [one for one in public if named in [tag["name"] for tag in one.get("tags", [])]]
                return self._page(tagged, query)
            case ["accounts", "lookup"] if query["acct"].removeprefix("user").isdigit():
                number = query["acct"].removeprefix("user")
                return self.say(200, {"id": number, "acct": query["acct"]})
            case ["accounts", owner, "statuses"]:
                return self._page([one for one in public if one["account"]["id"] == owner], query)
            case _:
                return self.say(404, {"error": "Record not found"})

    def _as_person(
        self, request: Request, path: str, query: dict[str, str], form: dict[str, str]
    ) -> Response:
        account = self.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if account is None:
            return self.say(401, {"error": "The access token is invalid"})
        match (request.method, path.removeprefix("/api/v1/").split("/")):
            case ("GET", ["accounts", "verify_credentials"]):
                return self.say(
                    200, {"id": account, "acct": f"user{account}", "url": f"{self.origin}/@user{account}"}
                )
            case ("GET", ["accounts", owner, "statuses"]):
                mine = [one for one in self.statuses.values() if one["account"]["id"] == owner]
                return self._page(mine, query)
            case ("GET", ["timelines", "home"]):
                return self._page(self.homes.get(account, []), query)
            case ("POST", ["statuses"]):
                return self._post(account, form, request.headers["idempotency-key"])
            case ("GET", ["statuses", status_id]):
                there = self.statuses.get(status_id)
                return self.say(200, there) if there else self.say(404, {"error": "Record not found"})
            case ("PUT", ["statuses", status_id]) if self.edits:
                return self._edit(status_id, form["status"])
            case ("DELETE", ["statuses", status_id]):
                gone = self.statuses.pop(status_id, None)
                return self.say(200, gone) if gone else self.say(404, {"error": "Record not found"})
            case _:
                return self.say(404, {"error": "Record not found"})

    def _register(self, form: dict[str, str]) -> Response:
        client_id = f"app{next(self._serial)}"
        self._apps[client_id] = form | {"secret": f"secret-{client_id}"}
        return self.say(200, {"client_id": client_id, "client_secret": f"secret-{client_id}"})

    def _token(self, form: dict[str, str]) -> Response:
        app = self._apps.get(form["client_id"])
        if app is None or app["secret"] != form["client_secret"]:
            return self.say(401, {"error": "invalid_client"})
        if form["grant_type"] == "client_credentials":
            return self.say(200, {"access_token": "app", "scope": form["scope"]})
        grant = self._codes.pop(form["code"], None)
        proof = (
            urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        )
        if grant is None or grant["code_challenge"] != proof or grant["redirect_uri"] != form["redirect_uri"]:
            return self.say(400, {"error": "invalid_grant", "error_description": "The code is not valid."})
        token = f"token{next(self._serial)}"
        self.tokens[token] = grant["account"]
        return self.say(200, {"access_token": token, "scope": grant["scope"]})

    def _post(self, account: str, form: dict[str, str], key: str) -> Response:
        known = self._keys.get((account, key)) if self._remembers_keys else None
        if known is not None:
            again = self.statuses.get(known)
            return self.say(200, again) if again else self.say(404, {"error": "Record not found"})
        app = next(iter(self._apps.values()))["client_name"]
        status = self.publish(self.write(account, form["status"], app))
        self._keys[account, key] = status["id"]
        return self.say(200, status)

    def _edit(self, status_id: str, text: str) -> Response:
        """As Mastodon: the same text again is no edit."""
        there = self.statuses.get(status_id)
        if there is None:
            return self.say(404, {"error": "Record not found"})
        content = f"<p>{escape(text)}</p>"
        if there["content"] != content:
            there["content"] = content
            self.edited.append((status_id, text))
        return self.say(200, there)

    def _page(self, statuses: list[Json], query: dict[str, str]) -> Response:
        since, below = int(query.get("since_id", 0)), int(query.get("max_id", 10**18))
        found = [one for one in statuses if since < int(one["id"]) < below]
        newest = sorted(found, key=lambda one: -int(one["id"]))[: int(query.get("limit", 20))]
        return self.say(200, newest)

    def say(self, status: int, body: object, headers: dict[str, str] | None = None) -> Response:
        """An answer as JSON."""
        return Response(status, headers or {}, json.dumps(body).encode(), self.origin)
