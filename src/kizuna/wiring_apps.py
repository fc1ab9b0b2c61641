"""What wiring says about apps: each directory in ``apps`` is one, and its ``mount`` says what it brings.

Whoever wants a server without an app removes its directory.
"""

import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Final, Protocol, cast

from kizuna import apps
from kizuna.circle.ports import Circle
from kizuna.ground.clock import Clock
from kizuna.ground.config import Config
from kizuna.ground.events import Event
from kizuna.ground.ids import STORE_NAMES, StoreName
from kizuna.ground.randomness import Randomness
from kizuna.jobs.outbox import Consumer
from kizuna.jobs.schedules import Schedule
from kizuna.notifications.of_apps import AppKind
from kizuna.people.belongings import Part
from kizuna.web.apps import App

MOUNT: Final = "mount"


class Mount(Protocol):
    """What the module ``mount`` of an app has."""

    BELONGINGS: Sequence[Part]

    def mount(self, config: Config, circle: Circle, clock: Clock, randomness: Randomness) -> App | None:
        """The app on this server; None where the server has no use for it. Raises ConfigError."""
        ...


def found() -> Iterator[tuple[str, Mount]]:
    """The apps whose directory is there, by name."""
    for each in pkgutil.iter_modules(apps.__path__):
        yield each.name, cast(Mount, import_module(f"{apps.__name__}.{each.name}.{MOUNT}"))


def mounted(
    config: Config, circle: Circle, clock: Clock, randomness: Callable[[str], Randomness]
) -> Sequence[App]:
    """The apps of this server, each with a stream of randomness of its own. Raises ConfigError."""
    made = [app.mount(config, circle, clock, randomness(f"apps.{name}")) for name, app in found()]
    return [app for app in made if app is not None]


def belongings() -> Sequence[Part]:
    """What of a person's the apps keep."""
    return [part for _, app in found() for part in app.BELONGINGS]


def schedules(mounted: Sequence[App]) -> Mapping[StoreName, Sequence[Schedule]]:
    """What the apps do once in each period."""
    return {name: [one for app in mounted for one in app.schedules.get(name, ())] for name in STORE_NAMES}


def following(mounted: Sequence[App]) -> list[tuple[type[Event], list[Consumer]]]:
    """What the apps do when something has happened."""
    return [(event, list(consumers)) for app in mounted for event, consumers in app.follows]


def kinds(mounted: Sequence[App]) -> Sequence[AppKind]:
    """What the apps tell people of."""
    return [kind for app in mounted for kind in app.kinds]
