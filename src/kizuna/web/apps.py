"""The port by which an app joins a server: pages, templates, files, a main place, and what it does by itself.

Wiring mounts the apps whose directory is there; nothing here knows any of them.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kizuna.ground.events import Event
from kizuna.ground.i18n import Locale
from kizuna.ground.ids import StoreName
from kizuna.jobs.outbox import Consumer
from kizuna.jobs.schedules import Schedule
from kizuna.notifications.of_apps import AppKind
from kizuna.people.models import Viewer
from kizuna.web.forms import Table
from kizuna.web.pieces import Place


@dataclass(frozen=True)
class App:
    """One app of one server.

    ``templates`` is a directory with one of the app's own name in it; ``files`` are what its pages refer to, by the
    name that ``asset()`` takes: styles, scripts and pictures. ``place`` is where members find it, as long as there is
    something to find for them.
    """

    add: Callable[[Table], None]
    templates: Path
    files: Mapping[str, Path]
    place: Callable[[Locale, Viewer], Place | None]
    begin: Callable[[], Awaitable[None]]
    """What is done at a start."""
    schedules: Mapping[StoreName, Sequence[Schedule]]
    follows: Sequence[tuple[type[Event], Sequence[Consumer]]] = ()
    """What it does when something has happened: its lines of the table "event → who acts on it"."""
    kinds: Sequence[AppKind] = ()
    """What it tells people of."""
