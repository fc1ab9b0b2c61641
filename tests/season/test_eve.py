"""The draw for all: at its instant, once, and anybody who holds the seed can compute it."""

import asyncio
import dataclasses
import time
from contextlib import suppress
from typing import Any, cast

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from bench.data import fill
from kizuna.apps.season import actions, book, draws, eve, eve_queries, queries
from kizuna.apps.season.draws import eve_seed, level, winners
from kizuna.apps.season.models import EvePrize, Lot, Prize
from kizuna.apps.season.ports import Seasons
from kizuna.apps.season.run import Run
from kizuna.apps.season.tables import SEASON_CHANCE
from kizuna.apps.season.verify import verify
from kizuna.ledger import queries as ledger
from kizuna.ledger.actions import move
from kizuna.ledger.audit import audit
from kizuna.ledger.models import Movement
from kizuna.ledger.tables import ACCOUNT
from kizuna.store.store import Store, Tx
from tests.circle.conftest import Cast
from tests.dose import dose, show
from tests.fakes import FakeClock
from tests.season.conftest import at


@pytest.fixture
def played(seasons: Seasons, run: Run, town: Cast) -> Seasons:
    """hana is on level 6, taro on level 2, yuki on level 1; ken has no point."""

    async def win(tx: Tx) -> None:
        for face_id, points in ((town.hana, 80), (town.taro, 7), (town.yuki, 1)):
            source, target = book.Account(book.points(run), "issuer"), book.held(book.points(run), face_id)
            await move(tx, Movement(f"a test {face_id}", source, target, points))

    asyncio.run(seasons.store.write(win))
    return seasons


def few(run: Run, count: int) -> Run:
    """So many cakes are drawn in the end, of the hundred that are set aside."""
    assert run.season.eve is not None
    prizes = (EvePrize(coupon="cake", count=count),)
    return replace(run, season=replace(run.season, eve=replace(run.season.eve, prizes=prizes)))


async def cakes(seasons: Seasons, run: Run, *faces: int) -> list[int]:
    asset = book.coupon(run, "cake")
    return [await ledger.balance(seasons.store.reads, book.held(asset, one)) for one in faces]


async def test_it_is_held_at_its_instant_and_once(
    played: Seasons, run: Run, town: Cast, clock: FakeClock
) -> None:
    clock.set(at("2026-12-24T20:59:59.999"))
    assert await eve.hold(played, run) == 0
    clock.set(at("2026-12-24T21:00"))
    held = await asyncio.gather(*(eve.hold(played, run) for _ in range(5)))
    assert sorted(held) == [0, 0, 0, 0, 3]
    assert await cakes(played, run, town.hana, town.taro, town.yuki, town.ken) == [1, 1, 1, 0]
    assert await audit(played.store.reads) == []
    assert (await verify(played.store.reads, {run.season.id: run.season}))[1] == []


async def crowd(seasons: Seasons, run: Run, clock: FakeClock, people: int) -> None:
    """So many more have a point or some more, each of another number."""

    async def win(tx: Tx) -> None:
        for number in range(1, people + 1):
            source, target = book.Account(book.points(run), "issuer"), book.held(book.points(run), number)
            await move(tx, Movement(f"a test {number}", source, target, 1 + number % 20))

    await seasons.store.write(win)
    clock.set(at("2026-12-24T21:00"))


class Interrupted(Exception):
    """The process ended."""


async def test_held_in_parts_it_ends_the_same_wherever_it_was_interrupted(
    played: Seasons, run: Run, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four faces in a write; it is begun again and again, and comes one write further each time."""
    monkeypatch.setattr(eve, "AT_ONCE", 4)
    run = few(run, 10)
    await crowd(played, run, clock, 30)
    made = await queries.find_run(played.store.reads, run.season.id, run.year)
    assert made is not None

    class Weak:
        """A store that breaks down after so many writes."""

        def __init__(self, lasts: int) -> None:
            self._lasts = lasts

        def __getattr__(self, name: str) -> Any:
            return getattr(played.store, name)

        async def write(self, apply: Any) -> Any:
            self._lasts -= 1
            if self._lasts < 0:
                raise Interrupted
            return await played.store.write(apply)

    interrupted = 0
    for lasts in range(40):
        with suppress(Interrupted):
            assert await eve.hold(dataclasses.replace(played, store=cast("Store", Weak(lasts))), run) == 10
            break
        interrupted += 1
    assert interrupted == 5, "the last part that is written down, three that are handed out, and the end"
    levels, won = await _chances(played, run)
    root = await queries.root(played.store.reads, made.id)
    assert run.season.eve is not None
    assert len(levels) == 33
    assert won == dict(winners(eve_seed(root, run), run.season.eve, levels))
    assert await audit(played.store.reads) == []
    assert (await verify(played.store.reads, {run.season.id: run.season}))[1] == []
    assert await eve.hold(played, run) == 0


def many_points(_lot: Lot, _number: int) -> Prize:
    return Prize(weight=1, points=500)


async def test_points_won_after_its_instant_are_no_chances(
    played: Seasons, run: Run, town: Cast, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However late somebody is written down: what counts is what they had at nine in the evening."""
    monkeypatch.setattr(draws, "prize_at", many_points)
    clock.set(at("2026-12-24T20:59:59"))
    await actions.ring(played, run, town.yuki, town.hana)
    clock.set(at("2026-12-24T21:00:01"))
    await actions.ring(played, run, town.taro, town.hana)
    await actions.ring(played, run, town.ken, town.hana)
    await eve.hold(played, run)
    assert (await _chances(played, run))[0] == {
        town.hana: level(run.season, 80),
        town.taro: level(run.season, 7),
        town.yuki: level(run.season, 501),
    }


async def test_a_turn_is_not_for_ever(
    played: Seasons, run: Run, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eve, "AT_ONCE", 1)
    monkeypatch.setattr(eve, "TURN_MS", 0)
    clock.set(at("2026-12-24T21:00"))
    assert await eve.hold(played, run) == 0
    assert await _chances(played, run) == ({}, {})
    monkeypatch.setattr(eve, "TURN_MS", 1000)
    assert await eve.hold(played, run) == 3


async def test_another_winner_is_found(played: Seasons, run: Run, town: Cast, clock: FakeClock) -> None:
    run = few(run, 1)
    clock.set(at("2026-12-24T21:00"))
    assert await eve.hold(played, run) == 1
    chance = SEASON_CHANCE.c
    (winner,) = [row.face_id for row in await played.store.reads.all(sa.select(SEASON_CHANCE)) if row.coupon]
    other = next(one for one in (town.hana, town.taro, town.yuki) if one != winner)

    async def cheat(tx: Tx) -> None:
        await tx.run(sa.update(SEASON_CHANCE).values(coupon=None))
        await tx.run(sa.update(SEASON_CHANCE).where(chance.face_id == other).values(coupon="cake"))

    await played.store.write(cheat)
    wrong = (await verify(played.store.reads, {run.season.id: run.season}))[1]
    assert len([line for line in wrong if "eve," in line]) == 3, wrong


async def test_levels_that_were_changed_are_found(
    played: Seasons, run: Run, town: Cast, clock: FakeClock
) -> None:
    """With enough chances more, somebody else would have won."""
    run = few(run, 1)
    clock.set(at("2026-12-24T21:00"))
    await eve.hold(played, run)
    levels, won = await _chances(played, run)
    loser = next(one for one in levels if one not in won)
    raised = sa.update(SEASON_CHANCE).where(SEASON_CHANCE.c.face_id == loser).values(level=5_000)
    await played.store.write(lambda tx: tx.run(raised))
    assert (await verify(played.store.reads, {run.season.id: run.season}))[1]


async def _chances(seasons: Seasons, run: Run) -> tuple[dict[int, int], dict[int, str]]:
    made = await queries.find_run(seasons.store.reads, run.season.id, run.year)
    assert made is not None
    return await eve_queries.chances(seasons.store.reads, made.id)


@pytest.mark.sqlite("measures a file; the parts are the same on every database")
@pytest.mark.load
async def test_many_people_keep_nobody_waiting(
    played: Seasons, run: Run, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    """While it is held others read and write; before, all of it was one write."""
    people = dose(3_000, 200_000)
    asset = book.points(run)
    await fill(
        played.store,
        ACCOUNT,
        (
            {"asset": asset, "kind": "held", "owner_id": n, "balance": 1 + n % 300}
            for n in range(1, people + 1)
        ),
    )
    clock.set(at("2026-12-24T21:00"))
    holding, waits = asyncio.create_task(eve.hold(played, run)), list[float]()
    began = time.perf_counter()
    while not holding.done():
        asked = time.perf_counter()
        await played.store.write(_nothing)
        waits.append(time.perf_counter() - asked)
    seconds = time.perf_counter() - began
    with capsys.disabled():
        show(
            "the draw for all",
            ["people", "won", "seconds", "writes of others", "longest wait ms"],
            [[people, await holding, round(seconds, 1), len(waits), round(1000 * max(waits))]],
        )
    assert len(waits) > people / eve.AT_ONCE / 2, "others had their turn between any two parts"
    assert max(waits) < 2
    levels, won = await _chances(played, run)
    assert len(levels) == people + 3
    assert run.season.eve is not None
    assert len(won) == sum(one.count for one in run.season.eve.prizes)


async def _nothing(_: Tx) -> None:
    """A write of somebody else."""
