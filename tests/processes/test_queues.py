"""Several processes work off one queue: each thing is done once, and what a process leaves behind is taken up."""

import asyncio
from collections import Counter

import msgspec
import pytest
import sqlalchemy as sa

from kizuna.ground.clock import SystemClock
from kizuna.ground.config import Config
from kizuna.ground.events import Event, tag_of
from kizuna.ground.randomness import SeededRandomness
from kizuna.jobs import claims, duties
from kizuna.jobs.duties import Duty, Effect
from kizuna.jobs.outbox import Consumer, Dispatcher, Subscription
from kizuna.jobs.tables import DUTY
from kizuna.jobs.worker import Worker
from kizuna.store.open import Stores, open_configured
from kizuna.store.store import Tx
from kizuna.store.tables import OUTBOX
from tests.postgres import Cluster
from tests.processes.several import PATIENCE_S, several, until

MANY = 120


class Said(Event, frozen=True, tag="test.told"):
    number: int


class Task(msgspec.Struct, frozen=True):
    number: int


async def ask(stores: Stores, numbers: range) -> None:
    async def apply(tx: Tx) -> None:
        for number in numbers:
            await duties.add(tx, "test.count", Task(number))

    await stores.circle.write(apply)


async def until_empty(stores: Stores) -> None:
    count = sa.select(sa.func.count()).select_from(OUTBOX["square"])
    async with asyncio.timeout(PATIENCE_S):
        while await stores.square.reads.scalar(count):
            pass


def test_each_duty_is_done_by_one_process(shared: Config) -> None:
    done: Counter[int] = Counter()
    by: Counter[int] = Counter()

    def worker(place: int, stores: Stores) -> Worker:
        async def handle(duty: Duty) -> Effect | None:
            number = msgspec.json.decode(duty.payload, type=Task).number
            done[number] += 1
            by[place] += 1
            await asyncio.sleep(0.001)
            return None

        return Worker(stores.circle, {"test.count": handle}, SystemClock(), SeededRandomness(place))

    async def go() -> None:
        async with several(shared, 3) as found:
            await ask(found[0], range(MANY))
            workers = [worker(place, stores) for place, stores in enumerate(found)]
            for each in workers:
                await each.start()
            await until(lambda: len(done) == MANY)
            await ask(found[1], range(MANY, MANY + 10))
            await until(lambda: len(done) == MANY + 10)
            for each in workers:
                await each.stop()

    asyncio.run(go())
    assert set(done.values()) == {1}
    assert len(by) == 3, "all of them worked"


def test_each_event_is_delivered_once_and_in_order(shared: Config) -> None:
    tried: list[int] = []
    told: list[int] = []

    def dispatcher(place: int, stores: Stores) -> Dispatcher:
        async def prepare(event: Said) -> Said:
            tried.append(event.number)
            return event

        async def act(event: Said, tx: Tx) -> None:
            tx.after(lambda: told.append(event.number))

        consumer = Consumer("test", stores.circle, act, prepare)
        table = {tag_of(Said): Subscription(Said, [consumer])}
        return Dispatcher(stores.square, table, SystemClock(), SeededRandomness(place))

    async def say(stores: Stores, number: int) -> None:
        async def apply(tx: Tx) -> None:
            tx.emit(Said(number))

        await stores.square.write(apply)

    async def go() -> None:
        async with several(shared, 3) as found:
            running = [dispatcher(place, stores) for place, stores in enumerate(found)]
            for each in running:
                await each.start()
            for number in range(MANY):
                await say(found[number % 3], number)
            await until(lambda: len(told) >= MANY)
            await until_empty(found[0])
            for each in running:
                await each.stop()

    asyncio.run(go())
    assert told == list(range(MANY))
    assert tried == list(range(MANY)), "and nobody tried what another had claimed"


def test_what_a_dead_process_holds_is_taken_up(shared: Config) -> None:
    async def go() -> None:
        async with several(shared, 1) as (here,):
            gone = open_configured(shared, SystemClock())
            await ask(gone, range(1))
            now = SystemClock().now_ms()
            (row,) = await claims.due_duties(gone.circle, "normal", now, 8)
            taken = await claims.take_duty(gone.circle, row.id, now + 120_000)
            assert taken is not None
            assert await claims.due_duties(here.circle, "normal", now, 8) == []
            await gone.close()
            (again,) = await claims.due_duties(here.circle, "normal", now, 8)
            assert await claims.take_duty(here.circle, again.id, now + 120_000) is not None
            with pytest.raises(claims.Lost):
                await here.circle.write(lambda tx: claims.still_ours(here.circle, tx, taken))

    asyncio.run(go())


def test_a_row_that_somebody_locks_keeps_no_writer_waiting(shared: Config, cluster: Cluster) -> None:
    async def go() -> None:
        async with several(shared, 1) as (here,):
            await ask(here, range(2))
            now = SystemClock().now_ms()
            first, second = await claims.due_duties(here.circle, "normal", now, 8)
            async with cluster.transaction(shared) as session:
                await session.execute("SELECT * FROM circle.duty WHERE id = $1 FOR UPDATE", first.id)
                async with asyncio.timeout(5):
                    assert await claims.take_duty(here.circle, first.id, now + 1_000) is None
                    assert await claims.take_duty(here.circle, second.id, now + 1_000) is not None
            left = sa.select(sa.func.count()).select_from(DUTY["circle"])
            assert await here.circle.reads.scalar(left) == 2

    asyncio.run(go())


def test_one_process_does_what_only_one_should(shared: Config) -> None:
    async def go() -> None:
        async with several(shared, 3) as (first, second, third):
            assert [await claims.is_first(each.circle) for each in (first, second, third)] == [
                True,
                False,
                False,
            ]
            await first.close()
            assert [await claims.is_first(each.circle) for each in (second, third)] == [True, False]

    asyncio.run(go())
