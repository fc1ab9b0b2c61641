"""How a list is read in parts: downwards, or upwards from ``min_id`` and then turned round."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from kizuna.square.models import Page
from kizuna.store.store import Db, Row

LIMIT: Final = sa.bindparam("limit", type_=sa.Integer)
Select = sa.Select[*tuple[Any, ...]]


class Both(NamedTuple):
    """One list, read downwards and upwards."""

    down: Select
    up: Select


def both(statement: Select, cursor: sa.Column[Any]) -> Both:
    """A list in the order of ``cursor``, which is unique in it."""
    part = statement.where(cursor < sa.bindparam("below"), cursor > sa.bindparam("above")).limit(LIMIT)
    return Both(part.order_by(cursor.desc()), part.order_by(cursor.asc()))


async def read_page(db: Db, both: Both, page: Page, params: Mapping[str, object]) -> Sequence[Row]:
    """The rows of a part, newest first."""
    upwards = page.min_id is not None
    bounds = {"below": page.below, "above": page.above, "limit": page.limit}
    rows = await db.all(both.up if upwards else both.down, {**params, **bounds})
    return rows[::-1] if upwards else rows
