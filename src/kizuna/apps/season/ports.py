"""What the verbs of the seasons need."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from kizuna.apps.season.models import Season
from kizuna.apps.season.run import NoSuchMoment, Run, make_run
from kizuna.ground.clock import Clock
from kizuna.ground.randomness import Randomness
from kizuna.store.store import Store
from kizuna.tie.windows.models import Source

SOON_MS: Final = 30 * 24 * 3600 * 1000
"""So long before it opens, a season is announced, and what is drawn in it is promised."""


@dataclass(frozen=True)
class Installed:
    """A season that this server runs, and where its pictures are."""

    season: Season
    place: Path


@dataclass(frozen=True)
class Calendar:
    """The seasons of this server and a clock. It holds no handle on the circle, so the pages of visitors may have it.

    ``ahead_ms`` is added to the clock: a preview of what is to come. Days and draws follow the clock so moved.
    """

    clock: Clock
    installed: Mapping[str, Installed]
    ahead_ms: int = 0

    def now_ms(self) -> int:
        """What time it is in the seasons."""
        return self.at(self.clock.now_ms())

    def at(self, real_ms: int) -> int:
        """What time it is in the seasons when the clock says this."""
        return real_ms + self.ahead_ms

    def runs(self, now_ms: int) -> list[Run]:
        """Every season in its run around this moment: the one that is on, else one that is soon, else the last."""
        around = [_around(one.season, now_ms) for one in self.installed.values()]
        return [run for run in around if run is not None]

    def current(self, now_ms: int) -> Run | None:
        """What there is to see now: what is on; else what begins soon; else what was last."""
        runs = self.runs(now_ms)
        on = [run for run in runs if run.is_open(now_ms)]
        soon = [run for run in runs if 0 < run.opens_ms - now_ms <= SOON_MS]
        past = [run for run in runs if run.closes_ms <= now_ms]
        if on or soon:
            return min(on or soon, key=lambda run: run.opens_ms)
        return max(past, key=lambda run: run.closes_ms, default=None)


class Made(NamedTuple):
    """A run that was made: its id, and the secret of its draws. Neither ever changes."""

    id: int
    root: bytes


@dataclass(frozen=True)
class Seasons:
    """What the verbs work with: the circle's store, and when it is what."""

    store: Store
    randomness: Randomness
    calendar: Calendar
    made: dict[tuple[str, int], Made] = field(default_factory=dict[tuple[str, int], Made])
    """Runs whose making is committed, by season and year; filled by ``actions.begin``."""
    walls: Mapping[str, Source] = field(default_factory=dict[str, Source])
    """What the wall of a season shows of another server, by season."""


def _around(season: Season, now_ms: int) -> Run | None:
    year = datetime.fromtimestamp(now_ms / 1000, UTC).year
    runs = [run for each in (year - 1, year, year + 1) if (run := _in_year(season, each)) is not None]
    for run in runs:
        if run.is_open(now_ms) or 0 < run.opens_ms - now_ms <= SOON_MS:
            return run
    return max((run for run in runs if run.closes_ms <= now_ms), key=lambda run: run.closes_ms, default=None)


def _in_year(season: Season, year: int) -> Run | None:
    """Its run that begins in this year; None where the calendar leaves that out."""
    try:
        return make_run(season, year)
    except NoSuchMoment:
        return None
