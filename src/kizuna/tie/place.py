"""Reading a place: what stands on the account over there, and whether a copy is among it."""

from typing import Final

from kizuna.fetch.port import FetchError
from kizuna.store.store import Row
from kizuna.tie import copy_queries, queries
from kizuna.tie.partners import mastodon, wire
from kizuna.tie.ports import Tie

#: Pages read at most; an account with more above a fence is tried again later.
_MOST_PAGES: Final = 25


class Trouble(Exception):
    """The place cannot be read now."""

    def __init__(self, reason: str, after_ms: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after_ms = after_ms


class AccessRefused(Exception):
    """The partner takes our token no more."""


async def newest_there(tie: Tie, link: Row) -> str:
    """The newest status on the account, "" when there is none. Raises Trouble or AccessRefused."""
    return mastodon.newest([str(status.id) for status in await _page(tie, link, None, None)]) or ""


async def find(tie: Tie, link: Row, copy: Row) -> wire.Status | None:
    """The status above the copy's fence that must be this copy: by our app, with its text, and no other copy.

    Where a server does not tell the app, the text decides. The oldest of several. Raises Trouble or AccessRefused.
    """
    app = await queries.app_of(tie.store.reads, link.app_id)
    found: list[wire.Status] = []
    below: str | None = None
    for _ in range(_MOST_PAGES):
        page = await _page(tie, link, copy.fence or None, below)
        if not page:
            return await _unclaimed(tie, link, found)
        found += [status for status in page if _is_copy(status, copy.text, app.name if app else tie.app_name)]
        lowest = min((str(status.id) for status in page), key=lambda one: (len(one), one))
        if below is not None and (len(lowest), lowest) >= (len(below), below):
            raise Trouble("The list of statuses does not end.")
        below = lowest
    raise Trouble("There are too many new statuses to look through.")


def _is_copy(status: wire.Status, text: str, app_name: str) -> bool:
    name = status.application.name if status.application else None
    return name in (None, app_name) and mastodon.same_text(status.content or "", text)


async def _unclaimed(tie: Tie, link: Row, found: list[wire.Status]) -> wire.Status | None:
    taken = await copy_queries.claimed(tie.store.reads, link.origin, [str(one.id) for one in found])
    free = [status for status in found if str(status.id) not in taken]
    return free[-1] if free else None


async def _page(tie: Tie, link: Row, since: str | None, below: str | None) -> list[wire.Status]:
    request = mastodon.statuses_of(link.origin, link.token, link.account_id, since=since, below=below)
    try:
        answer = await tie.fetch.send(request)
    except FetchError as error:
        raise Trouble(error.reason) from error
    if answer.status == 401:
        raise AccessRefused
    if answer.status != 200:
        raise Trouble(mastodon.reason(answer), mastodon.wait_ms(answer))
    try:
        return mastodon.read(answer, list[wire.Status])
    except mastodon.Malformed as error:
        raise Trouble("The list of statuses could not be read.") from error
