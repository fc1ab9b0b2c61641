"""Who follows whom and is followed back, for those who have chosen to be found so; never a list for anybody to read."""

from collections.abc import Collection, Sequence
from typing import Final

import sqlalchemy as sa

from kizuna.square.tables import FOLLOW
from kizuna.store.store import Db, Row

_account_id: Final[sa.BindParameter[int]] = sa.bindparam("account_id")
_below: Final[sa.BindParameter[int]] = sa.bindparam("below")

FOLLOWS: Final = (
    sa.select(FOLLOW.c.id, FOLLOW.c.followee_id)
    .where(FOLLOW.c.follower_id == _account_id, FOLLOW.c.id > sa.bindparam("after"), FOLLOW.c.id < _below)
    .order_by(FOLLOW.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
FOLLOWS_BACK: Final = sa.select(FOLLOW.c.follower_id, FOLLOW.c.id).where(
    FOLLOW.c.followee_id == _account_id,
    FOLLOW.c.follower_id.in_(sa.bindparam("ids", expanding=True)),
    FOLLOW.c.id < _below,
)


async def follows(db: Db, account_id: int, *, after: int, below: int, limit: int) -> Sequence[Row]:
    """``id, followee_id`` of a page of an account's follows with ids between these, the oldest first."""
    asked = {"account_id": account_id, "after": after, "below": below, "limit": limit}
    return await db.all(FOLLOWS, asked)


async def follows_back(db: Db, account_id: int, ids: Collection[int], *, below: int) -> dict[int, int]:
    """Those of these who follow the account: account → id of the follow, if that is below."""
    if not ids:
        return {}
    rows = await db.all(FOLLOWS_BACK, {"account_id": account_id, "ids": list(ids), "below": below})
    return {row.follower_id: row.id for row in rows}
