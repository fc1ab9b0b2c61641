"""Duties: done once they succeed, retried until then, kept when hopeless; lifelines wait for nobody."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from kizuna.ground.clock import SystemClock
from kizuna.ground.randomness import SeededRandomness
from kizuna.jobs import duties, queries
from kizuna.jobs.duties import Duty, Effect, Lane
from kizuna.jobs.worker import (
    IDLE_S,
    LONGEST_BACKOFF_S,
    MOST_ATTEMPTS,
    PLACES,
    Worker,
    backoff_seconds,
    pause,
)
from kizuna.store.open import Stores
from kizuna.store.store import Row, Tx
from tests.jobs.failing import FailingStore


class Task(msgspec.Struct, frozen=True):
    number: int


Handle = Callable[[Duty], Awaitable[Effect | None]]


def worker(stores: Stores, **handlers: Handle) -> Worker:
    return Worker(stores.circle, handlers, SystemClock(), SeededRandomness(1))


async def ask(
    stores: Stores, kind: str, number: int = 1, *, lane: Lane = "normal", key: str | None = None
) -> None:
    await stores.circle.write(lambda tx: duties.add(tx, kind, Task(number), lane=lane, key=key))


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(500):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen within 5 s")


async def waiting(stores: Stores) -> int:
    return len(await queries.due_duties("circle", stores.circle.reads, "normal", queries.NEVER, 100))


def test_the_effect_and_the_end_of_the_duty_are_one_transaction(stores: Stores) -> None:
    async def go() -> None:
        seen: list[int] = []

        async def handle(duty: Duty) -> Effect:
            async def effect(tx: Tx) -> None:
                left = await queries.lease_duty(tx, duty.id, 0)
                seen.append(msgspec.json.decode(duty.payload, type=Task).number)
                assert left is None, "the duty is still ours while its effect is applied"

            return effect

        running = worker(stores, task=handle)
        await running.start()
        await ask(stores, "task", 7)
        await until(lambda: seen == [7])
        await stores.circle.write(queries.free_leases)
        assert await waiting(stores) == 0
        await running.stop()

    asyncio.run(go())


def test_a_failure_is_tried_again_and_the_reason_kept(stores: Stores) -> None:
    async def go() -> None:
        attempts: list[int] = []

        async def handle(duty: Duty) -> None:
            attempts.append(duty.attempts)
            raise ValueError("not today")

        running = worker(stores, task=handle)
        await running.start()
        await ask(stores, "task")
        rows: Sequence[Row] = []
        for _ in range(500):
            rows = await queries.due_duties("circle", stores.circle.reads, "normal", queries.NEVER, 10)
            if rows and rows[0].error:
                break
            await asyncio.sleep(0.01)
        await running.stop()
        assert [(row.error, row.dead_at) for row in rows] == [("ValueError: not today", None)]
        assert rows[0].run_at > SystemClock().now_ms() - 1000

    asyncio.run(go())


def test_a_hopeless_duty_becomes_a_dead_letter(stores: Stores) -> None:
    async def go() -> None:
        async def handle(duty: Duty) -> None:
            raise ValueError("never")

        await ask(stores, "task")
        row = (await queries.due_duties("circle", stores.circle.reads, "normal", queries.NEVER, 10))[0]
        running = worker(stores, task=handle)
        for _ in range(MOST_ATTEMPTS - 1):
            await stores.circle.write(lambda tx: queries.lease_duty(tx, row.id, 0))
        await running.start()
        dead: Sequence[Row] = ()
        for _ in range(500):
            if dead := await queries.dead_duties("circle", stores.circle.reads):
                break
            await asyncio.sleep(0.01)
        await running.stop()
        assert [(each.kind, each.error) for each in dead] == [("task", "ValueError: never")]

    asyncio.run(go())


def test_one_duty_per_key_and_asking_while_it_runs_runs_it_again(stores: Stores) -> None:
    async def go() -> None:
        seen: list[int] = []
        gate = asyncio.Event()

        async def handle(duty: Duty) -> None:
            seen.append(msgspec.json.decode(duty.payload, type=Task).number)
            if len(seen) == 1:
                await gate.wait()

        await ask(stores, "task", 1, key="same")
        await ask(stores, "task", 2, key="same")
        running = worker(stores, task=handle)
        await running.start()
        await until(lambda: seen == [2])
        await ask(stores, "task", 3, key="same")
        gate.set()
        await until(lambda: seen == [2, 3])
        await asyncio.sleep(0.05)
        assert seen == [2, 3]
        assert await waiting(stores) == 0
        await running.stop()

    asyncio.run(go())


def test_lifelines_do_not_wait_behind_other_work(stores: Stores) -> None:
    async def go() -> None:
        saved: list[int] = []
        stuck = 0

        async def slow(duty: Duty) -> None:
            nonlocal stuck
            stuck += 1
            await asyncio.sleep(60)

        async def alert(duty: Duty) -> None:
            saved.append(duty.id)

        running = worker(stores, slow=slow, alert=alert)
        await running.start()
        for _ in range(PLACES * 3):
            await ask(stores, "slow")
        await until(lambda: stuck == PLACES)
        await ask(stores, "alert", lane="lifeline")
        await until(lambda: len(saved) == 1)
        await running.stop()

    asyncio.run(go())


def test_what_a_crashed_process_held_is_free_after_the_next_start(stores: Stores) -> None:
    async def go() -> None:
        await ask(stores, "task")
        row = (await queries.due_duties("circle", stores.circle.reads, "normal", queries.NEVER, 10))[0]
        await stores.circle.write(lambda tx: queries.lease_duty(tx, row.id, queries.NEVER))
        done: list[int] = []

        async def handle(duty: Duty) -> None:
            done.append(duty.id)

        running = worker(stores, task=handle)
        await running.start()
        await until(lambda: done == [row.id])
        await running.stop()

    asyncio.run(go())


def test_a_store_that_fails_stops_no_lane_and_loses_no_duty(stores: Stores) -> None:
    async def go() -> None:
        done: list[int] = []

        async def handle(duty: Duty) -> None:
            done.append(msgspec.json.decode(duty.payload, type=Task).number)

        store = FailingStore(stores.circle)
        running = Worker(store, {"task": handle}, SystemClock(), SeededRandomness(1))
        await running.start()
        await asyncio.sleep(0.05)
        store.reads_to_fail = store.writes_to_fail = 1
        await ask(stores, "task", 5)
        await until(lambda: done == [5])
        assert (store.reads_to_fail, store.writes_to_fail) == (0, 0)
        await running.stop()

    asyncio.run(go())


def test_backoff_doubles_with_jitter_up_to_an_hour() -> None:
    assert [backoff_seconds(n, 0.5) for n in (1, 2, 3)] == [1, 2, 4]
    assert backoff_seconds(1, 0.0) == 0.5
    assert backoff_seconds(1000, 0.5) == LONGEST_BACKOFF_S


def test_whoever_is_woken_can_be_stopped_in_every_moment_of_it() -> None:
    async def forever(wake: asyncio.Event) -> None:
        while True:
            wake.clear()
            await pause(wake, IDLE_S)

    async def go() -> None:
        for moments in range(8):
            wake = asyncio.Event()
            task = asyncio.create_task(forever(wake))
            for _ in range(4):
                await asyncio.sleep(0)
            wake.set()
            for _ in range(moments):
                await asyncio.sleep(0)
            task.cancel()
            stopped, _ = await asyncio.wait([task], timeout=5)
            assert stopped, f"the cancellation was lost {moments} steps after the wake"

    asyncio.run(go())
