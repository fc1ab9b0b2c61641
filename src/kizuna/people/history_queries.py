"""All SQL on the history of sign-ins."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from kizuna.people.tables import SIGN_IN
from kizuna.store.store import Db, Row, Tx

MOST_LISTED: Final = 100


async def add(tx: Tx, person_id: int, hour_at: int, browser: str, network: str, how: str) -> None:
    """A sign-in."""
    row = {"id": tx.new_id(), "person_id": person_id, "hour_at": hour_at}
    await tx.run(sa.insert(SIGN_IN).values(browser=browser, network=network, how=how, **row))


async def networks(db: Db, person_id: int) -> set[tuple[str, str]]:
    """The (browser, network) pairs that a person signed in from."""
    mine = sa.select(SIGN_IN.c.browser, SIGN_IN.c.network).where(SIGN_IN.c.person_id == person_id).distinct()
    return {(row.browser, row.network) for row in await db.all(mine)}


async def sign_ins(db: Db, person_id: int, since_ms: int) -> Sequence[Row]:
    """The sign-ins of a person since an instant, newest first."""
    mine = sa.and_(SIGN_IN.c.person_id == person_id, SIGN_IN.c.hour_at >= since_ms)
    return await db.all(sa.select(SIGN_IN).where(mine).order_by(SIGN_IN.c.id.desc()).limit(MOST_LISTED))


async def forget(tx: Tx, person_id: int | None, before_ms: int) -> None:
    """Drop sign-ins of before an instant: a person's, or with None everybody's."""
    old = SIGN_IN.c.hour_at < before_ms
    if person_id is not None:
        old &= SIGN_IN.c.person_id == person_id
    await tx.run(sa.delete(SIGN_IN).where(old))
