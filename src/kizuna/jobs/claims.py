"""Who does which work, when several processes share a store. A process that has a store to itself need not ask."""

from collections.abc import Sequence
from typing import Final

from kizuna.jobs import claim_queries, queries
from kizuna.jobs.duties import Lane
from kizuna.store.store import Row, Store, Tx

TURN_MS: Final = 60_000
"""For how long a process may deliver what it has claimed of an outbox."""
OTHERS_TURN_S: Final = 1.0
LONGEST_S: Final = 30.0


class Lost(Exception):
    """Another process has taken the duty meanwhile: what was done here does not count."""


async def due_duties(store: Store, lane: Lane, now_ms: int, limit: int) -> Sequence[Row]:
    """Duties to run now, oldest first."""
    find = claim_queries.due_duties if store.shared else queries.due_duties
    return await find(store.name, store.reads, lane, now_ms, limit)


async def take_duty(store: Store, duty_id: int, until_ms: int) -> Row | None:
    """Take a duty for us until then; None when somebody else has it or it is gone."""
    if not store.shared:
        return await store.write(lambda tx: queries.lease_duty(tx, duty_id, until_ms))
    return await store.write(lambda tx: claim_queries.claim_duty(tx, duty_id, until_ms, store.process))


async def still_ours(store: Store, tx: Tx, row: Row) -> None:
    """Raises Lost when the duty that was taken as ``row`` is not ours any more."""
    if store.shared and not await claim_queries.holds_duty(tx, row.id, row.lease_until, row.holder):
        raise Lost


async def due_events(store: Store, now_ms: int, limit: int) -> Sequence[Row]:
    """Events to deliver now, oldest first: (id, kind, payload, attempts). None while it is another process's turn."""
    if not store.shared:
        return await queries.outbox_due(store.name, store.reads, now_ms, limit)
    if not await claim_queries.is_my_turn(store.name, store.reads, now_ms, store.process):
        return ()
    until = now_ms + TURN_MS
    return await store.write(lambda tx: claim_queries.claim_events(tx, until, store.process, limit))


async def seconds_to_events(store: Store, now_ms: int) -> float:
    """How long there is nothing to deliver here, unless somebody wakes us."""
    next_at = await queries.outbox_next(store.name, store.reads)
    wait = LONGEST_S if next_at is None else (next_at - now_ms) / 1000
    return max(wait, OTHERS_TURN_S) if store.shared else wait


async def is_first(store: Store) -> bool:
    """Whether we are the one process that does what must not be done by all of them."""
    return not store.shared or await claim_queries.first_process(store.name, store.reads) == store.process
