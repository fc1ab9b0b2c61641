"""A square with three accounts."""

import pytest

from kizuna.ground.config import Config
from kizuna.ground.events import Event
from kizuna.square import actions
from kizuna.square.ports import Square
from kizuna.store.open import Stores
from kizuna.store.store import Tx
from tests.fakes import FakeClock
from tests.square.world import HANA, KEN, MAI, World, run


@pytest.fixture
def changes() -> list[Event]:
    """What the caches of this process were told."""
    return []


@pytest.fixture
def square(stores: Stores, changes: list[Event]) -> Square:
    """A square on a real store, with Hana, Ken and Mai."""
    made = Square(stores.square, Config(), changes.append)

    async def people(tx: Tx) -> None:
        for account_id, handle in ((HANA, "hana"), (KEN, "ken"), (MAI, "mai")):
            await actions.make_account(tx, account_id, handle, handle.capitalize())

    run(made.store.write(people))
    return made


@pytest.fixture
def world(square: Square, clock: FakeClock) -> World:
    """The square with short ways to act and to look."""
    return World(square, clock)
