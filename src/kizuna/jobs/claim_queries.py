"""All SQL by which processes that share a store keep off each other's work.

A claim is a lease in the row and the name of its holder; it is void when the holder is no more among the processes.
Rows are locked with SKIP LOCKED: whoever claims holds the lock of the writer, and must not wait for anything else.
"""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from kizuna.ground.ids import STORE_NAMES, StoreName
from kizuna.jobs.tables import DUTY
from kizuna.store.dialect import database_now
from kizuna.store.store import Db, Row, Tx
from kizuna.store.tables import OUTBOX, PROCESS

_NOW: Final[sa.BindParameter[int]] = sa.bindparam("now")
_LANE: Final[sa.BindParameter[str]] = sa.bindparam("lane")
_HOLDER: Final[sa.BindParameter[str]] = sa.bindparam("holder")
_COUNT: Final[sa.BindParameter[int]] = sa.bindparam("n")


def _works(name: StoreName, holder: sa.ColumnElement[str | None]) -> sa.ColumnElement[bool]:
    process = PROCESS[name]
    return sa.exists().where(process.c.name == holder, process.c.until > database_now())


def _free(name: StoreName) -> sa.ColumnElement[bool]:
    duty = DUTY[name]
    lapsed = sa.or_(duty.c.lease_until <= _NOW, sa.not_(_works(name, duty.c.holder)))
    return sa.and_(duty.c.dead_at.is_(None), lapsed)


def _due(name: StoreName) -> sa.Select[*tuple[object, ...]]:
    duty = DUTY[name]
    due = (duty.c.lane == _LANE, duty.c.run_at <= _NOW, _free(name))
    return sa.select(duty).where(*due).order_by(duty.c.run_at, duty.c.id).limit(_COUNT)


def _taken(name: StoreName) -> sa.ColumnElement[bool]:
    """Whether another process is delivering: events are only right in their order, so it is one at a time."""
    other = OUTBOX[name].alias()
    theirs = (other.c.lease_until > _NOW, other.c.holder != _HOLDER, _works(name, other.c.holder))
    return sa.exists().where(*theirs)


_DUE: Final = {name: _due(name) for name in STORE_NAMES}
_LOCK: Final = {
    name: sa.select(duty)
    .where(duty.c.id == sa.bindparam("id"), _free(name))
    .with_for_update(skip_locked=True, of=duty)
    for name, duty in DUTY.items()
}
_HELD: Final = {
    name: sa.select(duty.c.id).where(
        duty.c.id == sa.bindparam("id"),
        duty.c.holder == _HOLDER,
        duty.c.lease_until == sa.bindparam("until"),
    )
    for name, duty in DUTY.items()
}
_MY_TURN: Final = {
    name: sa.select(event.c.id).where(event.c.run_at <= _NOW, sa.not_(_taken(name))).limit(1)
    for name, event in OUTBOX.items()
}
_EVENTS: Final = {
    name: sa.select(event.c.id, event.c.kind, event.c.payload, event.c.attempts)
    .where(event.c.run_at <= _NOW, sa.not_(_taken(name)))
    .order_by(event.c.id)
    .limit(_COUNT)
    .with_for_update(skip_locked=True, of=event)
    for name, event in OUTBOX.items()
}
_FIRST: Final = {
    name: sa.select(process.c.name).where(process.c.until > database_now()).order_by(process.c.node).limit(1)
    for name, process in PROCESS.items()
}


async def due_duties(store: StoreName, db: Db, lane: str, now_ms: int, limit: int) -> Sequence[Row]:
    """Duties to run now that nobody holds, oldest first."""
    return await db.all(_DUE[store], {"lane": lane, "now": now_ms, "n": limit})


async def claim_duty(tx: Tx, duty_id: int, until: int, holder: str) -> Row | None:
    """Take a duty for us until then; the row as it is now, or None when somebody else has it or it is gone."""
    duty = DUTY[tx.store]
    if await tx.first(_LOCK[tx.store], {"id": duty_id, "now": tx.now_ms}) is None:
        return None
    mine = sa.update(duty).where(duty.c.id == duty_id)
    await tx.run(mine.values(lease_until=until, holder=holder, attempts=duty.c.attempts + 1))
    return await tx.first(sa.select(duty).where(duty.c.id == duty_id))


async def holds_duty(tx: Tx, duty_id: int, until: int, holder: str) -> bool:
    """Whether a duty is still ours by the claim of then."""
    return await tx.first(_HELD[tx.store], {"id": duty_id, "until": until, "holder": holder}) is not None


async def is_my_turn(store: StoreName, db: Db, now_ms: int, holder: str) -> bool:
    """Whether events are due, and no other process is delivering some."""
    return await db.first(_MY_TURN[store], {"now": now_ms, "holder": holder}) is not None


async def claim_events(tx: Tx, until: int, holder: str, limit: int) -> Sequence[Row]:
    """Take the oldest events that are due: (id, kind, payload, attempts). None while another process has some."""
    event = OUTBOX[tx.store]
    rows = await tx.all(_EVENTS[tx.store], {"now": tx.now_ms, "holder": holder, "n": limit})
    if rows:
        mine = sa.update(event).where(event.c.id.in_([row.id for row in rows]))
        await tx.run(mine.values(lease_until=until, holder=holder))
    return rows


async def first_process(store: StoreName, db: Db) -> str | None:
    """The name of the process with the smallest number of those that work now."""
    return await db.scalar(_FIRST[store])
