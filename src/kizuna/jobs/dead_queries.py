"""All SQL on dead letters: duties and events that were tried so often that nobody tries them any more."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from kizuna.ground.ids import STORE_NAMES, StoreName
from kizuna.jobs.queries import NEVER
from kizuna.jobs.tables import DUTY
from kizuna.store.store import Db, Row, Tx
from kizuna.store.tables import OUTBOX

MOST_LISTED = 1_000


def _columns(table: sa.Table) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(table.c.id, table.c.kind, table.c.attempts, table.c.error).order_by(table.c.id)


_DUTIES = {name: _columns(t).where(t.c.dead_at.is_not(None)).limit(MOST_LISTED) for name, t in DUTY.items()}
_EVENTS = {name: _columns(t).where(t.c.run_at >= NEVER).limit(MOST_LISTED) for name, t in OUTBOX.items()}
_COUNTS = {
    name: sa.select(
        sa.select(sa.func.count()).where(DUTY[name].c.dead_at.is_not(None)).scalar_subquery()
        + sa.select(sa.func.count()).where(OUTBOX[name].c.run_at >= NEVER).scalar_subquery()
    )
    for name in STORE_NAMES
}


async def duties(store: StoreName, db: Db) -> Sequence[Row]:
    """Dead duties of a store, oldest first, at most 1,000."""
    return await db.all(_DUTIES[store])


async def events(store: StoreName, db: Db) -> Sequence[Row]:
    """Dead events of a store's outbox, oldest first, at most 1,000."""
    return await db.all(_EVENTS[store])


async def count(store: StoreName, db: Db) -> int:
    """How many there are of both."""
    return await db.scalar(_COUNTS[store])


async def retry(tx: Tx, letter_id: int) -> bool:
    """Let a dead letter be tried again from the start; False when there is none with this id."""
    duty, event = DUTY[tx.store], OUTBOX[tx.store]
    again = {"attempts": 0, "run_at": tx.now_ms}
    dead_duty = sa.update(duty).where(duty.c.id == letter_id, duty.c.dead_at.is_not(None))
    dead_event = sa.update(event).where(event.c.id == letter_id, event.c.run_at >= NEVER)
    revived = await tx.run(dead_duty.values(**again, dead_at=None, lease_until=0))
    return bool(revived or await tx.run(dead_event.values(again)))


async def discard(tx: Tx, letter_id: int) -> bool:
    """Forget a dead letter for good; False when there is none with this id."""
    duty, event = DUTY[tx.store], OUTBOX[tx.store]
    dropped = await tx.run(sa.delete(duty).where(duty.c.id == letter_id, duty.c.dead_at.is_not(None)))
    return bool(
        dropped or await tx.run(sa.delete(event).where(event.c.id == letter_id, event.c.run_at >= NEVER))
    )
