"""Runs the duties of one store. Each lane has its own loop and its own places, so lifelines wait for nobody.

A store that fails (a full disk) stops neither a lane nor a duty: both go on when it has recovered.
"""

import asyncio
import contextlib
from collections.abc import Coroutine, Mapping
from typing import Final

import structlog

from kizuna.ground.clock import Clock
from kizuna.ground.randomness import Randomness
from kizuna.jobs import claims, queries
from kizuna.jobs.duties import Duty, Effect, Handler, Lane
from kizuna.store.store import Row, Store, Tx

LEASE_MS: Final = 120_000
PLACES: Final = 8
MOST_ATTEMPTS: Final = 20
LONGEST_BACKOFF_S: Final = 3600.0
IDLE_S: Final = 30.0
TROUBLE_S: Final = 1.0
"""How long to leave a store alone that failed."""


def backoff_seconds(attempts: int, uniform: float) -> float:
    """Seconds until the next try: doubling from one second to an hour, with jitter of a half to one and a half."""
    return min(2.0 ** min(attempts - 1, 12), LONGEST_BACKOFF_S) * (0.5 + uniform)


async def pause(wake: asyncio.Event, seconds: float) -> None:
    """Wait to be woken, but no longer than that, nor than IDLE_S.

    Not ``asyncio.wait_for``: before Python 3.12 it swallows a cancellation that comes in the moment of waking, and a
    server that is being stopped then waits for ever.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(min(max(seconds, 0.01), IDLE_S)):
            await wake.wait()


class Worker:
    """Takes due duties, calls their handlers, and applies what they answer together with the duty's end."""

    def __init__(
        self, store: Store, handlers: Mapping[str, Handler], clock: Clock, randomness: Randomness
    ) -> None:
        self._store = store
        self._handlers = handlers
        self._clock = clock
        self._randomness = randomness
        self._tasks: dict[
            asyncio.Task[None], None
        ] = {}  # in the order of their start, so that they end in it
        self._wakes: dict[Lane, asyncio.Event] = {"normal": asyncio.Event(), "lifeline": asyncio.Event()}
        self._log = structlog.get_logger("jobs").bind(store=store.name)

    async def start(self) -> None:
        """Free what a crashed process held (where processes share a store, it is void by itself), and begin."""
        if not self._store.shared:
            await self._store.write(queries.free_leases)
        self._store.listen("duty", self._wake)
        for lane in self._wakes:
            self._spawn(self._run_lane(lane))

    async def stop(self) -> None:
        """Stop taking duties; one that is cut off keeps its place and runs again after the next start."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _wake(self) -> None:
        for event in self._wakes.values():
            event.set()

    def _spawn(self, work: Coroutine[object, object, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks[task] = None
        task.add_done_callback(lambda done: self._tasks.pop(done, None))

    async def _run_lane(self, lane: Lane) -> None:
        places = asyncio.Semaphore(PLACES)
        running: set[int] = set()
        while True:
            try:
                await self._take_due(lane, places, running)
            except Exception as error:  # noqa: BLE001 - whatever it was, a lane that ended would do nothing ever again
                self._log.error("lane failed", lane=lane, error=type(error).__name__)
                await self._clock.sleep(TROUBLE_S)

    async def _take_due(self, lane: Lane, places: asyncio.Semaphore, running: set[int]) -> None:
        # Cleared before looking: what is asked for after the look wakes the pause.
        self._wakes[lane].clear()
        due = await claims.due_duties(self._store, lane, self._clock.now_ms(), PLACES + len(running))
        fresh = [row for row in due if row.id not in running]
        for row in fresh:
            await places.acquire()
            running.add(row.id)
            self._spawn(self._run(row, lane, places, running))
        if not fresh:
            await self._pause(lane)

    async def _pause(self, lane: Lane) -> None:
        next_at = await queries.next_duty(self._store.name, self._store.reads, lane)
        wait = IDLE_S if next_at is None else (next_at - self._clock.now_ms()) / 1000
        await pause(self._wakes[lane], wait)

    async def _run(self, row: Row, lane: Lane, places: asyncio.Semaphore, running: set[int]) -> None:
        try:
            until = self._clock.now_ms() + LEASE_MS
            taken = await claims.take_duty(self._store, row.id, until)
            if taken is not None:
                await self._do(taken)
        except Exception as error:  # noqa: BLE001 - the store failed; the duty's row stands and is taken again
            self._log.error("duty left", kind=row.kind, error=type(error).__name__)
            await self._clock.sleep(TROUBLE_S)
        finally:
            running.discard(row.id)
            places.release()
            self._wakes[lane].set()

    async def _do(self, row: Row) -> None:
        duty = Duty(row.id, row.kind, row.payload.encode(), row.attempts)
        try:
            handler = self._handlers[duty.kind]
            effect = await asyncio.wait_for(handler(duty), LEASE_MS / 1000)
            await self._store.write(lambda tx: self._finish(tx, row, effect))
        except claims.Lost:
            self._log.warning("duty lost", kind=row.kind)
        except Exception as error:  # noqa: BLE001 - whatever it was, the duty is kept and the reason with it
            await self._failed(row, error)

    async def _finish(self, tx: Tx, row: Row, effect: Effect | None) -> None:
        await claims.still_ours(self._store, tx, row)
        if effect is not None:
            await effect(tx)
        await queries.finish_duty(tx, row.id, row.asked)

    async def _failed(self, row: Row, error: Exception) -> None:
        now = self._clock.now_ms()
        dead_at = now if row.attempts >= MOST_ATTEMPTS else None
        wait = backoff_seconds(row.attempts, self._randomness.uniform())
        reason = f"{type(error).__name__}: {error}"[:500]
        self._log.warning("duty failed", kind=row.kind, attempts=row.attempts, error=type(error).__name__)

        async def apply(tx: Tx) -> None:
            await claims.still_ours(self._store, tx, row)
            run_at = now + round(wait * 1000)
            await queries.postpone_duty(tx, row.id, run_at=run_at, error=reason, dead_at=dead_at)

        with contextlib.suppress(claims.Lost):
            await self._store.write(apply)
