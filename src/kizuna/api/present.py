"""The last steps of every list: load in one go, lay the asker's flags over it, present in the order of the ids."""

from collections.abc import Sequence

from kizuna.doors.parts import PublicParts
from kizuna.ground.errors import NotFound
from kizuna.square import entities, queries, render, seen
from kizuna.square.load import load_page, load_status
from kizuna.square.models import NO_FLAGS, Account, Flags, Status
from kizuna.square.relations import viewer_flags
from kizuna.square.sight import NOBODY


async def present(
    parts: PublicParts, me: int | None, ids: Sequence[int], hidden: frozenset[int] | None = None
) -> list[entities.Status]:
    """Statuses in this order, without those that are gone, or by somebody ``hidden``.

    Where nothing else is said these are the accounts that a block keeps apart from the asker.
    """
    rows = await load_page(parts.square.store.reads, ids)
    if hidden is None:
        hidden = (await parts.square.sights.of(me)).apart
    if hidden:
        rows = [row for row in rows if not row.is_by(hidden)]
    return await present_rows(parts, me, rows)


async def present_rows(parts: PublicParts, me: int | None, rows: Sequence[Status]) -> list[entities.Status]:
    """Statuses that are loaded already."""
    flags = await _flags(parts, me, rows)
    return [render.status(row, parts.config.url, flags) for row in rows]


async def present_one(parts: PublicParts, me: int | None, status_id: int) -> entities.Status:
    """One status, whoever wrote it: for the answer to what the asker has just done. Raises NotFound."""
    row = await load_status(parts.square.store.reads, status_id)
    if row is None:
        raise NotFound
    return await present_status(parts, me, row)


async def present_status(parts: PublicParts, me: int | None, row: Status) -> entities.Status:
    """A status that is loaded already."""
    return render.status(row, parts.config.url, await _flags(parts, me, [row]))


async def known_status(parts: PublicParts, me: int | None, status_id: int) -> Status:
    """A status that stands, for somebody whom no block keeps apart from it. Raises NotFound."""
    return await seen.known_status(parts.square, me, status_id)


async def known_account(parts: PublicParts, me: int | None, account_id: int) -> Account:
    """An account, absent for whom it blocks. Raises NotFound."""
    row = await queries.account(parts.square.store.reads, account_id)
    return await seen.known_account(parts.square, me, row)


async def present_accounts(
    parts: PublicParts, ids: Sequence[int], hidden: frozenset[int] = NOBODY
) -> list[entities.Account]:
    """Accounts in this order, without those that are gone or ``hidden``."""
    ids = [one for one in ids if one not in hidden]
    found = await queries.accounts(parts.square.store.reads, ids)
    return [render.account(found[id_], parts.config.url) for id_ in ids if id_ in found]


async def _flags(parts: PublicParts, me: int | None, rows: Sequence[Status]) -> Flags:
    if me is None or not rows:
        return NO_FLAGS
    return await viewer_flags(parts.square, me, {row.proper.post.id for row in rows})
