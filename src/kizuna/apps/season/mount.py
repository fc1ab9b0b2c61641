"""How the seasons join a server."""

from collections.abc import Sequence
from typing import Final

from kizuna.apps.season import actions, belongings, gift_actions
from kizuna.apps.season.files import TEMPLATES, files, installed
from kizuna.apps.season.gift_web import GiftPages
from kizuna.apps.season.ports import Calendar, Seasons
from kizuna.apps.season.web import HERE, SeasonPages
from kizuna.circle.ports import Circle
from kizuna.ground.clock import Clock
from kizuna.ground.config import Config
from kizuna.ground.i18n import Locale
from kizuna.ground.randomness import Randomness
from kizuna.jobs.duties import Duty
from kizuna.jobs.schedules import HOUR_MS, Schedule
from kizuna.people.belongings import Part
from kizuna.people.models import Viewer
from kizuna.web.apps import App
from kizuna.web.forms import Table
from kizuna.web.pieces import Place

BELONGINGS: Final[Sequence[Part]] = belongings.PARTS
BEGIN: Final = "season.begin"
EXPIRE: Final = "season.expire"
MINUTE_MS: Final = 60_000


def mount(config: Config, circle: Circle, clock: Clock, randomness: Randomness) -> App | None:
    """The seasons that the settings name; None where there is no circle or no season. Raises ConfigError."""
    if "circle" not in config.planes or not config.seasons:
        return None
    named = {one.season.id: one for one in installed(config, clock)}
    ahead_ms = config.season_ahead_hours * HOUR_MS
    calendar = Calendar(clock, named, ahead_ms)
    seasons = Seasons(circle.store, randomness, calendar)

    async def begin() -> None:
        """Whatever is on or soon is promised now."""
        now_ms = calendar.now_ms()
        for run in calendar.runs(now_ms):
            if now_ms < run.closes_ms:
                await actions.begin(seasons, run)

    async def begin_later(_: Duty) -> None:
        await begin()

    def place(locale: Locale, viewer: Viewer) -> Place | None:
        now_ms = calendar.now_ms()
        run = calendar.current(now_ms) if viewer.circle_id is not None else None
        if run is None or now_ms >= run.closes_ms:
            return None
        return Place(href=HERE, label=run.season.title[locale], icon="gift")

    def add(table: Table) -> None:
        SeasonPages(seasons).add(table)
        GiftPages(seasons).add(table)

    async def give_back(_: Duty) -> None:
        """In parts, so that nobody else's write waits for long."""
        while await gift_actions.expire(seasons) == gift_actions.AT_ONCE:
            pass

    return App(
        add=add,
        templates=TEMPLATES,
        files=files(named.values()),
        place=place,
        begin=begin,
        schedules={"circle": [Schedule(BEGIN, HOUR_MS, begin_later), Schedule(EXPIRE, MINUTE_MS, give_back)]},
    )
