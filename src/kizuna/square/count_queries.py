"""How large the square is, as instance descriptions tell it."""

from typing import Final

import sqlalchemy as sa

from kizuna.square.tables import ACCOUNT
from kizuna.store.store import Db

# The accounts' own counters are summed: counting a million posts would take far longer.
_COUNTS: Final = sa.select(
    sa.func.count().label("accounts"),
    sa.func.coalesce(sa.func.sum(ACCOUNT.c.statuses_count), 0).label("posts"),
).select_from(ACCOUNT)


async def counts(db: Db) -> tuple[int, int]:
    """(accounts, posts and boosts)."""
    row = await db.first(_COUNTS)
    return (row.accounts, row.posts) if row is not None else (0, 0)
