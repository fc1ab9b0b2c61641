"""All SQL of the inbox, the duties, the idempotency keys, and the delivery side of the outbox."""

from collections.abc import Sequence
from typing import Any, Protocol

import sqlalchemy as sa

from kizuna.ground.ids import STORE_NAMES, StoreName
from kizuna.jobs.tables import DUTY, IDEMPOTENCY, INBOX
from kizuna.store.dialect import insert_ignore
from kizuna.store.store import Db, Row, Tx
from kizuna.store.tables import OUTBOX

NEVER = (1 << 62) - 1


class KeyFields(Protocol):
    """The parts of an idempotency key."""

    @property
    def actor_id(self) -> int: ...
    @property
    def app_id(self) -> int: ...
    @property
    def key(self) -> str: ...
    @property
    def body_hash(self) -> bytes: ...


def _select_key(name: StoreName) -> sa.Select[Any, Any]:
    t = IDEMPOTENCY[name]
    wanted = (
        t.c.actor_id == sa.bindparam("a"),
        t.c.app_id == sa.bindparam("p"),
        t.c.key == sa.bindparam("k"),
    )
    return sa.select(t.c.body_hash, t.c.result_id).where(*wanted)


_KEY = {name: _select_key(name) for name in STORE_NAMES}
_OUTBOX_DUE = {
    name: sa.select(t.c.id, t.c.kind, t.c.payload, t.c.attempts)
    .where(t.c.run_at <= sa.bindparam("now"))
    .order_by(t.c.id)
    .limit(sa.bindparam("n"))
    for name, t in OUTBOX.items()
}


_OUTBOX_NEXT = {
    name: sa.select(sa.func.min(t.c.run_at)).where(t.c.run_at < NEVER) for name, t in OUTBOX.items()
}


def _select_due(name: StoreName) -> sa.Select[Any]:
    t = DUTY[name]
    now: sa.BindParameter[int] = sa.bindparam("now")
    due = (t.c.lane == sa.bindparam("lane"), t.c.run_at <= now, t.c.lease_until <= now, t.c.dead_at.is_(None))
    return sa.select(t).where(*due).order_by(t.c.run_at, t.c.id).limit(sa.bindparam("n"))


def _select_next(name: StoreName) -> sa.Select[Any]:
    t = DUTY[name]
    later = sa.case((t.c.run_at > t.c.lease_until, t.c.run_at), else_=t.c.lease_until)
    return sa.select(sa.func.min(later)).where(t.c.lane == sa.bindparam("lane"), t.c.dead_at.is_(None))


_DUE = {name: _select_due(name) for name in STORE_NAMES}
_NEXT = {name: _select_next(name) for name in STORE_NAMES}


async def seen_key(db: Tx, key: KeyFields) -> Row | None:
    """The remembered (body_hash, result_id) of a key."""
    return await db.first(_KEY[db.store], {"a": key.actor_id, "p": key.app_id, "k": key.key})


async def keep_key(tx: Tx, key: KeyFields, result_id: int) -> None:
    """Remember a key with what it made. Executed at once, so that a repeat in the same group sees it."""
    row = {
        "actor_id": key.actor_id,
        "app_id": key.app_id,
        "key": key.key,
        "body_hash": key.body_hash,
        "result_id": result_id,
        "created_at": tx.now_ms,
    }
    await tx.run(sa.insert(IDEMPOTENCY[tx.store]), row)


async def drop_keys(tx: Tx, actor_id: int) -> None:
    """Forget every key of a face."""
    await tx.run(sa.delete(IDEMPOTENCY[tx.store]).where(IDEMPOTENCY[tx.store].c.actor_id == actor_id))


async def forget_old(tx: Tx, *, keys_before: int, seen_before: int) -> None:
    """Drop idempotency keys and inbox rows older than the given Unix milliseconds."""
    await tx.run(sa.delete(IDEMPOTENCY[tx.store]).where(IDEMPOTENCY[tx.store].c.created_at < keys_before))
    await tx.run(sa.delete(INBOX[tx.store]).where(INBOX[tx.store].c.seen_at < seen_before))


async def outbox_due(store: StoreName, db: Db, now_ms: int, limit: int) -> Sequence[Row]:
    """Events waiting for delivery, oldest first: (id, kind, payload, attempts)."""
    return await db.all(_OUTBOX_DUE[store], {"now": now_ms, "n": limit})


async def outbox_next(store: StoreName, db: Db) -> int | None:
    """When the next waiting event is due, in Unix milliseconds."""
    return await db.scalar(_OUTBOX_NEXT[store])


async def outbox_done(tx: Tx, ids: Sequence[int]) -> None:
    """Forget delivered events."""
    await tx.run(sa.delete(OUTBOX[tx.store]).where(OUTBOX[tx.store].c.id.in_(ids)))


async def outbox_failed(tx: Tx, event_id: int, run_at: int, error: str) -> None:
    """Keep an event for later (or for ever, with ``run_at`` NEVER), with the reason."""
    t = OUTBOX[tx.store]
    change = sa.update(t).where(t.c.id == event_id)
    await tx.run(change.values(run_at=run_at, attempts=t.c.attempts + 1, error=error, lease_until=0))


async def mark_seen(tx: Tx, event_id: int, consumer: str) -> bool:
    """Note that a consumer acts on an event; False when it already has."""
    row = {"event_id": event_id, "consumer": consumer, "seen_at": tx.now_ms}
    return await tx.run(insert_ignore(INBOX[tx.store]), row) == 1


async def add_duty(tx: Tx, row: dict[str, object]) -> None:
    """Insert a duty, or renew the one with the same key: it will run (again) at the new time."""
    if await tx.run(insert_ignore(DUTY[tx.store]), row):
        return
    t = DUTY[tx.store]
    again = sa.update(t).where(t.c.key == row["key"])
    await tx.run(
        again.values(
            payload=row["payload"],
            run_at=row["run_at"],
            asked=t.c.asked + 1,
            attempts=0,
            dead_at=None,
            error=None,
        )
    )


async def due_duties(store: StoreName, db: Db, lane: str, now_ms: int, limit: int) -> Sequence[Row]:
    """Duties to run now, oldest first."""
    return await db.all(_DUE[store], {"lane": lane, "now": now_ms, "n": limit})


async def next_duty(store: StoreName, db: Db, lane: str) -> int | None:
    """When the next duty of a lane can run, in Unix milliseconds."""
    return await db.scalar(_NEXT[store], {"lane": lane})


async def lease_duty(tx: Tx, duty_id: int, until: int) -> Row | None:
    """Take a duty for us until then; the row as it is now, or None when somebody else has it or it is gone."""
    t = DUTY[tx.store]
    free = sa.update(t).where(t.c.id == duty_id, t.c.lease_until <= tx.now_ms, t.c.dead_at.is_(None))
    if not await tx.run(free.values(lease_until=until, attempts=t.c.attempts + 1)):
        return None
    return await tx.first(sa.select(t).where(t.c.id == duty_id))


async def finish_duty(tx: Tx, duty_id: int, asked: int) -> None:
    """Delete a finished duty; if it was asked for again meanwhile, free it to run again."""
    t = DUTY[tx.store]
    if not await tx.run(sa.delete(t).where(t.c.id == duty_id, t.c.asked == asked)):
        await tx.run(sa.update(t).where(t.c.id == duty_id).values(lease_until=0, attempts=0))


async def postpone_duty(tx: Tx, duty_id: int, *, run_at: int, error: str, dead_at: int | None = None) -> None:
    """Free a duty to be tried again at ``run_at``, or keep it as a dead letter."""
    t = DUTY[tx.store]
    await tx.run(
        sa.update(t)
        .where(t.c.id == duty_id)
        .values(run_at=run_at, lease_until=0, error=error, dead_at=dead_at)
    )


async def free_leases(tx: Tx) -> None:
    """After a crash of the only process: nobody holds a duty."""
    t = DUTY[tx.store]
    await tx.run(sa.update(t).where(t.c.lease_until > 0).values(lease_until=0))


async def dead_duties(store: StoreName, db: Db) -> Sequence[Row]:
    """The dead letters, newest first, at most 1,000."""
    t = DUTY[store]
    return await db.all(sa.select(t).where(t.c.dead_at.is_not(None)).order_by(t.c.dead_at.desc()).limit(1000))
