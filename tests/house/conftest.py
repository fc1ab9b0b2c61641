"""A server with both planes, built and never started."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from kizuna.ground.config import Config
from kizuna.wiring import Server, build, system_ports


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """As ``kizuna serve`` would build it, on an empty directory."""
    config = Config(data=tmp_path / "data", test_mode=True, seasons=("xmas-2011",))
    built = build(config, system_ports(config))
    yield built
    built.stores.abandon()
    asyncio.run(built.close_ports())
