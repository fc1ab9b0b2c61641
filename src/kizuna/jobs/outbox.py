"""Delivers the events of one store's outbox to the consumers that wiring's table names, each exactly once.

A consumer's effect and its inbox row are one transaction of the target store, so a repeat after a crash does
nothing. Events without a consumer are forgotten in bulk.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import structlog

from kizuna.ground.clock import Clock
from kizuna.ground.events import Event
from kizuna.ground.randomness import Randomness
from kizuna.jobs import claims, queries
from kizuna.jobs.worker import MOST_ATTEMPTS, TROUBLE_S, backoff_seconds, pause
from kizuna.store.store import Row, Store, Tx

BATCH: Final = 500


@dataclass(frozen=True)
class Consumer:
    """Who acts on an event: in which store, and how. The name is kept in the inbox and must never change.

    ``prepare`` finds out before the write, perhaps from another store, what to act on; nothing follows where it
    answers nothing, so that most posts, which mention nobody, cost no second write.
    """

    name: str
    store: Store
    act: Callable[[Any, Tx], Awaitable[None]]
    prepare: Callable[[Any], Awaitable[object]] | None = None


@dataclass(frozen=True)
class Subscription:
    """One line of wiring's table: a class of events and those who act on it."""

    event: type[Event]
    consumers: Sequence[Consumer]


class Dispatcher:
    """Delivers one store's outbox in order, in batches; a consumer that fails is tried again later."""

    def __init__(
        self, store: Store, table: Mapping[str, Subscription], clock: Clock, randomness: Randomness
    ) -> None:
        self._store = store
        self._table = table
        self._clock = clock
        self._randomness = randomness
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._log = structlog.get_logger("outbox").bind(store=store.name)

    async def start(self) -> None:
        """Begin with what an earlier process left behind."""
        self._store.listen("outbox", self._wake.set)
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Stop; what is not delivered stays in the outbox."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                await self._deliver_due()
            except Exception as error:  # noqa: BLE001 - whatever it was, a dispatcher that ended would deliver nothing
                self._log.error("delivery failed", error=type(error).__name__)
                await self._clock.sleep(TROUBLE_S)

    async def _deliver_due(self) -> None:
        # Cleared before looking: what is written after the look wakes the pause.
        self._wake.clear()
        due = await claims.due_events(self._store, self._clock.now_ms(), BATCH)
        if due:
            await self._deliver(due)
            return
        await pause(self._wake, await claims.seconds_to_events(self._store, self._clock.now_ms()))

    async def _deliver(self, due: Sequence[Row]) -> None:
        outcomes = await asyncio.gather(*(self._tell(row) for row in due if row.kind in self._table))
        failed = {row.id: error for row, error in outcomes if error is not None}
        done = [row.id for row in due if row.id not in failed]
        attempts = {row.id: row.attempts + 1 for row in due}

        async def settle(tx: Tx) -> None:
            await queries.outbox_done(tx, done)
            for event_id, error in failed.items():
                run_at = self._next_try(attempts[event_id])
                reason = f"{type(error).__name__}: {error}"[:500]
                await queries.outbox_failed(tx, event_id, run_at, reason)
            if self._store.shared:
                tx.wake("outbox")  # it may be another process's turn now

        await self._store.write(settle)

    def _next_try(self, attempts: int) -> int:
        if attempts >= MOST_ATTEMPTS:
            return queries.NEVER
        return self._clock.now_ms() + round(backoff_seconds(attempts, self._randomness.uniform()) * 1000)

    async def _tell(self, row: Row) -> tuple[Row, Exception | None]:
        """Tell everybody concerned; one who fails keeps the event, and does not keep it from the others."""
        failed: Exception | None = None
        for consumer in self._table[row.kind].consumers:
            try:
                event = msgspec.json.decode(row.payload, type=self._table[row.kind].event)
                what = event if consumer.prepare is None else await consumer.prepare(event)
                if what:
                    await consumer.store.write(lambda tx, c=consumer, w=what: _act_once(tx, row.id, c, w))
            except Exception as error:  # noqa: BLE001 - the event is kept and tried again
                self._log.warning("consumer failed", consumer=consumer.name, error=type(error).__name__)
                failed = error
        return row, failed


async def _act_once(tx: Tx, event_id: int, consumer: Consumer, what: object) -> None:
    if await queries.mark_seen(tx, event_id, consumer.name):
        await consumer.act(what, tx)
