"""How the seasons join a server."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from kizuna.apps.season import actions, belongings, eve, gift_actions, wall
from kizuna.apps.season.consumers import following
from kizuna.apps.season.coupon_web import CouponPages
from kizuna.apps.season.files import TEMPLATES, files, installed
from kizuna.apps.season.gift_web import GiftPages
from kizuna.apps.season.host_web import HostPages
from kizuna.apps.season.notices import KINDS
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
HOLD: Final = "season.hold"
GIVE_BACK: Final = "season.give_back"
MINUTE_MS: Final = 60_000


def mount(config: Config, circle: Circle, clock: Clock, randomness: Randomness) -> App | None:
    """The seasons that the settings name; None where there is no circle or no season. Raises ConfigError."""
    if "circle" not in config.planes or not config.seasons:
        return None
    named = {one.season.id: one for one in installed(config, clock)}
    calendar = Calendar(clock, named, config.season_ahead_hours * HOUR_MS)
    walls = wall.walls(config, {name: one.season for name, one in named.items()})
    seasons = Seasons(circle.store, randomness, calendar, walls=walls)

    def add(table: Table) -> None:
        SeasonPages(seasons).add(table)
        GiftPages(seasons).add(table)
        CouponPages(seasons).add(table)
        HostPages(seasons).add(table)

    return App(
        add=add,
        templates=TEMPLATES,
        files=files(named.values()),
        place=partial(_place, calendar),
        begin=partial(_begin, seasons),
        schedules={
            "circle": [
                Schedule(BEGIN, HOUR_MS, partial(_begin, seasons)),
                Schedule(HOLD, MINUTE_MS, partial(_hold, seasons)),
                Schedule(GIVE_BACK, MINUTE_MS, partial(_give_back, seasons)),
            ]
        },
        follows=following(seasons),
        kinds=KINDS,
    )


def _place(calendar: Calendar, locale: Locale, viewer: Viewer) -> Place | None:
    now_ms = calendar.now_ms()
    run = calendar.current(now_ms) if viewer.circle_id is not None else None
    if run is None or now_ms >= gift_actions.over_ms(run):
        return None
    return Place(href=HERE, label=run.season.title[locale], icon="gift")


async def _begin(seasons: Seasons, _: Duty | None = None) -> None:
    """Whatever is on or soon is promised now, and what its wall shows is read."""
    now_ms = seasons.calendar.now_ms()
    for run in seasons.calendar.runs(now_ms):
        if now_ms < run.closes_ms:
            await actions.begin(seasons, run)
    await wall.keep(seasons)


async def _hold(seasons: Seasons, _: Duty) -> None:
    """The draw for all."""
    for run in seasons.calendar.runs(seasons.calendar.now_ms()):
        await eve.hold(seasons, run)


async def _give_back(seasons: Seasons, _: Duty) -> None:
    """Gifts that nobody opened, and shares, in parts, so that nobody else's write waits for long."""
    while await gift_actions.expire(seasons) == gift_actions.AT_ONCE:
        pass
    for run in seasons.calendar.runs(seasons.calendar.now_ms()):
        while await gift_actions.return_shares(seasons, run):
            pass
