"""The report of a season: totals, and none about fewer than twenty people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.apps.season import actions, queries, report, report_queries
from kizuna.apps.season.ports import Seasons
from kizuna.apps.season.report import LEAST, share, told
from kizuna.apps.season.run import Run
from tests.circle.conftest import Cast


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_few_people_are_nobody(count: int, people: int) -> None:
    assert told(count, people) == (count if people >= 20 else None)


@given(st.integers(0, 500), st.integers(0, 500))
def test_shares_are_rounded_to_five(part: int, more: int) -> None:
    found = share(part, part + more)
    assert found % 5 == 0
    assert part + more == 0 or abs(found - 100 * part / (part + more)) <= 2.5


async def test_it_counts(seasons: Seasons, run: Run, town: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five have hung theirs, hana first; taro, yuki and ken had a friend there before, mallory has none."""
    made = await queries.find_run(seasons.store.reads, run.season.id, run.year)
    assert made is not None
    for friend in (town.taro, town.yuki):
        await actions.ring(seasons, run, town.hana, friend)
    few = await report_queries.totals(seasons.store.reads, made.id)
    assert {getattr(few, name) for name in few.__struct_fields__} == {None}
    assert LEAST == 20
    monkeypatch.setattr(report, "LEAST", 1)
    found = await report_queries.totals(seasons.store.reads, made.id)
    assert (found.people, found.ringers, found.acts, found.through_friends) == (5, 1, 2, 60)
    assert (found.gifts, found.used) == (None, None)


async def test_whoever_has_left_is_nobody_however_often_they_rang(
    seasons: Seasons, run: Run, town: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "LEAST", 2)
    made = await queries.find_run(seasons.store.reads, run.season.id, run.year)
    assert made is not None
    for friend in (town.taro, town.yuki, town.ken):
        await actions.ring(seasons, run, town.hana, friend)
    await actions.ring(seasons, run, town.taro, town.hana)
    assert (await report_queries.totals(seasons.store.reads, made.id)).ringers == 2
    await seasons.store.write(lambda tx: queries.forget_some(tx, town.hana, 10))
    found = await report_queries.totals(seasons.store.reads, made.id)
    assert (found.ringers, found.acts) == (None, None)
