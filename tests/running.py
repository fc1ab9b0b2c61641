"""A whole server in this process, on real files, with nothing of ours replaced."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from kizuna.fetch.http import HttpFetch
from kizuna.ground.clock import SystemClock
from kizuna.ground.config import Config
from kizuna.ground.randomness import SeededRandomness
from kizuna.jobs import queries
from kizuna.people.passwords import Argon2Hasher
from kizuna.wiring import Ports, Server, build, open_mailer
from tests.databases import placed


@asynccontextmanager
async def running(config: Config) -> AsyncGenerator[Server]:
    """A server that works until the end of the block. It reaches nobody outside."""
    streams: dict[str, SeededRandomness] = {}
    ports = Ports(
        clock=SystemClock(),
        randomness=lambda plane: streams.setdefault(plane, SeededRandomness(plane)),
        fetch=HttpFetch("test", ()),
        hasher=Argon2Hasher(cheap=True, threads=0),
        mailer=open_mailer(config, SystemClock(), SeededRandomness("mail")),
    )
    server = build(placed(config), ports)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def settled(server: Server) -> None:
    """Return once every event has been acted on."""
    async with asyncio.timeout(60):
        while True:
            waiting = [
                await queries.outbox_due(store.name, store.reads, queries.NEVER - 1, 1)
                for store in server.stores.each()
            ]
            if not any(waiting):
                return
            await asyncio.sleep(0.01)
