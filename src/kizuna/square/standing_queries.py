"""Which favourites and boosts stand, and who is silenced: for those who were told of them."""

from collections.abc import Collection
from typing import Any, Final

import sqlalchemy as sa

from kizuna.square.tables import ACCOUNT, FAVOURITE, POST
from kizuna.store.store import Db

_account_ids: Final[sa.BindParameter[list[int]]] = sa.bindparam("account_ids", expanding=True)
_post_ids: Final[sa.BindParameter[list[int]]] = sa.bindparam("post_ids", expanding=True)
FAVOURS: Final = sa.select(FAVOURITE.c.account_id, FAVOURITE.c.post_id).where(
    FAVOURITE.c.post_id.in_(_post_ids), FAVOURITE.c.account_id.in_(_account_ids)
)
BOOSTS: Final = sa.select(POST.c.account_id, POST.c.boost_of_id).where(
    POST.c.boost_of_id.in_(_post_ids), POST.c.account_id.in_(_account_ids), POST.c.deleted_at.is_(None)
)
_FAVOURERS: Final = (
    sa.select(FAVOURITE.c.account_id)
    .where(FAVOURITE.c.post_id == sa.bindparam("post_id"))
    .order_by(FAVOURITE.c.id.desc())
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
_SILENCED: Final = sa.select(ACCOUNT.c.id).where(ACCOUNT.c.id.in_(_account_ids), ACCOUNT.c.silenced.is_(True))


async def favours(db: Db, account_ids: Collection[int], post_ids: Collection[int]) -> set[tuple[int, int]]:
    """(account, post) for each favourite among these."""
    return await _pairs(db, FAVOURS, account_ids, post_ids)


async def boosts(db: Db, account_ids: Collection[int], post_ids: Collection[int]) -> set[tuple[int, int]]:
    """(account, original) for each boost among these."""
    return await _pairs(db, BOOSTS, account_ids, post_ids)


async def favourers(db: Db, post_id: int, most: int) -> list[int]:
    """Who favours a post, the last ones first."""
    return [row.account_id for row in await db.all(_FAVOURERS, {"post_id": post_id, "limit": most})]


async def silenced(db: Db, account_ids: Collection[int]) -> set[int]:
    """Which of these reach nobody but their followers."""
    return {row.id for row in await db.all(_SILENCED, {"account_ids": list(account_ids)})}


async def _pairs(
    db: Db, statement: sa.Select[Any, Any], account_ids: Collection[int], post_ids: Collection[int]
) -> set[tuple[int, int]]:
    params = {"account_ids": list(account_ids), "post_ids": list(post_ids)}
    return {(row[0], row[1]) for row in await db.all(statement, params)} if post_ids else set()
