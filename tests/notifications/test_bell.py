"""After quiet hours one ring for each face, and none when the server stops before."""

import asyncio

import pytest

from kizuna.tie.bell import Bell, Place
from tests.fakes import FakeClock

pytestmark = pytest.mark.anyio


async def until_waiting() -> None:
    """Let the tasks come to their sleep."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_it_rings_once_with_the_newest_and_may_be_held_again() -> None:
    clock = FakeClock()
    bell, rung = Bell(clock), list[int]()
    mine: Place = ("square", 1)
    end = clock.now_ms() + 3_600_000
    for one in (5, 7, 6):
        bell.hold(mine, one, end, rung.append)
    bell.hold(("circle", 1), 9, end, rung.append)
    await until_waiting()
    clock.advance(3_599)
    await until_waiting()
    assert rung == []
    clock.advance(1)
    await until_waiting()
    assert sorted(rung) == [7, 9], "the planes are never put together"
    bell.hold(mine, 8, clock.now_ms() - 1, rung.append)
    await until_waiting()
    assert sorted(rung) == [7, 8, 9]
    bell.hold(mine, 10, end + 3_600_000, rung.append)
    await bell.stop()
    clock.advance(7_200)
    await until_waiting()
    assert 10 not in rung
