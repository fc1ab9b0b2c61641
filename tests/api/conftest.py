"""A whole server in this process, and people on it."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from kizuna.fetch.http import HttpFetch
from kizuna.ground.clock import SystemClock
from kizuna.ground.config import Config
from kizuna.ground.randomness import SeededRandomness
from kizuna.mail.folder import NoMailer
from kizuna.people.passwords import Argon2Hasher
from kizuna.wiring import Ports, Server, build
from tests.databases import placed
from tests.wire import Api, join


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The event loop of the tests."""
    return "asyncio"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Both planes, without rate limits."""
    return _config(tmp_path)


@pytest.fixture
async def server(config: Config, anyio_backend: str) -> AsyncIterator[Server]:
    """A server that works, with nobody on it."""
    async with _running(config) as server:
        yield server


@pytest.fixture
async def aoi(server: Server) -> Api:
    """Somebody on the square."""
    return await join(server, "aoi")


@pytest.fixture
async def ben(server: Server) -> Api:
    """Somebody else."""
    return await join(server, "ben")


@pytest.fixture(scope="module")
async def still(tmp_path_factory: pytest.TempPathFactory, anyio_backend: str) -> AsyncIterator[Server]:
    """A server for all tests of a module that change nothing on it."""
    async with _running(_config(tmp_path_factory.mktemp("still"))) as server:
        yield server


@pytest.fixture(scope="module")
async def still_aoi(still: Server) -> Api:
    """Somebody there, who has posted three times."""
    aoi = await join(still, "aoi")
    for number in range(3):
        await aoi.say(str(number))
    return aoi


def _config(place: Path) -> Config:
    return Config(origin="http://localhost:3000", data=place / "data", test_mode=True, language="en")


@asynccontextmanager
async def _running(config: Config) -> AsyncGenerator[Server]:
    streams: dict[str, SeededRandomness] = {}
    ports = Ports(
        clock=SystemClock(),
        randomness=lambda plane: streams.setdefault(plane, SeededRandomness(plane)),
        fetch=HttpFetch("test", ()),
        hasher=Argon2Hasher(cheap=True, threads=0),
        mailer=NoMailer(),
    )
    running = build(placed(config), ports)
    await running.start()
    yield running
    await running.stop()
