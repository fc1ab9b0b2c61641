"""All SQL on notifications of the square: the store people."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from kizuna.notifications.groups import Span
from kizuna.notifications.kinds import SQUARE_KINDS, SquareKind
from kizuna.notifications.models import SquareNotification, Wanted
from kizuna.notifications.tables import SQUARE_NOTIFICATION, SQUARE_OFF
from kizuna.notifications.told_queries import Told
from kizuna.square.models import Page
from kizuna.store.store import Db, Row, Tx

TOLD: Final = Told(SQUARE_NOTIFICATION, SQUARE_OFF, "account_id", "post_id")
_N: Final = SQUARE_NOTIFICATION.c
_DROP_KIND: Final = sa.delete(SQUARE_NOTIFICATION).where(
    _N.kind == sa.bindparam("a_kind"),
    _N.from_id == sa.bindparam("by_id"),
    _N.post_id == sa.bindparam("about_id"),
)
_DROP_ACCOUNT: Final = sa.delete(SQUARE_NOTIFICATION).where(
    sa.or_(_N.account_id == sa.bindparam("gone_id"), _N.from_id == sa.bindparam("gone_id"))
)
_DROP_POST: Final = sa.delete(SQUARE_NOTIFICATION).where(_N.post_id == sa.bindparam("about_id"))


def _shown(row: Row) -> SquareNotification:
    return SquareNotification(row.id, row.kind, row.from_id, row.about or None)


async def rows(db: Db, account_id: int, wanted: Wanted, page: Page) -> Sequence[SquareNotification]:
    """A part of an account's rows, newest first."""
    return [_shown(row) for row in await TOLD.rows(db, account_id, wanted, page, SQUARE_KINDS)]


async def row(db: Db, account_id: int, notification_id: int) -> SquareNotification | None:
    """One of an account's rows."""
    found = await TOLD.row(db, account_id, notification_id)
    return None if found is None else _shown(found)


async def in_span(db: Db, account_id: int, span: Span, limit: int) -> Sequence[SquareNotification]:
    """An account's rows that belong to a group, newest first."""
    if span.kind is None:
        alone = await row(db, account_id, span.first)
        return [] if alone is None else [alone]
    params: dict[str, object] = {
        "owner_id": account_id,
        "a_kind": span.kind,
        "about_id": span.post_id,
        "first": span.first,
        "last": span.last,
        "limit": limit,
    }
    return [_shown(found) for found in await db.all(TOLD.in_span, params)]


async def drop_kind(tx: Tx, kind: SquareKind, from_id: int, post_id: int) -> None:
    """Take away what one account did to one post, from everybody who was told of it."""
    await tx.run(_DROP_KIND, {"a_kind": kind, "by_id": from_id, "about_id": post_id})


async def drop_post(tx: Tx, post_id: int) -> None:
    """Take away all that is about one post."""
    await tx.run(_DROP_POST, {"about_id": post_id})


async def drop_account(tx: Tx, account_id: int) -> None:
    """Take away all that an account was told, and all that others were told of it."""
    await tx.run(_DROP_ACCOUNT, {"gone_id": account_id})
