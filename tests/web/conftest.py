"""Servers of each kind with people on them. Those of a module are for tests that disturb nobody else."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from kizuna.ground.config import Config, Plane
from kizuna.wiring import Server
from tests.running import running
from tests.web.visitor import Visitor, befriend, join

ORIGIN = "http://localhost:3000"


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The event loop of the tests."""
    return "asyncio"


@dataclass(frozen=True)
class Cast:
    """aoi and ben are friends; carol is on the server and nobody's friend; nobody is signed out."""

    server: Server
    aoi: Visitor
    ben: Visitor
    carol: Visitor
    nobody: Visitor


def config_of(place: Path, *planes: Plane, **more: object) -> Config:
    """A server with these planes (both when none is named)."""
    settings: Mapping[str, object] = {"test_mode": True, "language": "en", "title": "Harbour", **more}
    return Config(
        origin=ORIGIN,
        data=place / "data",
        planes=planes or ("square", "circle"),
        **settings,  # pyright: ignore[reportArgumentType] -- settings by name
    )


async def arrive(server: Server) -> Cast:
    """The cast, signed up."""
    aoi, ben, carol = [await join(server, handle) for handle in ("aoi", "ben", "carol")]
    if "circle" in server.config.planes:
        await befriend(aoi, ben)
    return Cast(server, aoi, ben, carol, Visitor(server))


@pytest.fixture
async def cast(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Cast]:
    """A fresh server with both planes and the cast on it."""
    async with running(config_of(tmp_path)) as server:
        yield await arrive(server)


@pytest.fixture(scope="module")
async def still(tmp_path_factory: pytest.TempPathFactory, anyio_backend: str) -> AsyncIterator[Cast]:
    """The same for all tests of a module."""
    async with running(config_of(tmp_path_factory.mktemp("still"))) as server:
        yield await arrive(server)
