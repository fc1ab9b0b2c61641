"""``kizuna serve``: one server in one process."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Awaitable, Callable

from kizuna.cli.listen import Listener, check_port
from kizuna.ground.config import Config
from kizuna.ground.log import set_up_logging
from kizuna.wiring import build, system_ports


def run(config: Config) -> None:
    """Serve until SIGTERM or SIGINT. Raises ConfigError when the port or the data directory is taken."""
    set_up_logging()
    asyncio.run(_serve(config))
    sys.stderr.flush()
    # Everything is saved and closed. Granian's threads may still hold the interpreter, and abort if it is taken apart.
    os._exit(0)


async def _serve(config: Config) -> None:
    check_port(config)
    server = build(config, system_ports(config))
    try:
        await server.start()
        gc.collect()
        gc.freeze()  # what lives as long as the process needn't be looked at again
        await until_signal(lambda: Listener(server.asgi, config, server.parts.streams.stop).serve())
    finally:
        await server.stop()


async def until_signal(serve: Callable[[], Awaitable[None]]) -> None:
    """Run until it ends, SIGTERM or SIGINT; requests under way are answered first."""
    task = asyncio.ensure_future(serve())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
