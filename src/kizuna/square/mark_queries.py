"""Who among some accounts has marked a post, for what is told to many at once."""

from collections.abc import Collection
from typing import Final

import sqlalchemy as sa

from kizuna.square.tables import FAVOURITE, POST
from kizuna.store.store import Db

AT_ONCE: Final = 1_000
_accounts: Final[sa.BindParameter[list[int]]] = sa.bindparam("accounts", expanding=True)
_post_id: Final[sa.BindParameter[int]] = sa.bindparam("post_id")
_MARKERS: Final = (
    sa.select(FAVOURITE.c.account_id)
    .where(FAVOURITE.c.post_id == _post_id, FAVOURITE.c.account_id.in_(_accounts))
    .union(
        sa.select(POST.c.account_id).where(
            POST.c.boost_of_id == _post_id, POST.c.account_id.in_(_accounts), POST.c.deleted_at.is_(None)
        )
    )
)


async def markers(db: Db, post_id: int, account_ids: Collection[int]) -> list[int]:
    """Which of these accounts favoured or boosted an original."""
    asked = sorted(account_ids)
    found: list[int] = []
    for start in range(0, len(asked), AT_ONCE):
        params = {"post_id": post_id, "accounts": asked[start : start + AT_ONCE]}
        found += [row.account_id for row in await db.all(_MARKERS, params)]
    return found
