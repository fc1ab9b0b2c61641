"""A season that is on, and five people in the circle."""

import asyncio
from datetime import UTC, datetime

import pytest

from kizuna.apps.season import actions
from kizuna.apps.season.check import load_season
from kizuna.apps.season.ports import Calendar, Installed, Seasons
from kizuna.apps.season.run import Run
from kizuna.circle.ports import Circle
from kizuna.ground.randomness import SeededRandomness
from kizuna.store.open import Stores
from tests.circle.conftest import Cast, befriend, cast, circle, pytest_pyfunc_call
from tests.fakes import FakeClock
from tests.season.test_check import SHIPPED

__all__ = ["befriend", "cast", "circle", "pytest_pyfunc_call"]


def at(moment: str) -> int:
    """A moment by the clocks of Japan, in Unix milliseconds."""
    return round(datetime.fromisoformat(f"{moment}+09:00").astimezone(UTC).timestamp() * 1000)


@pytest.fixture
def run() -> Run:
    """mixi Xmas in 2026."""
    return load_season(SHIPPED / "xmas-2011", 2026)


@pytest.fixture
def seasons(stores: Stores, clock: FakeClock, run: Run) -> Seasons:
    """The season has begun: it is the evening of the third day."""
    clock.set(at("2026-12-03T20:00"))
    place = SHIPPED / "xmas-2011"
    installed = {run.season.id: Installed(run.season, place)}
    made = Seasons(stores.circle, SeededRandomness("season"), Calendar(clock, installed))
    asyncio.run(actions.begin(made, run))
    return made


@pytest.fixture
def town(circle: Circle, cast: Cast, seasons: Seasons, run: Run) -> Cast:
    """hana, taro, yuki and ken are hana's friends, and their stages hang; mallory is nobody's friend."""

    async def settle() -> None:
        await befriend(circle, cast.hana, cast.taro, cast.yuki, cast.ken)
        for one in (cast.hana, cast.taro, cast.yuki, cast.ken, cast.mallory):
            await actions.hang(seasons, run, one)

    asyncio.run(settle())
    return cast
