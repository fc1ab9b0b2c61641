"""Where seasons stand, and the files that their pages refer to."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from kizuna.apps.season.check import BadSeason, load_season
from kizuna.apps.season.ports import Installed
from kizuna.ground.clock import Clock
from kizuna.ground.config import Config, ConfigError

HERE: Final = Path(__file__).parent
TEMPLATES: Final = HERE / "templates"
SHIPPED: Final = HERE / "seasons"


def asset(season: str, picture: str) -> str:
    """The name by which pages ask for a picture of a season."""
    return f"season-{season}-{picture}"


def installed(config: Config, clock: Clock) -> Iterator[Installed]:
    """The seasons that the settings name: of those that come with the program, or directories. Raises ConfigError."""
    year = datetime.fromtimestamp(clock.now_ms() / 1000, UTC).year
    for name in config.seasons:
        shipped = SHIPPED / name
        place = shipped if shipped.parent == SHIPPED and shipped.is_dir() else Path(name)
        try:
            yield Installed(load_season(place, year).season, place)
        except BadSeason as error:
            raise ConfigError(f'settings: "seasons": {name}: {error}') from error


def files(installed: Iterable[Installed]) -> Mapping[str, Path]:
    """Style, script, and the pictures of these seasons."""
    found = {path.name: path for path in sorted((HERE / "static").iterdir())}
    for one in installed:
        pictures = [one.season.stage.picture, *(each.picture for each in one.season.ornaments)]
        found |= {asset(one.season.id, name): one.place / name for name in pictures}
    return found
