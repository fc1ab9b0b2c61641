"""Periodic duties: once per period, whatever happens to the process or its clock in between."""

import asyncio

import pytest

from kizuna.ground.randomness import SeededRandomness
from kizuna.jobs import claims, queries
from kizuna.jobs.duties import Duty, Effect
from kizuna.jobs.schedules import HOUR_MS, Schedule, begin, handlers, next_start
from kizuna.jobs.worker import MOST_ATTEMPTS, Worker
from kizuna.store.open import Stores
from kizuna.store.store import Tx
from tests.fakes import FakeClock


class Life:
    """One process with one hourly duty. ``ran`` is when the duty was done; ``failing`` makes it fail."""

    def __init__(self, stores: Stores, clock: FakeClock) -> None:
        self.store = stores.circle
        self.clock = clock
        self.ran: list[int] = []
        self.failing = False
        self.schedule = Schedule("test.hourly", HOUR_MS, self.handle)

    async def handle(self, _duty: Duty) -> Effect:
        if self.failing:
            raise ValueError("not today")

        async def effect(tx: Tx) -> None:
            tx.after(lambda: self.ran.append(self.clock.now_ms()))

        return effect

    async def live(self, work: int = 3) -> None:
        """A process that starts, does what is due, and dies."""
        await begin(self.store, [self.schedule])
        worker = Worker(self.store, handlers([self.schedule]), self.clock, SeededRandomness(1))
        for _ in range(work):
            for row in await claims.due_duties(self.store, "normal", self.clock.now_ms(), 8):
                taken = await claims.take_duty(self.store, row.id, self.clock.now_ms() + 1)
                assert taken is not None
                await worker._do(taken)  # pyright: ignore[reportPrivateUsage] - one step, without its loops

    def turn_to(self, now_ms: int) -> None:
        """Set the clock, forwards or back."""
        self.clock.advance((now_ms - self.clock.now_ms()) / 1000)

    async def waits_until(self) -> int | None:
        return await queries.next_duty("circle", self.store.reads, "normal")


@pytest.fixture
def life(stores: Stores, clock: FakeClock) -> Life:
    return Life(stores, clock)


def test_it_runs_once_per_period_however_often_the_process_starts(life: Life) -> None:
    async def go() -> None:
        for _ in range(3):
            await life.live()
        assert len(life.ran) == 1
        for _ in range(5):
            life.turn_to(next_start(life.clock.now_ms(), HOUR_MS))
            await life.live()
            await life.live()
        assert len(life.ran) == 6
        assert len({at // HOUR_MS for at in life.ran}) == 6

    asyncio.run(go())


def test_periods_without_a_process_are_not_made_up_for(life: Life) -> None:
    async def go() -> None:
        await life.live()
        life.turn_to(life.clock.now_ms() + 50 * HOUR_MS)
        await life.live(work=10)
        assert len(life.ran) == 2

    asyncio.run(go())


def test_a_clock_that_was_ahead_stops_nothing(life: Life) -> None:
    async def go() -> None:
        began = life.clock.now_ms()
        life.turn_to(life.clock.now_ms() + 1_000 * HOUR_MS)
        await life.live()
        life.turn_to(began)
        await life.live()
        assert len(life.ran) == 1, "this period was done, only under a wrong name"
        assert await life.waits_until() == next_start(began, HOUR_MS)
        life.turn_to(next_start(began, HOUR_MS))
        await life.live()
        assert len(life.ran) == 2

    asyncio.run(go())


def test_one_that_died_begins_again_with_the_next_process(life: Life) -> None:
    async def go() -> None:
        life.failing = True
        await begin(life.store, [life.schedule])
        for _ in range(MOST_ATTEMPTS):
            life.turn_to(life.clock.now_ms() + 2 * HOUR_MS)
            await life.live(work=1)
        assert len(await queries.dead_duties("circle", life.store.reads)) == 1
        life.failing = False
        await life.live()
        assert len(life.ran) == 1

    asyncio.run(go())
