"""Fixtures for every test: fresh stores, a clock set by hand, repeatable randomness."""

import asyncio
import importlib
import pkgutil
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import kizuna
from kizuna.ground.config import Config
from kizuna.ground.randomness import SeededRandomness
from kizuna.store.open import Stores, open_configured, open_stores
from tests import databases, postgres
from tests.databases import ON_POSTGRES
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


# Directory of tests → why it does not run a second time on PostgreSQL.
NOT_TWICE: Final = {
    "house": "reads the source, not a store",
    "look": "draws templates, without a store",
    "sim": "turns its loop and clock by hand and counts what is on a disk: no socket answers there",
    "demo": "the demo keeps its two servers in files",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On PostgreSQL, what is about SQLite has been proved by the other run."""
    for item in items if ON_POSTGRES else ():
        if reason := NOT_TWICE.get(item.path.relative_to(Path(__file__).parent).parts[0]):
            item.add_marker(pytest.mark.skip(reason=reason))
        for mark in item.iter_markers("sqlite"):
            item.add_marker(pytest.mark.skip(reason=f"about SQLite: {mark.args[0]}"))


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgres.Cluster]:
    """A PostgreSQL of our own."""
    with postgres.cluster() as made:
        yield made


@pytest.fixture(scope="session")
def postgres_of_this_run(request: pytest.FixtureRequest) -> postgres.Cluster | None:
    """The PostgreSQL of this run, if it is on one."""
    if not ON_POSTGRES:
        return None
    made: postgres.Cluster = request.getfixturevalue("cluster")
    databases.place = made.placed
    return made


@pytest.fixture(scope="module", autouse=True)
def databases_of_a_module(postgres_of_this_run: postgres.Cluster | None) -> Iterator[asyncio.Runner | None]:
    """On PostgreSQL: one loop for a module, since connections have one, and its databases are given back at its end."""
    if postgres_of_this_run is None:
        yield None
        return
    with asyncio.Runner() as runner:
        yield runner
        runner.run(asyncio.sleep(0.01))  # what was abandoned is closed by the loop's next turn
    postgres_of_this_run.take_back(tuple(postgres_of_this_run.given))


@pytest.fixture(autouse=True)
def databases_of_a_test(
    postgres_of_this_run: postgres.Cluster | None,
    databases_of_a_module: asyncio.Runner | None,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[None]:
    """The same for what only one test uses."""
    if postgres_of_this_run is None or databases_of_a_module is None:
        yield
        return
    before = set(postgres_of_this_run.given)
    monkeypatch.setattr(asyncio, "run", postgres.one_loop(databases_of_a_module, asyncio.run))
    yield
    postgres_of_this_run.take_back([key for key in postgres_of_this_run.given if key not in before])


@pytest.fixture
def shared(cluster: postgres.Cluster) -> Iterator[Config]:
    """The settings of a fresh database on PostgreSQL, whatever this run is on, for several processes."""
    name = cluster.fresh()
    yield cluster.config(name, owner="")
    cluster.say(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def blank_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the newest schema and nobody in it, to be copied: making one waits for the disk."""
    place = tmp_path_factory.mktemp("blank") / "data"
    open_stores(place, FakeClock()).abandon()
    (place / "lock").unlink()
    return place


@pytest.fixture
def stores(tmp_path: Path, clock: FakeClock, blank_data: Path) -> Iterator[Stores]:
    """All four stores, fresh, on the database of this run."""
    data = shutil.copytree(blank_data, tmp_path / "data")
    opened = open_configured(databases.placed(Config(data=data)), clock)
    yield opened
    opened.abandon()
