"""A square with three accounts."""

import pytest

from kizuna.ground.config import Config
from kizuna.ground.events import Event
from kizuna.square import actions, events
from kizuna.square.ports import Square
from kizuna.store.open import Stores
from kizuna.store.store import Tx
from tests.fakes import FakeClock
from tests.square.world import HANA, KEN, MAI, World, run


@pytest.fixture
def square(stores: Stores, clock: FakeClock) -> Square:
    """A square on a real store, with Hana, Ken and Mai."""
    made = Square(stores.square, stores.people, Config(), clock)

    async def people(tx: Tx) -> None:
        for account_id, handle in ((HANA, "hana"), (KEN, "ken"), (MAI, "mai")):
            await actions.make_account(tx, account_id, handle, handle.capitalize())

    run(made.store.write(people))
    return made


@pytest.fixture
def world(square: Square, clock: FakeClock) -> World:
    """The square with short ways to act and to look."""
    return World(square, clock)


@pytest.fixture
def changes(square: Square) -> list[Event]:
    """What the caches of this process hear of the square, from now on."""
    heard: list[Event] = []
    for kind in Event.__subclasses__():
        if kind.__module__ == events.__name__:
            square.store.hear(kind, heard.append)
            square.kept.hear(kind, heard.append)
    return heard
