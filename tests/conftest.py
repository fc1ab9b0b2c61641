"""Fixtures for every test: fresh stores, a clock set by hand, repeatable randomness."""

import importlib
import pkgutil
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


@pytest.fixture
def stores(tmp_path: Path, clock: FakeClock) -> Iterator[Stores]:
    """All four stores, fresh, on SQLite."""
    opened = open_stores(tmp_path / "data", clock)
    yield opened
    opened.abandon()
