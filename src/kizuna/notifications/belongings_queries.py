"""The SQL of taking somebody's notifications away, a little at a time, and of showing them in an archive."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from kizuna.notifications.tables import (
    CIRCLE_MARKER,
    CIRCLE_NOTIFICATION,
    CIRCLE_OFF,
    QUIET_TIME,
    SQUARE_NOTIFICATION,
    SQUARE_OFF,
)
from kizuna.store.store import Db, Row, Tx

_OWNER: Final[sa.BindParameter[int]] = sa.bindparam("owner_id")


def _some(kept: sa.Table, owner: str) -> sa.Delete:
    """A part of what somebody was told, and of what others were told of them."""
    whose = sa.or_(kept.c[owner] == _OWNER, kept.c.from_id == _OWNER)
    some = sa.select(kept.c.id).where(whose).limit(sa.bindparam("limit", type_=sa.Integer))
    return sa.delete(kept).where(kept.c.id.in_(some))


SOME_SQUARE: Final = _some(SQUARE_NOTIFICATION, "account_id")
SOME_CIRCLE: Final = _some(CIRCLE_NOTIFICATION, "face_id")
_REST_SQUARE: Final = (sa.delete(SQUARE_OFF).where(SQUARE_OFF.c.account_id == _OWNER),)
_REST_CIRCLE: Final = (
    sa.delete(CIRCLE_OFF).where(CIRCLE_OFF.c.face_id == _OWNER),
    sa.delete(CIRCLE_MARKER).where(CIRCLE_MARKER.c.face_id == _OWNER),
)
_QUIET: Final = sa.delete(QUIET_TIME).where(QUIET_TIME.c.person_id == _OWNER)
_S: Final = SQUARE_NOTIFICATION.c
_SQUARE_AFTER: Final = (
    sa.select(_S.id, _S.kind, _S.from_id, _S.post_id)
    .where(_S.account_id == _OWNER, _S.id > sa.bindparam("after"))
    .order_by(_S.id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)


async def drop_some_square(tx: Tx, account_id: int, most: int) -> int:
    """Take away a part; answers how many they were."""
    return await tx.run(SOME_SQUARE, {"owner_id": account_id, "limit": most})


async def drop_some_circle(tx: Tx, face_id: int, most: int) -> int:
    """Take away a part; answers how many they were."""
    return await tx.run(SOME_CIRCLE, {"owner_id": face_id, "limit": most})


async def drop_rest_square(tx: Tx, account_id: int) -> None:
    """Take away what an account wanted to be told of."""
    for statement in _REST_SQUARE:
        await tx.run(statement, {"owner_id": account_id})


async def drop_rest_circle(tx: Tx, face_id: int) -> None:
    """Take away what a face wanted to be told of, and how far it had read."""
    for statement in _REST_CIRCLE:
        await tx.run(statement, {"owner_id": face_id})


async def drop_quiet(tx: Tx, person_id: int) -> None:
    """Take away a person's quiet hours."""
    await tx.run(_QUIET, {"owner_id": person_id})


async def square_after(db: Db, account_id: int, after: int, limit: int) -> Sequence[Row]:
    """An account's rows, oldest first."""
    return await db.all(_SQUARE_AFTER, {"owner_id": account_id, "after": after, "limit": limit})
