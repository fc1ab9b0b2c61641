"""The light act: once for each friend and day, whatever is repeated, at whatever moment, by whomever."""

import asyncio
from collections import Counter
from datetime import date

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from kizuna.apps.season import actions, book, queries
from kizuna.apps.season.actions import Ended
from kizuna.apps.season.draws import Drawn, Won, day_seed, wrong_draws
from kizuna.apps.season.models import Prize
from kizuna.apps.season.ports import Seasons
from kizuna.apps.season.run import Run
from kizuna.apps.season.tables import SEASON_ACT
from kizuna.circle import block_actions, friend_actions
from kizuna.circle.ports import Circle
from kizuna.ground.errors import Invalid, NotFound
from kizuna.jobs.idempotency import make_key
from kizuna.ledger import queries as ledger
from kizuna.ledger.actions import move
from kizuna.ledger.audit import audit
from kizuna.ledger.models import Movement
from tests.circle.conftest import Cast
from tests.fakes import FakeClock
from tests.season.conftest import at


async def acts(seasons: Seasons, run: Run) -> list[Drawn]:
    made = await queries.find_run(seasons.store.reads, run.season.id, run.year)
    assert made is not None
    return [queries.drawn(row) for row in await queries.acts(seasons.store.reads, made.id, 0, 100)]


async def seeds(seasons: Seasons, run: Run) -> dict[date, bytes]:
    made = await queries.find_run(seasons.store.reads, run.season.id, run.year)
    assert made is not None
    root = await queries.root(seasons.store.reads, made.id)
    return {day: day_seed(root, run, day) for day in run.days()}


async def test_it_draws_what_follows_from_the_seed(seasons: Seasons, run: Run, town: Cast) -> None:
    for friend in (town.taro, town.yuki, town.ken):
        await actions.ring(seasons, run, town.hana, friend)
    done = await acts(seasons, run)
    assert [(one.ringer_id, one.friend_id) for one in done] == [
        (town.hana, friend) for friend in (town.taro, town.yuki, town.ken)
    ]
    known = await seeds(seasons, run)
    assert wrong_draws(run, known, done) == []
    brought: Counter[str] = Counter()
    for one in done:
        if movement := book.of_act(run, 1, one):
            brought[movement.target.asset] += movement.amount
    assert await ledger.balances(seasons.store.reads, "held", town.hana) == brought
    assert await audit(seasons.store.reads) == []


async def test_once_for_each_friend_and_day(seasons: Seasons, run: Run, town: Cast, clock: FakeClock) -> None:
    first = await actions.ring(seasons, run, town.hana, town.taro)
    again = await asyncio.gather(*(actions.ring(seasons, run, town.hana, town.taro) for _ in range(20)))
    assert set(again) == {first}
    other = await actions.ring(seasons, run, town.taro, town.hana)
    assert other != first
    clock.set(at("2026-12-03T23:59:59.999"))
    assert await actions.ring(seasons, run, town.hana, town.taro) == first
    clock.set(at("2026-12-04T00:00"))
    assert await actions.ring(seasons, run, town.hana, town.taro) not in (first, other)


async def test_a_repeat_after_midnight_is_the_act_of_the_day_before(
    seasons: Seasons, run: Run, town: Cast, clock: FakeClock
) -> None:
    key = make_key(town.hana, 0, "a form", b"taro")
    clock.set(at("2026-12-03T23:59:59.999"))
    first = await actions.ring(seasons, run, town.hana, town.taro, key)
    clock.set(at("2026-12-04T00:00:03"))
    assert await actions.ring(seasons, run, town.hana, town.taro, key) == first
    assert len(await acts(seasons, run)) == 1


async def test_only_for_friends_whose_stage_hangs(
    seasons: Seasons, run: Run, town: Cast, circle: Circle
) -> None:
    with pytest.raises(NotFound):
        await actions.ring(seasons, run, town.hana, town.mallory)
    with pytest.raises(NotFound):
        await actions.ring(seasons, run, town.hana, town.hana)
    await friend_actions.remove_friend(circle, town.taro, town.hana)
    with pytest.raises(NotFound):
        await actions.ring(seasons, run, town.hana, town.taro)
    await block_actions.block(circle, town.yuki, town.hana)
    with pytest.raises(NotFound):
        await actions.ring(seasons, run, town.hana, town.yuki)
    assert await acts(seasons, run) == []


@pytest.mark.parametrize("moment", ["2026-11-30T23:59:59.999", "2026-12-26T00:00", "2027-12-03T12:00"])
async def test_only_while_it_is_on(
    seasons: Seasons, run: Run, town: Cast, clock: FakeClock, moment: str
) -> None:
    clock.set(at(moment))
    for act in (
        actions.ring(seasons, run, town.hana, town.taro),
        actions.hang(seasons, run, town.hana),
        actions.decorate(seasons, run, town.hana, 0, "star"),
    ):
        with pytest.raises(Ended):
            await act


async def test_a_day_has_so_many(seasons: Seasons, run: Run, town: Cast, clock: FakeClock) -> None:
    less = replace(run, season=replace(run.season, act=replace(run.season.act, most=2)))
    for friend in (town.taro, town.yuki):
        await actions.ring(seasons, less, town.hana, friend)
    with pytest.raises(Invalid):
        await actions.ring(seasons, less, town.hana, town.ken)
    assert await actions.ring(seasons, less, town.hana, town.taro), "that is the act of before"
    clock.set(at("2026-12-04T00:00"))
    await actions.ring(seasons, less, town.hana, town.ken)


async def test_what_is_out_of_stock_is_not_given(seasons: Seasons, run: Run, town: Cast) -> None:
    """Every act draws the coupon, and one is left: the first one wins it, the others win points instead."""
    always = (Prize(weight=1000, coupon="hot-snack"),)
    lots = tuple(replace(lot, prizes=always) for lot in run.season.lots)
    run = replace(run, season=replace(run.season, lots=lots))
    hot = book.stock(run, "hot-snack")
    left = await ledger.balance(seasons.store.reads, hot)
    assert left == 100_000
    bought = Movement("a test", hot, book.held(hot.asset, town.mallory), left - 1)
    await seasons.store.write(lambda tx: move(tx, bought))
    friends = (town.taro, town.yuki, town.ken)
    await asyncio.gather(*(actions.ring(seasons, run, town.hana, one) for one in friends))
    done = await acts(seasons, run)
    assert [one.won for one in done] == [Won(coupon="hot-snack"), Won(points=3), Won(points=3)]
    assert [one.out_of_stock for one in done] == [False, True, True]
    assert await ledger.balance(seasons.store.reads, hot) == 0
    assert await audit(seasons.store.reads) == []


async def test_what_hangs_is_what_was_won(seasons: Seasons, run: Run, town: Cast) -> None:
    with pytest.raises(Invalid):
        await actions.decorate(seasons, run, town.hana, 0, "star")
    star = book.ornament(run, "star")
    issuer = Movement("a test", book.Account(star, "issuer"), book.held(star, town.hana), 2)
    await seasons.store.write(lambda tx: move(tx, issuer))
    for place in (0, 4):
        await actions.decorate(seasons, run, town.hana, place, "star")
    with pytest.raises(Invalid):
        await actions.decorate(seasons, run, town.hana, 8, "star")
    await actions.decorate(seasons, run, town.hana, 4, "star")
    await actions.decorate(seasons, run, town.hana, 0, "")
    await actions.decorate(seasons, run, town.hana, 8, "star")
    made = await queries.find_run(seasons.store.reads, run.season.id, run.year)
    assert made is not None
    hanging = await queries.decorations(seasons.store.reads, made.id, {town.hana, town.taro})
    assert hanging == {town.hana: {4: "star", 8: "star"}}
    for place in (-1, actions.PLACES):
        with pytest.raises(NotFound):
            await actions.decorate(seasons, run, town.hana, place, "")


async def test_it_begins_once(seasons: Seasons, run: Run) -> None:
    made = await queries.find_run(seasons.store.reads, run.season.id, run.year)
    assert made is not None
    before = await queries.root(seasons.store.reads, made.id)
    await asyncio.gather(*(actions.begin(seasons, run) for _ in range(3)))
    assert await queries.root(seasons.store.reads, made.id) == before
    assert len(await queries.all_runs(seasons.store.reads)) == 1
    promised = await queries.commitments(seasons.store.reads, made.id)
    assert list(promised) == [*sorted(str(day) for day in run.days()), "eve"]


async def test_who_leaves_stands_in_no_act_and_the_order_stays(
    seasons: Seasons, run: Run, town: Cast
) -> None:
    mine = await actions.ring(seasons, run, town.hana, town.taro)
    theirs = await actions.ring(seasons, run, town.taro, town.hana)
    other = await actions.ring(seasons, run, town.ken, town.hana)
    forgotten = [
        await seasons.store.write(lambda tx: queries.forget_some(tx, town.taro, 1)) for _ in range(3)
    ]
    assert forgotten == [1, 1, 0]
    rows = await seasons.store.reads.all(sa.select(SEASON_ACT).order_by(SEASON_ACT.c.id))
    assert [(row.ringer_id, row.friend_id) for row in rows] == [
        (town.hana, -mine), (-theirs, town.hana), (town.ken, town.hana)
    ]  # fmt: skip
    assert [row.id for row in rows] == [mine, theirs, other]
    assert wrong_draws(run, await seeds(seasons, run), await acts(seasons, run)) == []
