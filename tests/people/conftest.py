"""People under test: a fresh store and a clock set by hand."""

import asyncio
import inspect

import pytest

from kizuna.bus.memory import MemoryBus
from kizuna.ground.config import Config
from kizuna.ground.ids import Ids
from kizuna.ground.randomness import SeededRandomness
from kizuna.people.limits import Limiter
from kizuna.people.passwords import Argon2Hasher
from kizuna.people.ports import People
from kizuna.store.open import Stores
from kizuna.store.store import Store
from tests.fakes import FakeClock


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is a coroutine on a loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture
def store(stores: Stores) -> Store:
    """The store people, fresh."""
    return stores.people


@pytest.fixture
def people(store: Store, clock: FakeClock) -> People:
    """The verbs' port on a fresh store of a server with both planes, limits on, cheap hashes on the spot."""
    return People(
        store=store,
        config=Config(),
        clock=clock,
        randomness=SeededRandomness("people"),
        hasher=Argon2Hasher(cheap=True, threads=0),
        bus=MemoryBus(),
        limiter=Limiter(clock),
        face_ids={"square": Ids(clock, "square"), "circle": Ids(clock, "circle")},
    )
