"""The circle under test: a fresh store and five people in it, who do not know each other yet."""

import asyncio
import inspect
from dataclasses import dataclass

import pytest

from kizuna.circle import friend_actions
from kizuna.circle.actions import make_face
from kizuna.circle.ports import Circle
from kizuna.ground.randomness import SeededRandomness
from kizuna.store.open import Stores
from kizuna.store.store import Tx
from tests.fakes import FakeClock


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is a coroutine on a loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@dataclass(frozen=True)
class Cast:
    """Five face ids."""

    hana: int
    taro: int
    yuki: int
    ken: int
    mallory: int


@pytest.fixture
def circle(stores: Stores, clock: FakeClock) -> Circle:
    """The verbs' port on a fresh store."""
    return Circle(stores.circle, clock, SeededRandomness("circle"))


@pytest.fixture
def cast(circle: Circle) -> Cast:
    """The faces, made as sign-up makes them."""
    ids = {name: circle.store.ids.new() for name in Cast.__dataclass_fields__}

    async def apply(tx: Tx) -> None:
        for name, face_id in ids.items():
            await make_face(tx, face_id, name, name.title())

    asyncio.run(circle.store.write(apply))
    return Cast(**ids)


async def befriend(circle: Circle, one: int, *others: int) -> None:
    """Make friends by invite."""
    for other in others:
        _, code = await friend_actions.make_invite(circle, one)
        await friend_actions.take_invite(circle, code, other)
