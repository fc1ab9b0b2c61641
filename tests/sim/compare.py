"""Two worlds side by side, and whatever tells them apart."""

import itertools
import sqlite3
from collections.abc import Iterable
from contextlib import ExitStack, closing
from pathlib import Path

from tests.sim.asgi import Call
from tests.sim.client import Client
from tests.sim.network import Sent
from tests.sim.outside import logged, mails_to, numbers
from tests.sim.two import BUSY, EVEN, QUIET, SERVERS, Scene, play
from tests.sim.walk import Ask, Walker, asks
from tests.sim.world import World, world

MOST_SHOWN = 20


class TwoWorlds:
    """A busy world and a quiet one after the same public traffic, both still running."""

    def __init__(self, place: Path, stack: ExitStack) -> None:
        self.worlds: list[World] = []
        self.scenes: list[Scene] = []
        for name, hidden in (("busy", BUSY), ("quiet", QUIET)):
            made = stack.enter_context(world("two", place / name, SERVERS, race=False, faults=EVEN))
            scene = Scene(made)
            made.loop.run_until_complete(play(scene, hidden))
            assert made.complaints() == [], made.complaints()
            self.worlds.append(made)
            self.scenes.append(scene)
        busy, quiet = self.scenes
        hidden = sorted({*busy.hidden.values(), *quiet.hidden.values()})
        assert len(hidden) >= 4
        open_to_fred = sorted({*busy.open.values(), *quiet.open.values()})
        self.ids = [*open_to_fred, busy.link_id, busy.people["chie"].face_id, *hidden]

    def requests(self, server: str) -> list[Ask]:
        """All that a walk of a server asks for; the same in both worlds."""
        busy, quiet = (asks(made.lives[server].server, self.ids) for made in self.worlds)
        assert busy == quiet
        return busy

    def walked(self, viewer: str, server: str, todo: list[Ask]) -> list[str]:
        """What tells the worlds apart for somebody ("" is an anonymous visitor) who asks a server for all this."""
        seen = [
            made.loop.run_until_complete(_walker(made, scene, viewer, server, self.ids).walk(todo))
            for made, scene in zip(self.worlds, self.scenes, strict=True)
        ]
        assert any(answer.status == 200 for _, answer in seen[0])
        different: list[str] = []
        for (label, busy), (_, quiet) in zip(*seen, strict=True):
            if busy != quiet:
                different.append(f"{viewer or 'visitor'} at {server}: {label}: {_difference(busy, quiet)}")
        return different[:MOST_SHOWN]

    def sent_by_town(self) -> list[str]:
        """What tells the worlds apart for the other server, by what it is asked for, when, and in which bytes."""
        busy, quiet = (
            [_bytes(sent) for sent in made.network.log if sent.source == "town"] for made in self.worlds
        )
        assert any(call.method == "POST" for _, call in busy)
        different = [f"to the square: {a} | {b}" for a, b in zip(busy, quiet, strict=False) if a != b]
        different += ["to the square: not as many requests"] if len(busy) != len(quiet) else []
        return different[:MOST_SHOWN]

    def heard(self) -> list[str]:
        """What tells the worlds apart by what came over open streams, byte by byte and when."""
        different: list[str] = []
        for viewer, listeners in self.scenes[0].listeners.items():
            for one, other in zip(listeners, self.scenes[1].listeners[viewer], strict=True):
                assert one.opened, one.name
                assert other.opened, other.name
                different += _apart(f"stream of {viewer or 'visitor'} {one.name}", one.heard, other.heard)
        return different

    def mailed(self) -> list[str]:
        """What tells the worlds apart by the mails that somebody outside got."""
        different: list[str] = []
        for viewer in ("fred", "sven"):
            busy, quiet = (mails_to(made, "town", viewer) for made in self.worlds)
            assert busy
            different += _apart(f"mail to {viewer}", busy, quiet)
        return different

    def archived(self) -> list[str]:
        """What tells the worlds apart in the archives that people outside took."""
        different: list[str] = []
        for viewer, archive in self.scenes[0].archives.items():
            assert len(archive) > 10, list(archive)
            different += _apart(
                f"archive of {viewer}", archive.items(), self.scenes[1].archives[viewer].items()
            )
        return different

    def observed(self) -> list[str]:
        """What tells the worlds apart for whoever reads logs and metrics of either server."""
        different: list[str] = []
        for server in SERVERS:
            busy, quiet = (made.loop.run_until_complete(numbers(made, server)) for made in self.worlds)
            assert len(busy) > 20
            different += _apart(f"metrics of {server}", busy, quiet)
            different += _apart(f"log of {server}", *(logged(made, server) for made in self.worlds))
        return different

    def dumps(self) -> list[str]:
        """What tells the worlds apart in the files that may be published: the public tables of both servers."""
        different: list[str] = []
        for server in SERVERS:
            busy, quiet = (_dump(made.place / server / "square.db") for made in self.worlds)
            different += [f"dump of {server}: {a} | {b}" for a, b in zip(busy, quiet, strict=False) if a != b]
            different += [f"dump of {server}: not as many rows"] if len(busy) != len(quiet) else []
        return different[:MOST_SHOWN]


def _walker(made: World, scene: Scene, viewer: str, server: str, ids: list[int]) -> Walker:
    if not viewer:
        anybody: Client = made.client(server, "visitor")
        return Walker(anybody, anybody, "", scene, ids)
    person = scene.people[viewer]
    browser = person.browsers[server]
    return Walker(browser.client, person.apps[server].client, browser.csrf, scene, ids)


def _apart(where: str, busy: Iterable[object], quiet: Iterable[object]) -> list[str]:
    pairs = itertools.zip_longest(busy, quiet)
    return [f"{where}: {_difference(a, b)}" for a, b in pairs if a != b][:MOST_SHOWN]


def _difference(busy: object, quiet: object) -> str:
    one, other = repr(busy), repr(quiet)
    start = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    return f"…{one[max(0, start - 60) : start + 60]}… | …{other[max(0, start - 60) : start + 60]}…"


def _bytes(sent: Sent) -> tuple[int, Call]:
    return round(sent.at * 1000), sent.call


def _dump(file: Path) -> list[str]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        public = sorted(tables - {"outbox", "inbox", "duty", "idempotency", "alembic_version"})
        return [f"{name} {row}" for name in public for row in connection.execute(f"SELECT * FROM {name}")]
