"""The public wall of a season where the square is elsewhere: the hashtag over there, read as windows are."""

from collections.abc import Mapping
from typing import Final

from kizuna.apps.season.gift_actions import over_ms
from kizuna.apps.season.models import Season
from kizuna.apps.season.ports import Seasons
from kizuna.ground.config import Config, ConfigError
from kizuna.ground.errors import Invalid
from kizuna.store.store import Tx
from kizuna.tie.windows import polling, source_queries
from kizuna.tie.windows.address import source_of
from kizuna.tie.windows.models import Item, Source

MOST: Final = 12


def walls(config: Config, seasons: Mapping[str, Season]) -> Mapping[str, Source]:
    """What the walls of these seasons show over there; none where the square is on this server. Raises ConfigError."""
    if not config.season_wall or "square" in config.planes:
        return {}
    try:
        found = {
            name: source_of(f"#{season.hashtag} {config.season_wall}", config.url, config.fetch_allow)
            for name, season in seasons.items()
            if season.wall
        }
    except Invalid as error:
        raise ConfigError(f'settings: "season_wall": {error.message}') from error
    if any(source.inside for source in found.values()):
        raise ConfigError('settings: "season_wall": this server has no square')
    return found


async def keep(seasons: Seasons) -> None:
    """Have read over there what the seasons show that are on or soon, or not long over, and nothing else."""
    now_ms = seasons.calendar.now_ms()
    on = [run.season.id for run in seasons.calendar.runs(now_ms) if now_ms < over_ms(run)]
    wanted = [seasons.walls[name] for name in on if name in seasons.walls]

    async def apply(tx: Tx) -> None:
        await polling.keep_only(tx, wanted)

    await seasons.store.write(apply)


async def shown(seasons: Seasons, season: Season) -> tuple[int | None, list[Item]]:
    """The source of a season's wall, if it is read, and what it shows, newest first."""
    wanted = seasons.walls.get(season.id)
    found = None if wanted is None else await source_queries.find_source(seasons.store.reads, wanted)
    if wanted is None or found is None:
        return None, []
    return found.id, await polling.items_of(seasons.store.reads, wanted, MOST)
