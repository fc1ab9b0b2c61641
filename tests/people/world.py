"""What the tests of people share: planes that answer, and people who have joined."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

from kizuna.ground.config import Config
from kizuna.ground.randomness import SeededRandomness
from kizuna.jobs.outbox import Consumer, Dispatcher, Subscription
from kizuna.people.actions import activate, sign_up
from kizuna.people.events import Reserved
from kizuna.people.models import SignUp, Viewer
from kizuna.people.ports import People
from kizuna.people.sessions import start_session
from kizuna.store.store import Tx

PASSWORD: Final = "correct horse battery"


@asynccontextmanager
async def planes(people: People) -> AsyncGenerator[None]:
    """While open, both planes hear of reservations and answer that the faces are made."""

    async def make(event: Reserved, tx: Tx) -> None:
        for face in event.faces:
            await activate(tx, face.plane, face.face_id)

    told = Subscription(Reserved, [Consumer("planes", people.store, make)])
    dispatcher = Dispatcher(people.store, {"people.reserved": told}, people.clock, SeededRandomness("jobs"))
    await dispatcher.start()
    try:
        yield
    finally:
        await dispatcher.stop()


@dataclass(frozen=True)
class Member:
    """A signed-in person and the token of that session."""

    handle: str
    viewer: Viewer
    token: str


async def join(people: People, handle: str, *, address: str | None = None, **more: str) -> int:
    """Sign somebody up, from an address of their own; answers the person's id."""
    async with planes(people):
        draft = SignUp(handle=handle, password=PASSWORD, **more)
        return await sign_up(people, draft, address or f"address of {handle}")


async def member(people: People, handle: str) -> Member:
    """Somebody who has signed up and in."""
    session = await start_session(people, await join(people, handle), "Test/1.0")
    return Member(handle, session.viewer, session.token)


def configured(people: People, config: Config) -> People:
    """The same people on a server with other settings."""
    return replace(people, config=config)
