"""A season in a year: its instants and its days. Pure.

A day is a day of the season's zone, wherever somebody is; so it is the same for both of two friends, and a ring that is
retried after midnight belongs to the day on which it was received.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from kizuna.apps.season.models import Lot, Moment, Season

LONGEST_DAYS = 100


class NoSuchMoment(ValueError):
    """A day or time that the calendar of that year and zone does not have."""


class Run(msgspec.Struct, frozen=True):
    """A season from its opening to its close: ``opens_ms`` belongs to it, ``closes_ms`` does not any more."""

    season: Season
    year: int
    opens_ms: int
    closes_ms: int

    def is_open(self, at_ms: int) -> bool:
        """Whether it is on."""
        return self.opens_ms <= at_ms < self.closes_ms

    def day(self, at_ms: int) -> date:
        """The season's day at an instant."""
        return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(self.season.zone)).date()

    def days(self) -> Iterator[date]:
        """Every day of it, the last one included that has a moment of it."""
        day, last = self.day(self.opens_ms), self.day(self.closes_ms - 1)
        while day <= last:
            yield day
            day += timedelta(days=1)

    def lot(self, day: date) -> Lot:
        """What is drawn from on a day of it."""
        return next(lot for lot in self.season.lots if self._has(lot, day))

    def lots(self, day: date) -> list[Lot]:
        """All lots that claim a day: one, in a season that was checked."""
        return [lot for lot in self.season.lots if self._has(lot, day)]

    def _has(self, lot: Lot, day: date) -> bool:
        first, last = (self._on(each) for each in (lot.first, lot.last))
        return first <= day <= last

    def _on(self, month_and_day: str) -> date:
        """A day of the season: of the year in which it begins, or of the next where that would be before it began."""
        begin = self.day(self.opens_ms)
        found = _date(self.year, month_and_day)
        return found if found >= begin else _date(self.year + 1, month_and_day)

    def instant(self, moment: Moment) -> int:
        """A moment on or after the opening, in Unix milliseconds. Raises NoSuchMoment."""
        found = instant(self.season.zone, self.year, moment)
        return found if found >= self.opens_ms else instant(self.season.zone, self.year + 1, moment)


def make_run(season: Season, year: int) -> Run:
    """The run of a season that begins in this year. Raises NoSuchMoment."""
    opens = instant(season.zone, year, season.opens)
    closes = instant(season.zone, year, season.closes)
    if closes <= opens:  # it goes on into the new year
        closes = instant(season.zone, year + 1, season.closes)
    return Run(season, year, opens, closes)


def instant(zone: str, year: int, moment: Moment) -> int:
    """A local moment as Unix milliseconds; of two with one name (clocks set back), the first. Raises NoSuchMoment."""
    try:
        local = datetime.fromisoformat(f"{year:04}-{moment}").replace(tzinfo=ZoneInfo(zone))
    except ValueError as error:
        raise NoSuchMoment(f"{year} has no {moment}") from error
    there = local.astimezone(UTC)
    if there.astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise NoSuchMoment(f"the clocks of {zone} leave out {year}-{moment}")
    return round(there.timestamp() * 1000)


def _date(year: int, month_and_day: str) -> date:
    try:
        return date.fromisoformat(f"{year:04}-{month_and_day}")
    except ValueError as error:
        raise NoSuchMoment(f"{year} has no {month_and_day}") from error
