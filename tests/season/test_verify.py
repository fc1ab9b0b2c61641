"""Every draw can be computed anew, and whatever was changed afterwards is found."""

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from kizuna.apps.season import actions
from kizuna.apps.season.models import Season
from kizuna.apps.season.ports import Seasons
from kizuna.apps.season.run import Run
from kizuna.apps.season.tables import SEASON_ACT, SEASON_COMMITMENT, SEASON_ROOT
from kizuna.apps.season.verify import verify
from kizuna.ledger.tables import MOVEMENT
from kizuna.store.store import Tx
from tests.circle.conftest import Cast
from tests.databases import environment
from tests.fakes import FakeClock
from tests.season.conftest import at
from tests.season.test_commands import typed


@pytest.fixture
def rung(seasons: Seasons, run: Run, town: Cast, clock: FakeClock) -> Seasons:
    """Three friends and hana ring for each other on three days."""

    async def live() -> None:
        for day in (3, 4, 5):
            clock.set(at(f"2026-12-0{day}T12:00"))
            for friend in (town.taro, town.yuki, town.ken):
                await actions.ring(seasons, run, town.hana, friend)
                await actions.ring(seasons, run, friend, town.hana)

    asyncio.run(live())
    return seasons


async def checked(seasons: Seasons, season: Season) -> tuple[list[str], list[str]]:
    return await verify(seasons.store.reads, {season.id: season})


async def change(seasons: Seasons, statement: sa.Executable) -> None:
    async def apply(tx: Tx) -> None:
        assert await tx.run(statement) > 0

    await seasons.store.write(apply)


async def test_what_was_drawn_is_what_follows(rung: Seasons, run: Run) -> None:
    assert await checked(rung, run.season) == (["xmas-2011 2026: 18 draws"], [])


async def test_a_result_that_was_changed_is_found(rung: Seasons, run: Run) -> None:
    first = sa.select(sa.func.min(SEASON_ACT.c.id)).scalar_subquery()
    await change(
        rung, sa.update(SEASON_ACT).where(SEASON_ACT.c.id == first).values(points=SEASON_ACT.c.points + 1)
    )
    _, wrong = await checked(rung, run.season)
    assert len(wrong) == 2, wrong
    assert "was given" in wrong[0]
    assert "the book says" in wrong[1]


async def test_a_movement_that_is_gone_is_found(rung: Seasons, run: Run) -> None:
    acts = sa.select(sa.func.min(MOVEMENT.c.key)).where(MOVEMENT.c.key.like("%/act/%")).scalar_subquery()
    await change(rung, sa.delete(MOVEMENT).where(MOVEMENT.c.key == acts))
    _, wrong = await checked(rung, run.season)
    assert len(wrong) == 1
    assert "the book says nothing" in wrong[0]


async def test_another_seed_is_found(rung: Seasons, run: Run) -> None:
    await change(rung, sa.update(SEASON_ROOT).values(root=b"x" * 32))
    _, wrong = await checked(rung, run.season)
    assert sum("not the one that was committed to" in line for line in wrong) == 26


async def test_a_promise_that_is_gone_is_found(rung: Seasons, run: Run) -> None:
    await change(rung, sa.delete(SEASON_COMMITMENT).where(SEASON_COMMITMENT.c.day == "2026-12-04"))
    _, wrong = await checked(rung, run.season)
    assert wrong == ["xmas-2011 2026: 2026-12-04: no commitment was published"]


async def test_other_weights_are_found(rung: Seasons, run: Run) -> None:
    lot = run.season.lots[0]
    first, second, *rest = lot.prizes
    moved = (replace(first, weight=1), replace(second, weight=first.weight + second.weight - 1), *rest)
    other = replace(run.season, lots=(replace(lot, prizes=moved), *run.season.lots[1:]))
    _, wrong = await checked(rung, other)
    assert wrong


async def test_a_season_that_is_not_named_is_told(rung: Seasons) -> None:
    assert (await verify(rung.store.reads, {}))[1] == [
        "xmas-2011 2026: the settings do not name this season, so its rules are not known"
    ]


async def test_as_an_administrator_types_it(rung: Seasons, tmp_path: Path) -> None:
    settings = {
        name.removeprefix("KIZUNA_").lower(): value for name, value in environment(tmp_path / "data").items()
    }
    done = await asyncio.to_thread(typed, "season", "verify", seasons="xmas-2011", **settings)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["xmas-2011 2026: 18 draws", "all is as it should be"]
    done = await asyncio.to_thread(typed, "season", "audit", **settings)
    assert done.returncode == 0
    assert "xmas-2011.2026/coupon/hot-snack: issuer -100,000" in done.stdout
    first = sa.select(sa.func.min(MOVEMENT.c.id)).scalar_subquery()
    await change(rung, sa.update(MOVEMENT).where(MOVEMENT.c.id == first).values(amount=MOVEMENT.c.amount + 1))
    done = await asyncio.to_thread(typed, "season", "audit", **settings)
    assert done.returncode == 1
    assert "WRONG" in done.stderr
