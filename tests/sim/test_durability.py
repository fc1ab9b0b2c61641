"""Invariant 8 on the kernel alone: a server that is killed again and again loses nothing and does nothing twice."""

from asyncio import sleep
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from kizuna.ground.events import Event, tag_of
from kizuna.ground.randomness import SeededRandomness
from kizuna.jobs import duties
from kizuna.jobs.duties import Duty, Effect
from kizuna.jobs.outbox import Consumer, Dispatcher, Subscription
from kizuna.jobs.worker import Worker
from kizuna.store.connection import Connection
from kizuna.store.open import open_stores
from kizuna.store.store import Tx
from tests.sim.clock import SimClock
from tests.sim.loop import Process, SimLoop, simulation

TABLES = sa.MetaData()
MADE, HEARD, DONE = (
    sa.Table(name, TABLES, sa.Column("number", sa.Integer)) for name in ("made", "heard", "done")
)
LIVES = 8


class Made(Event, frozen=True, tag="test.made"):
    number: int


class Order(msgspec.Struct):
    number: int


class Mill:
    """A server of one verb: a row, an event to the other store and a duty, together."""

    def __init__(self, loop: SimLoop, data: Path, life: int) -> None:
        self.process = Process(loop, "mill")
        clock, randomness = SimClock(loop), SeededRandomness(life)
        self.stores = open_stores(data, clock, inline=True)
        self.process.on_death(self.stores.abandon)
        table = {tag_of(Made): Subscription(Made, [Consumer("test", self.stores.circle, self._hear)])}
        self._dispatcher = Dispatcher(self.stores.square, table, clock, randomness)
        self._worker = Worker(self.stores.square, {"test.order": self._do}, clock, randomness)

    async def start(self) -> None:
        await self._dispatcher.start()
        await self._worker.start()

    async def make(self, number: int, acknowledged: list[int]) -> None:
        async def apply(tx: Tx) -> None:
            await tx.run(sa.insert(MADE), {"number": number})
            tx.emit(Made(number))
            await duties.add(tx, "test.order", Order(number))

        await self.stores.square.write(apply)
        acknowledged.append(number)

    async def _hear(self, event: Made, tx: Tx) -> None:
        await tx.run(sa.insert(HEARD), {"number": event.number})

    async def _do(self, duty: Duty) -> Effect:
        number = msgspec.json.decode(duty.payload, type=Order).number
        await sleep(0.1)

        async def effect(tx: Tx) -> None:
            await tx.run(sa.insert(DONE), {"number": number})

        return effect


async def live_and_die(loop: SimLoop, data: Path, seed: int, acknowledged: list[int]) -> None:
    chance = SeededRandomness(f"mill {seed}")
    number = 0
    for life in range(LIVES):
        mill = Mill(loop, data, life)
        mill.process.spawn(mill.start())
        mill.process.kill_after(1 + chance.below(120))
        for _ in range(5):
            number += 1
            if mill.process.alive:
                mill.process.spawn(mill.make(number, acknowledged))
            await sleep(chance.uniform() * 0.2)
        mill.process.kill()
        await sleep(0.1)
    last = Mill(loop, data, LIVES)
    last.process.spawn(last.start())
    await sleep(3600)
    last.process.kill()


def numbers(path: Path, table: sa.Table) -> list[int]:
    connection = Connection(path)
    found = sorted(row.number for row in connection.all(sa.select(table.c.number), None))
    connection.close()
    return found


@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_lost_and_nothing_happens_twice(place: Path, seed: int) -> None:
    with simulation(SeededRandomness(seed)) as loop:
        open_stores(place, SimClock(loop), inline=True).abandon()
        for store in ("square", "circle"):
            engine = sa.create_engine(f"sqlite:///{place / store}.db", poolclass=sa.pool.NullPool)
            TABLES.create_all(engine)
        acknowledged: list[int] = []
        loop.run_until_complete(live_and_die(loop, place, seed, acknowledged))
        assert loop.errors == []
    made = numbers(place / "square.db", MADE)
    assert len(made) == len(set(made))
    assert set(acknowledged) <= set(made)
    assert 0 < len(acknowledged) < LIVES * 5
    assert numbers(place / "circle.db", HEARD) == made
    assert numbers(place / "square.db", DONE) == made
