"""All SQL on taking an account's things along, and away."""

from collections.abc import Sequence

import sqlalchemy as sa

from kizuna.square.tables import ACCOUNT, BLOCK, FAVOURITE, FOLLOW, FOLLOW_OPTION, MENTION, POST
from kizuna.store.store import Db, Row, Tx


async def standing_posts(db: Db, account_id: int, most: int) -> Sequence[int]:
    """Posts and boosts of an account that stand, the newest first."""
    mine = sa.and_(POST.c.account_id == account_id, POST.c.deleted_at.is_(None))
    rows = await db.all(sa.select(POST.c.id).where(mine).order_by(POST.c.id.desc()).limit(most))
    return [row.id for row in rows]


async def follows_of(db: Db, account_id: int, most: int) -> Sequence[Row]:
    """Follows from and to an account: (follower_id, followee_id)."""
    either = sa.or_(FOLLOW.c.follower_id == account_id, FOLLOW.c.followee_id == account_id)
    return await db.all(sa.select(FOLLOW.c.follower_id, FOLLOW.c.followee_id).where(either).limit(most))


async def favourites_of(db: Db, account_id: int, most: int) -> Sequence[int]:
    """The posts that an account favours."""
    mine = sa.select(FAVOURITE.c.post_id).where(FAVOURITE.c.account_id == account_id)
    return [row.post_id for row in await db.all(mine.limit(most))]


async def drop_account(tx: Tx, account_id: int) -> bool:
    """Remove an account that has nothing left but the empty rows of its posts; they go too. Whether it was there."""
    await tx.run(sa.delete(MENTION).where(MENTION.c.account_id == account_id))
    blocks = sa.or_(BLOCK.c.account_id == account_id, BLOCK.c.target_id == account_id)
    await tx.run(sa.delete(BLOCK).where(blocks))
    options = sa.or_(FOLLOW_OPTION.c.follower_id == account_id, FOLLOW_OPTION.c.followee_id == account_id)
    await tx.run(sa.delete(FOLLOW_OPTION).where(options))
    await tx.run(sa.delete(POST).where(POST.c.account_id == account_id))
    return await tx.run(sa.delete(ACCOUNT).where(ACCOUNT.c.id == account_id)) == 1


async def account_row(db: Db, account_id: int) -> Row | None:
    """An account with all its columns."""
    return await db.first(sa.select(ACCOUNT).where(ACCOUNT.c.id == account_id))


async def posts_after(db: Db, account_id: int, after: int, most: int) -> Sequence[Row]:
    """Posts and boosts of an account, the oldest first."""
    mine = sa.and_(POST.c.account_id == account_id, POST.c.deleted_at.is_(None), POST.c.id > after)
    return await db.all(sa.select(POST).where(mine).order_by(POST.c.id).limit(most))


async def followees_after(db: Db, account_id: int, after: int, most: int) -> Sequence[Row]:
    """Whom an account follows: (id, handle)."""
    mine = sa.and_(FOLLOW.c.follower_id == account_id, FOLLOW.c.id > after)
    joined = sa.select(FOLLOW.c.id, ACCOUNT.c.handle).join(ACCOUNT, ACCOUNT.c.id == FOLLOW.c.followee_id)
    return await db.all(joined.where(mine).order_by(FOLLOW.c.id).limit(most))


async def favourites_after(db: Db, account_id: int, after: int, most: int) -> Sequence[Row]:
    """What an account favours: (id, post_id, handle of its author)."""
    mine = sa.and_(FAVOURITE.c.account_id == account_id, FAVOURITE.c.id > after)
    joined = (
        sa.select(FAVOURITE.c.id, FAVOURITE.c.post_id, ACCOUNT.c.handle)
        .join(POST, POST.c.id == FAVOURITE.c.post_id)
        .join(ACCOUNT, ACCOUNT.c.id == POST.c.account_id)
    )
    return await db.all(joined.where(mine).order_by(FAVOURITE.c.id).limit(most))
