"""The last steps of every list: load in one go, lay the asker's flags over it, present in the order of the ids."""

from collections.abc import Sequence

from kizuna.doors.parts import PublicParts
from kizuna.ground.errors import NotFound
from kizuna.square import entities, queries, render
from kizuna.square.load import load_page, load_status
from kizuna.square.models import NO_FLAGS, Account, Flags, Status
from kizuna.square.relations import viewer_flags


async def present(parts: PublicParts, me: int | None, ids: Sequence[int]) -> list[entities.Status]:
    """Statuses in this order, without those that are gone."""
    rows = await load_page(parts.square.store.reads, ids)
    flags = await _flags(parts, me, rows)
    return [render.status(row, parts.config.url, flags) for row in rows]


async def present_one(parts: PublicParts, me: int | None, status_id: int) -> entities.Status:
    """One status. Raises NotFound."""
    return await present_status(parts, me, await known_status(parts, status_id))


async def present_status(parts: PublicParts, me: int | None, row: Status) -> entities.Status:
    """A status that is loaded already."""
    return render.status(row, parts.config.url, await _flags(parts, me, [row]))


async def known_status(parts: PublicParts, status_id: int) -> Status:
    """A status that stands. Raises NotFound."""
    row = await load_status(parts.square.store.reads, status_id)
    if row is None:
        raise NotFound
    return row


async def known_account(parts: PublicParts, account_id: int) -> Account:
    """An account. Raises NotFound."""
    row = await queries.account(parts.square.store.reads, account_id)
    if row is None:
        raise NotFound
    return row


async def present_accounts(parts: PublicParts, ids: Sequence[int]) -> list[entities.Account]:
    """Accounts in this order, without those that are gone."""
    found = await queries.accounts(parts.square.store.reads, ids)
    return [render.account(found[id_], parts.config.url) for id_ in ids if id_ in found]


async def _flags(parts: PublicParts, me: int | None, rows: Sequence[Status]) -> Flags:
    if me is None or not rows:
        return NO_FLAGS
    return await viewer_flags(parts.square, me, {row.proper.post.id for row in rows})
