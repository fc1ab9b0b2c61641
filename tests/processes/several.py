"""Several processes of one server, as far as its stores go, in this one."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from kizuna.ground.clock import SystemClock
from kizuna.ground.config import Config
from kizuna.store.open import Stores, open_configured

PATIENCE_S: Final = 30.0


@asynccontextmanager
async def several(config: Config, count: int = 1) -> AsyncGenerator[list[Stores]]:
    """So many processes that have the stores open, and hear each other."""
    async with AsyncExitStack() as opening:
        found: list[Stores] = []
        for _ in range(count):
            stores = open_configured(config, SystemClock())
            opening.push_async_callback(stores.close)
            await stores.start()
            found.append(stores)
        yield found


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - it is not ours to set an event there
            await asyncio.sleep(0.005)
