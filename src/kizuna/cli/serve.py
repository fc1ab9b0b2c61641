"""``kizuna serve``: one server in one process."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

from kizuna.cli.listen import Listener, check_port, metrics_place
from kizuna.doors.metrics import Metrics
from kizuna.doors.observe import log_request
from kizuna.ground.config import Config
from kizuna.ground.log import set_up_logging
from kizuna.wiring import Server, build, system_ports


def run(config: Config) -> None:
    """Serve until SIGTERM or SIGINT. Raises ConfigError when the port or the data directory is taken."""
    set_up_logging()
    asyncio.run(_serve(config))
    sys.stderr.flush()
    # Everything is saved and closed. Granian's threads may still hold the interpreter, and abort if it is taken apart.
    os._exit(0)


async def _serve(config: Config) -> None:
    check_port(config)
    if config.metrics_port:
        check_port(metrics_place(config))
    server = build(config, system_ports(config))
    try:
        await server.start()
        gc.collect()
        gc.freeze()  # what lives as long as the process needn't be looked at again
        async with watched(server):
            await until_signal(lambda: Listener(server.asgi, config, server.parts.streams.stop).serve())
    finally:
        await server.stop()


@asynccontextmanager
async def watched(server: Server) -> AsyncGenerator[None]:
    """Log and count requests, and show the metrics, as the settings say."""
    config = server.config
    if config.request_log:
        server.front.observers.append(log_request)
    if not config.metrics_port:
        yield
        return
    metrics = Metrics(server.stores.each())
    server.front.observers.append(metrics.observe)
    showing = asyncio.ensure_future(Listener(metrics, metrics_place(config)).serve())
    try:
        yield
    finally:
        showing.cancel()
        await asyncio.wait([showing])


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
