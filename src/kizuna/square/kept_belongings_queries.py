"""All SQL on what an account keeps for itself in the store people, when it is taken along or away."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from kizuna.square.tables import ACCOUNT_NOTE, BOOKMARK, FOLLOWED_TAG, MARKER, MUTE, POSTING, THREAD_MUTE
from kizuna.store.store import Db, Row, Tx

_FEW: Final = (THREAD_MUTE, FOLLOWED_TAG, MARKER, POSTING)


async def drop_kept(tx: Tx, account_id: int, most: int) -> bool:
    """Remove what an account keeps, and what others keep about it; False when so many bookmarks are left to remove."""
    some = sa.select(BOOKMARK.c.id).where(BOOKMARK.c.account_id == account_id).limit(most)
    if await tx.run(sa.delete(BOOKMARK).where(BOOKMARK.c.id.in_(some.scalar_subquery()))) == most:
        return False
    for table in _FEW:
        await tx.run(sa.delete(table).where(table.c.account_id == account_id))
    for table in (MUTE, ACCOUNT_NOTE):
        either = sa.or_(table.c.account_id == account_id, table.c.target_id == account_id)
        await tx.run(sa.delete(table).where(either))
    return True


async def bookmarks_after(db: Db, account_id: int, after: int, most: int) -> Sequence[Row]:
    """Bookmarks: (id, post_id), the oldest first."""
    mine = sa.and_(BOOKMARK.c.account_id == account_id, BOOKMARK.c.id > after)
    return await db.all(sa.select(BOOKMARK).where(mine).order_by(BOOKMARK.c.id).limit(most))


async def tags(db: Db, account_id: int) -> Sequence[Row]:
    """Followed hashtags: (id, tag)."""
    return await db.all(sa.select(FOLLOWED_TAG).where(FOLLOWED_TAG.c.account_id == account_id))


async def mutes(db: Db, account_id: int) -> Sequence[Row]:
    """Mutes: (id, target_id, expires_at)."""
    return await db.all(sa.select(MUTE).where(MUTE.c.account_id == account_id).order_by(MUTE.c.id))


async def notes(db: Db, account_id: int) -> Sequence[Row]:
    """Notes on other accounts: (target_id, comment)."""
    mine = ACCOUNT_NOTE.c.account_id == account_id
    return await db.all(sa.select(ACCOUNT_NOTE).where(mine).order_by(ACCOUNT_NOTE.c.target_id))
