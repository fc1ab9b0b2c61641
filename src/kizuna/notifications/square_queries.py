"""All SQL on notifications of the square, and on quiet hours: the store people."""

from typing import Final

import sqlalchemy as sa

from kizuna.notifications.kinds import SquareKind
from kizuna.notifications.tables import SQUARE_NOTIFICATION, SQUARE_OFF
from kizuna.store.dialect import insert_ignore
from kizuna.store.store import Db, Tx

_N: Final = SQUARE_NOTIFICATION.c
_account_id: Final[sa.BindParameter[int]] = sa.bindparam("account_id")
_ADD: Final = insert_ignore(SQUARE_NOTIFICATION)
_IS_OFF: Final = sa.select(SQUARE_OFF.c.kind).where(
    SQUARE_OFF.c.account_id == _account_id, SQUARE_OFF.c.kind == sa.bindparam("kind")
)
_DROP_ONE: Final = sa.delete(SQUARE_NOTIFICATION).where(
    _N.kind == sa.bindparam("kind"),
    _N.from_id == sa.bindparam("from_id"),
    _N.post_id == sa.bindparam("post_id"),
)
_DROP_FOLLOW: Final = _DROP_ONE.where(_N.account_id == _account_id)
_DROP_POST: Final = sa.delete(SQUARE_NOTIFICATION).where(_N.post_id == sa.bindparam("post_id"))


async def is_off(db: Db, account_id: int, kind: str) -> bool:
    """Whether an account does not want to be told of a kind."""
    return await db.first(_IS_OFF, {"account_id": account_id, "kind": kind}) is not None


async def add(tx: Tx, account_id: int, kind: SquareKind, from_id: int, post_id: int) -> int | None:
    """A new notification; answers its id, or None when it stands already. ``post_id`` is 0 for a follow."""
    made = tx.new_id()
    row = {"id": made, "account_id": account_id, "kind": kind, "from_id": from_id, "post_id": post_id}
    return made if await tx.run(_ADD, row) else None


async def drop_one(tx: Tx, kind: SquareKind, from_id: int, post_id: int) -> None:
    """Take away what one account did to one post."""
    await tx.run(_DROP_ONE, {"kind": kind, "from_id": from_id, "post_id": post_id})


async def drop_follow(tx: Tx, account_id: int, from_id: int) -> None:
    """Take away that somebody followed an account."""
    params = {"account_id": account_id, "kind": "follow", "from_id": from_id, "post_id": 0}
    await tx.run(_DROP_FOLLOW, params)


async def drop_post(tx: Tx, post_id: int) -> None:
    """Take away all that is about one post."""
    await tx.run(_DROP_POST, {"post_id": post_id})
