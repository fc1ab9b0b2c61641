"""Blocks, and how somebody follows. Both decide together with public rows, so both lie beside them."""

from collections.abc import Collection, Iterable
from typing import Final

import sqlalchemy as sa

from kizuna.square.models import Edge, Page
from kizuna.square.page_queries import both, read_page
from kizuna.square.tables import BLOCK, FOLLOW, FOLLOW_OPTION
from kizuna.store.dialect import insert_ignore, upsert
from kizuna.store.store import Db, Tx

_account_id: Final[sa.BindParameter[int]] = sa.bindparam("account_id")
_other_id: Final[sa.BindParameter[int]] = sa.bindparam("other_id")
_ids: Final[sa.BindParameter[list[int]]] = sa.bindparam("ids", expanding=True)

_BLOCK: Final = insert_ignore(BLOCK)
_UNBLOCK: Final = sa.delete(BLOCK).where(BLOCK.c.account_id == _account_id, BLOCK.c.target_id == _other_id)
_BLOCKING: Final = sa.select(BLOCK.c.target_id).where(
    BLOCK.c.account_id == _account_id, BLOCK.c.target_id.in_(_ids)
)
_BLOCKERS: Final = sa.select(BLOCK.c.account_id).where(
    BLOCK.c.target_id == _account_id, BLOCK.c.account_id.in_(_ids)
)
_ALL_BLOCKED: Final = sa.select(BLOCK.c.target_id).where(BLOCK.c.account_id == _account_id)
_ALL_BLOCKERS: Final = sa.select(BLOCK.c.account_id).where(BLOCK.c.target_id == _account_id)
_BLOCKS: Final = both(
    sa.select(BLOCK.c.id, BLOCK.c.target_id).where(BLOCK.c.account_id == _account_id), BLOCK.c.id
)

_SET_OPTION: Final = upsert(FOLLOW_OPTION, ["follower_id", "followee_id"], ["boosts", "notify"])
_DROP_OPTION: Final = sa.delete(FOLLOW_OPTION).where(
    FOLLOW_OPTION.c.follower_id == _account_id, FOLLOW_OPTION.c.followee_id == _other_id
)
_OPTIONS: Final = sa.select(
    FOLLOW_OPTION.c.followee_id, FOLLOW_OPTION.c.boosts, FOLLOW_OPTION.c.notify
).where(FOLLOW_OPTION.c.follower_id == _account_id, FOLLOW_OPTION.c.followee_id.in_(_ids))
_WITHOUT_BOOSTS: Final = sa.select(FOLLOW_OPTION.c.followee_id).where(
    FOLLOW_OPTION.c.follower_id == _account_id, FOLLOW_OPTION.c.boosts.is_(sa.false())
)
_TO_TELL: Final = (
    sa.select(FOLLOW.c.id, FOLLOW.c.follower_id)
    .join_from(
        FOLLOW_OPTION,
        FOLLOW,
        sa.and_(
            FOLLOW.c.follower_id == FOLLOW_OPTION.c.follower_id,
            FOLLOW.c.followee_id == FOLLOW_OPTION.c.followee_id,
        ),
    )
    .where(FOLLOW_OPTION.c.followee_id == _account_id, FOLLOW_OPTION.c.notify.is_(sa.true()))
)


async def make_block(tx: Tx, account_id: int, target_id: int) -> bool:
    """Insert a block; False when there is one."""
    row = {"id": tx.new_id(), "account_id": account_id, "target_id": target_id}
    return await tx.run(_BLOCK, row) == 1


async def remove_block(tx: Tx, account_id: int, target_id: int) -> bool:
    """Remove a block; False when there is none."""
    return await tx.run(_UNBLOCK, {"account_id": account_id, "other_id": target_id}) == 1


async def blocking(db: Db, account_id: int, ids: Collection[int]) -> set[int]:
    """Which of these the account blocks."""
    return {row.target_id for row in await db.all(_BLOCKING, {"account_id": account_id, "ids": ids})}


async def blockers(db: Db, account_id: int, ids: Collection[int]) -> set[int]:
    """Which of these block the account. For decisions only: who is blocked is never told."""
    return {row.account_id for row in await db.all(_BLOCKERS, {"account_id": account_id, "ids": ids})}


async def apart(db: Db, account_id: int, ids: Collection[int]) -> set[int]:
    """Which of these a block keeps apart from the account, whoever made it."""
    if not ids:
        return set()
    return await blocking(db, account_id, ids) | await blockers(db, account_id, ids)


async def all_apart(db: Db, account_id: int) -> frozenset[int]:
    """Everybody whom a block keeps apart from the account, whoever made it."""
    params = {"account_id": account_id}
    own = [row.target_id for row in await db.all(_ALL_BLOCKED, params)]
    return frozenset(own + [row.account_id for row in await db.all(_ALL_BLOCKERS, params)])


async def blocks(db: Db, account_id: int, page: Page) -> list[Edge]:
    """Whom an account blocks."""
    return [Edge(*row) for row in await read_page(db, _BLOCKS, page, {"account_id": account_id})]


async def set_follow_option(tx: Tx, follower_id: int, followee_id: int, boosts: bool, notify: bool) -> None:
    """Keep how somebody follows; the usual way keeps no row."""
    if boosts and not notify:
        await drop_follow_option(tx, follower_id, followee_id)
        return
    row = {"follower_id": follower_id, "followee_id": followee_id, "boosts": boosts, "notify": notify}
    await tx.run(_SET_OPTION, row)


async def drop_follow_option(tx: Tx, follower_id: int, followee_id: int) -> None:
    """A follow has ended, or goes the usual way."""
    await tx.run(_DROP_OPTION, {"account_id": follower_id, "other_id": followee_id})


async def follow_options(db: Db, follower_id: int, ids: Iterable[int]) -> dict[int, tuple[bool, bool]]:
    """(boosts, notify) by followee, where it is not the usual way."""
    rows = await db.all(_OPTIONS, {"account_id": follower_id, "ids": list(ids)})
    return {row.followee_id: (row.boosts, row.notify) for row in rows}


async def without_boosts(db: Db, follower_id: int) -> frozenset[int]:
    """Those whom the account follows without their boosts."""
    rows = await db.all(_WITHOUT_BOOSTS, {"account_id": follower_id})
    return frozenset(row.followee_id for row in rows)


async def followers_to_tell(db: Db, followee_id: int) -> dict[int, int]:
    """Those who want word of each post of an account, with the ids of their follows: older posts are no news."""
    rows = await db.all(_TO_TELL, {"account_id": followee_id})
    return {row.follower_id: row.id for row in rows}
