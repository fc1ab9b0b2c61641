"""Two processes of one server on one PostgreSQL and one bus, and how soon one of them hears the other."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from kizuna.ground.config import Config
from kizuna.people.models import Role
from tests.crash.program import Program, Sockets, free_ports
from tests.postgres import Cluster
from tests.redis import require_redis
from tests.running import running
from tests.sim.asgi import Answer, Call
from tests.sim.client import Client
from tests.web.test_staff import promote
from tests.web.visitor import join

PATIENCE_S: Final = 30.0
PAUSE_S: Final = 0.01
"""Between two questions of one client: what is asked without a pause leaves no processor to answer with."""
WARDEN: Final = "warden"
"""A moderator, who was there before everybody else; the password is that of tests/web."""


@dataclass(frozen=True)
class Pair:
    """Both, and their common sockets. People do things at the first and look at the second."""

    first: Program
    second: Program
    sockets: Sockets
    database: str
    """The name of what they share."""
    host: str
    """Where the second is, under whatever address people come."""

    def at_first(self, bearer: str | None = None) -> Client:
        """Somebody who is served by the first."""
        return Client(self.sockets.send, self.first.origin, bearer=bearer)

    def at_second(self, bearer: str | None = None) -> Client:
        """Somebody who is served by the second; what it says of its own address is that of both."""

        async def send(call: Call) -> Answer:
            return await self.sockets.send(msgspec.structs.replace(call, host=self.host))

        return Client(send, self.first.origin, bearer=bearer)


@asynccontextmanager
async def pair(place: Path, cluster: Cluster) -> AsyncGenerator[Pair]:
    """Start both on a fresh database; end them at the end of the block."""
    redis = require_redis(place)
    ports = free_ports(2)
    name = cluster.fresh()
    config = msgspec.structs.replace(
        cluster.config(name), origin=f"http://localhost:{ports[0]}", data=place / "data"
    )
    await _settle(config)
    shared = {
        "KIZUNA_DATABASE": config.database,
        "KIZUNA_BUS": redis.url,
        "KIZUNA_PLANES": ",".join(config.planes),
        "KIZUNA_ORIGIN": config.origin,
        "KIZUNA_DATA": str(config.data),
    }
    programs = [Program(place, name, port, "", **shared) for name, port in zip("ab", ports, strict=True)]
    for program, port in zip(programs, ports, strict=True):
        program.origin = f"http://localhost:{port}"
    sockets = Sockets()
    try:
        for program in programs:
            await program.start()
        yield Pair(programs[0], programs[1], sockets, name, f"localhost:{ports[1]}")
    finally:
        await sockets.close()
        for program in programs:
            program.stop()
        redis.stop()


async def _settle(config: Config) -> None:
    async with running(config) as server:
        await join(server, WARDEN)
        await promote(server, WARDEN, Role.MODERATOR)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if await condition():
                return
            await asyncio.sleep(PAUSE_S)


async def stale_for(still: Callable[[], Awaitable[bool]]) -> float:
    """Seconds from now, when an end was acknowledged, to the last question that was still answered as before."""
    loop = asyncio.get_running_loop()
    acknowledged, last = loop.time(), 0.0
    async with asyncio.timeout(PATIENCE_S):
        while True:
            asked = loop.time() - acknowledged
            if not await still():
                return last
            last = asked
            await asyncio.sleep(PAUSE_S)
