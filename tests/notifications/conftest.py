"""A whole server in this process with people on it, and what they were told."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from kizuna.circle import friend_actions
from kizuna.ground.config import Config
from kizuna.ground.events import Event
from kizuna.notifications.events import Notified
from kizuna.people import actions
from kizuna.people.models import SignUp, Viewer
from kizuna.people.queries import viewer_of_person
from kizuna.wiring import Server
from tests.running import running, settled
from tests.wire import PASSWORD


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The event loop of the tests."""
    return "asyncio"


@dataclass(frozen=True)
class Face:
    """Both faces of one person."""

    viewer: Viewer

    @property
    def square(self) -> int:
        """The account."""
        assert self.viewer.square_id is not None
        return self.viewer.square_id

    @property
    def circle(self) -> int:
        """The face of the circle."""
        assert self.viewer.circle_id is not None
        return self.viewer.circle_id


@dataclass(frozen=True)
class Town:
    """aoi, ben and carol, who do not know each other yet. ``told`` is what was heard at commits, in order."""

    server: Server
    people: Mapping[str, Face]
    told: list[Notified]

    def __getattr__(self, name: str) -> Face:
        return self.people[name]

    async def settled(self) -> None:
        """Return once every event has been acted on."""
        await settled(self.server)

    async def heard(self) -> list[tuple[str, str]]:
        """Who was told what since the last time, as (name, kind), when all is settled."""
        await self.settled()
        names = {face.square: name for name, face in self.people.items()}
        names |= {face.circle: name for name, face in self.people.items()}
        told = [(names[event.face_id], event.type) for event in self.told]
        self.told.clear()
        return told

    async def befriend(self, one: Face, other: Face) -> None:
        """Make two friends, and forget what they were told of it."""
        _, code = await friend_actions.make_invite(self.server.parts.circle, one.circle)
        await friend_actions.take_invite(self.server.parts.circle, code, other.circle)
        await self.heard()


@pytest.fixture
async def town(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Town]:
    """A fresh server and its people."""
    config = Config(origin="http://localhost:3000", data=tmp_path / "data", test_mode=True, language="en")
    async with running(config) as server:
        told: list[Notified] = []

        def hear(event: Event) -> None:
            assert isinstance(event, Notified)
            told.append(event)

        for store in server.stores.each():
            store.hear(Notified, hear)
        people = {name: await _join(server, name) for name in ("aoi", "ben", "carol")}
        town = Town(server, people, told)
        await town.settled()
        yield town


async def _join(server: Server, handle: str) -> Face:
    people = server.parts.people
    person_id = await actions.sign_up(people, SignUp(handle=handle, password=PASSWORD), "192.0.2.1")
    viewer = await viewer_of_person(people.store.reads, person_id)
    assert viewer is not None
    return Face(viewer)
