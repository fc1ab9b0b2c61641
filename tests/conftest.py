"""Fixtures for every test: fresh stores, a clock set by hand, repeatable randomness."""

import importlib
import pkgutil
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import kizuna
from kizuna.ground.randomness import SeededRandomness
from kizuna.store.open import Stores, open_stores
from tests.fakes import FakeClock

for module in pkgutil.walk_packages(kizuna.__path__, "kizuna."):
    if module.name.endswith("tables"):
        importlib.import_module(module.name)


@pytest.fixture
def clock() -> FakeClock:
    """A clock that a test moves."""
    return FakeClock()


@pytest.fixture
def randomness() -> SeededRandomness:
    """Repeatable randomness."""
    return SeededRandomness(1)


@pytest.fixture(scope="session")
def blank_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the newest schema and nobody in it, to be copied: making one waits for the disk."""
    place = tmp_path_factory.mktemp("blank") / "data"
    open_stores(place, FakeClock()).abandon()
    (place / "lock").unlink()
    return place


@pytest.fixture
def stores(tmp_path: Path, clock: FakeClock, blank_data: Path) -> Iterator[Stores]:
    """All four stores, fresh, on SQLite."""
    opened = open_stores(shutil.copytree(blank_data, tmp_path / "data"), clock)
    yield opened
    opened.abandon()
