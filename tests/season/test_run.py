"""The days of a season: the same for everybody, to the millisecond, across years, zones and clocks that are set."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from kizuna.apps.season.check import BadSeason, load_season
from kizuna.apps.season.run import NoSuchMoment, instant
from tests.season.test_check import SHIPPED, spoil


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def test_christmas_is_from_midnight_to_midnight_in_tokyo() -> None:
    run = load_season(SHIPPED / "xmas-2011", 2011)
    assert run.opens_ms == ms("2011-11-30T15:00:00+00:00")
    assert run.closes_ms == ms("2011-12-25T15:00:00+00:00")
    assert [run.is_open(run.opens_ms + by) for by in (-1, 0)] == [False, True]
    assert [run.is_open(run.closes_ms + by) for by in (-1, 0)] == [True, False]
    days = list(run.days())
    assert (days[0], days[-1], len(days)) == (date(2011, 12, 1), date(2011, 12, 25), 25)


def test_a_day_ends_at_its_last_millisecond() -> None:
    run = load_season(SHIPPED / "xmas-2011", 2026)
    midnight = ms("2026-12-23T15:00:00+00:00")
    assert run.day(midnight - 1) == date(2026, 12, 23)
    assert run.day(midnight) == date(2026, 12, 24)


def test_new_year_goes_on_into_the_next() -> None:
    run = load_season(SHIPPED / "new-year", 2026)
    assert run.closes_ms == ms("2027-01-07T15:00:00+00:00")
    days = list(run.days())
    assert (days[0], days[-1], len(days)) == (date(2026, 12, 28), date(2027, 1, 7), 11)
    assert {run.lot(day).of for day in days} == {100}


def test_lots_change_with_the_day() -> None:
    run = load_season(SHIPPED / "xmas-2011", 2026)
    assert [run.lot(date(2026, 12, day)).instead for day in (1, 19, 20, 25)] == [3, 3, 5, 5]
    assert run.instant("01-24T23:59:59") == ms("2027-01-24T14:59:59+00:00")
    assert run.instant("12-24T21:00") == ms("2026-12-24T12:00:00+00:00")


def test_a_time_that_the_clocks_leave_out_is_refused(tmp_path: Path) -> None:
    assert instant("Europe/Berlin", 2026, "10-25T02:30") == ms("2026-10-25T00:30:00+00:00"), (
        "the first of two"
    )
    with pytest.raises(NoSuchMoment):
        instant("Europe/Berlin", 2026, "03-29T02:30")
    place = shutil.copytree(SHIPPED / "new-year", tmp_path / "season")
    spoil(place, "Asia/Tokyo", "Europe/Berlin")
    spoil(place, 'opens = "12-28T00:00"', 'opens = "03-29T02:30"')
    with pytest.raises(BadSeason, match="leave out 2026-03-29T02:30"):
        load_season(place, 2026)


def test_a_leap_day_is_there_in_leap_years_only() -> None:
    assert instant("UTC", 2028, "02-29T00:00") == round(datetime(2028, 2, 29, tzinfo=UTC).timestamp() * 1000)
    with pytest.raises(NoSuchMoment):
        instant("UTC", 2026, "02-29T00:00")
