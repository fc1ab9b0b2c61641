"""What a source answers, read (pure but for the asking): items to keep, or why there are none."""

import asyncio
from typing import Final

import msgspec

from kizuna.fetch.port import Fetch, FetchError, FetchRefused, Request, Response
from kizuna.store.store import Row
from kizuna.tie.address import host_of
from kizuna.tie.inbound import moment_ms, readable, row_of
from kizuna.tie.partners import mastodon, wire
from kizuna.tie.sanitise import plain_line
from kizuna.tie.windows import feed as feeds
from kizuna.tie.windows.address import item_address
from kizuna.tie.windows.models import SourceState

_LONGEST_MARK: Final = 300
_TIMEOUT_S: Final = 20.0
#: How far the clocks of two servers may differ: what says that it was written later was written now.
_SKEW_MS: Final = 5 * 60 * 1000


class Trouble(Exception):
    """A source cannot be read now."""

    def __init__(self, state: SourceState, after_ms: int = 0) -> None:
        super().__init__(state.value)
        self.state = state
        self.after_ms = after_ms


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """One look at a source.

    ``rows`` are items without our ids, oldest first. ``whole_from``: from this id on the source has shown all that
    there is (None: it does not say so, or nothing is new). ``changes`` are columns of the source.
    """

    unchanged: bool = False
    """It says the same as the last time, and was not told again."""
    rows: list[dict[str, object]] = []
    whole_from: str | None = None
    changes: dict[str, object] = {}


async def look(fetch: Fetch, source: Row, now_ms: int) -> Look:
    """Read a source as anybody may: without a token. Raises Trouble."""
    if source.kind == "feed":
        return await _feed(fetch, source, now_ms)
    account_id = await _account_id(fetch, source) if source.kind == "account" else ""
    asked = (
        mastodon.tag_public(source.origin, source.name)
        if source.kind == "tag"
        else mastodon.account_public(source.origin, account_id)
    )
    answer = await _answer(fetch, asked)
    try:
        found = mastodon.read_statuses(answer)
    except mastodon.Malformed as error:
        raise Trouble(SourceState.UNREADABLE) from error
    rows = [
        _status_row(one, source, now_ms) for one in reversed(found) if readable(one) and one.reblog is None
    ]
    lowest = min((_order(str(one.id)) for one in found), default=(0, ""))
    changes: dict[str, object] = {"account_id": account_id} if account_id else {}
    rows = [row for row in rows if row["address"] and str(row["remote_id"]).isprintable()]
    return Look(rows=rows, whole_from=lowest[1], changes=changes)


def is_gone(remote_id: str, look: Look, shown: set[str]) -> bool:
    """Whether a kept item is not there any more: it belongs where the source showed all, and was not shown."""
    if look.whole_from is None or remote_id in shown:
        return False
    return _order(remote_id) >= _order(look.whole_from)


def _order(remote_id: str) -> tuple[int, str]:
    return len(remote_id), remote_id


def _status_row(status: wire.Status, source: Row, now_ms: int) -> dict[str, object]:
    kept = row_of(status, source.origin, now_ms)
    address = item_address(mastodon.web_url(status.url) or mastodon.web_url(status.uri))
    written = min(moment_ms(status.created_at, now_ms), now_ms + _SKEW_MS)
    own = {name: kept[name] for name in ("remote_id", "url", "author_name", "author_acct", "author_url")}
    words = {name: kept[name] for name in ("warning", "html", "attachments")}
    return {
        **own,
        **words,
        "title": "",
        "address": address,
        "vouched": host_of(address) == host_of(source.origin),
        "written_at": written,
    }


async def _account_id(fetch: Fetch, source: Row) -> str:
    if source.account_id:
        return source.account_id
    answer = await _answer(fetch, mastodon.lookup(source.origin, source.name))
    try:
        found = str(mastodon.read(answer, wire.Account).id)
    except mastodon.Malformed as error:
        raise Trouble(SourceState.UNREADABLE) from error
    if not found.isprintable():
        raise Trouble(SourceState.UNREADABLE)
    return found


async def _feed(fetch: Fetch, source: Row, now_ms: int) -> Look:
    headers = {"accept": "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.8"}
    if source.etag:
        headers["if-none-match"] = source.etag
    if source.modified:
        headers["if-modified-since"] = source.modified
    url = source.origin + source.name
    answer = await _answer(fetch, Request("GET", url, headers, timeout=_TIMEOUT_S, limit=feeds.BYTES))
    if answer.status == 304:
        return Look(unchanged=True)
    try:
        # Two megabytes made to hurt take tenths of a second, in which nobody else should wait.
        found = await asyncio.to_thread(feeds.read_feed, answer.body, answer.url)
    except feeds.NoFeed as error:
        raise Trouble(SourceState.UNREADABLE) from error
    changes: dict[str, object] = {
        "title": found.title,
        "etag": _mark(answer, "etag"),
        "modified": _mark(answer, "last-modified"),
    }
    return Look(rows=[_entry_row(one, source, found, now_ms) for one in found.entries], changes=changes)


def _mark(answer: Response, name: str) -> str | None:
    """A validator, if it may be sent back as it is."""
    value = answer.headers.get(name, "")
    return (
        value if value and len(value) <= _LONGEST_MARK and value.isascii() and value.isprintable() else None
    )


def _entry_row(entry: feeds.Entry, source: Row, found: feeds.Feed, now_ms: int) -> dict[str, object]:
    return {
        "remote_id": entry.remote_id,
        "address": entry.address,
        "vouched": host_of(entry.address) == host_of(source.origin),
        "url": entry.url or found.url or mastodon.web_url(source.origin + source.name),
        "author_name": entry.author or found.title or plain_line(host_of(source.origin)),
        "author_acct": host_of(source.origin),
        "author_url": found.url,
        "title": entry.title,
        "warning": "",
        "html": entry.html,
        "attachments": 0,
        "written_at": min(entry.written_at or now_ms, now_ms + _SKEW_MS),
    }


async def _answer(fetch: Fetch, request: Request) -> Response:
    try:
        answer = await fetch.send(request)
    except FetchRefused as error:
        redirected = error.reason.startswith("redirected")
        raise Trouble(SourceState.REDIRECTED if redirected else SourceState.FORBIDDEN) from error
    except FetchError as error:
        large = "too large" in error.reason
        raise Trouble(SourceState.TOO_LARGE if large else SourceState.UNREACHABLE) from error
    match answer.status:
        case 200 | 304:
            return answer
        case 401 | 403 | 407 | 422 | 451:
            raise Trouble(SourceState.REFUSED)
        case 404 | 410:
            raise Trouble(SourceState.ABSENT)
        case 301 | 302 | 303 | 307 | 308:
            raise Trouble(SourceState.REDIRECTED)
        case _:
            raise Trouble(SourceState.UNREACHABLE, mastodon.wait_ms(answer))
