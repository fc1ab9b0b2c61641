"""What one viewer may open on the square. Absent, and kept apart by a block, look the same (docs/decisions/021)."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import msgspec

from kizuna.ground.errors import NotFound
from kizuna.square import block_queries
from kizuna.square.load import load_page, load_status
from kizuna.square.models import Account, Page, Status
from kizuna.square.ports import Square

MOST_ROUNDS: Final = 5
Lines = Sequence[tuple[int, int]]
Find = Callable[[Page], Awaitable[Lines]]


class Listing(msgspec.Struct, frozen=True):
    """A page of a list as one viewer sees it. ``older`` is below which cursor the next page begins, None at the end."""

    statuses: list[Status]
    newest: int | None = None
    older: int | None = None


async def known_status(square: Square, viewer_id: int | None, status_id: int) -> Status:
    """A status that stands, for somebody whom no block keeps apart from it. Raises NotFound."""
    row = await load_status(square.store.reads, status_id)
    if row is None or row.is_by((await square.sights.of(viewer_id)).apart):
        raise NotFound
    return row


async def known_account(square: Square, viewer_id: int | None, row: Account | None) -> Account:
    """An account as it was found, absent for whom it blocks. Raises NotFound."""
    if row is None or (viewer_id is not None and await hides_itself(square, viewer_id, row.id)):
        raise NotFound
    return row


async def hides_itself(square: Square, viewer_id: int, account_id: int) -> bool:
    """Whether an account blocks the viewer. Who blocks it too sees it, to be able to end that."""
    if account_id not in (await square.sights.of(viewer_id)).apart:
        return False
    return not await block_queries.blocking(square.store.reads, viewer_id, [account_id])


async def listed(square: Square, page: Page, find: Find, hidden: frozenset[int]) -> Listing:
    """A page of a list of (cursor, status id) lines. What is gone or hidden is made up for from further down."""
    shown: list[Status] = []
    newest = older = None
    rest = page
    for _ in range(MOST_ROUNDS):
        lines = await find(rest)
        rows = await load_page(square.store.reads, [status_id for _, status_id in lines])
        shown += [row for row in rows if not row.is_by(hidden)] if hidden else rows
        newest = lines[0][0] if lines and newest is None else newest
        older = lines[-1][0] if len(lines) >= rest.limit else None
        missing = page.limit - len(shown)
        if older is None or missing == 0 or page.min_id is not None:
            break
        rest = msgspec.structs.replace(page, max_id=older, limit=missing)
    return Listing(shown, newest, older)


def by_id(find: Callable[[Page], Awaitable[Sequence[int]]]) -> Find:
    """A list whose cursors are the ids of its statuses."""

    async def lines(page: Page) -> Lines:
        return [(one, one) for one in await find(page)]

    return lines
