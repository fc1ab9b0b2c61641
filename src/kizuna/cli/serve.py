"""``kizuna serve``: one server in one process."""

import asyncio
import gc
import os
import resource
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from types import FrameType
from typing import Final

from kizuna.cli.listen import CONNECTIONS, Listener, check_port, metrics_place, streams_place
from kizuna.cli.listen_streams import StreamListener
from kizuna.doors.metrics import Metrics
from kizuna.doors.observe import log_request
from kizuna.ground.config import Config
from kizuna.ground.log import set_up_logging
from kizuna.wiring import Server, build, system_ports

# Next to nothing here refers to itself, and a post to ten thousand streams makes ten thousand objects at once, so
# looking for garbage at the usual 700 took a third of the time of telling them.
GARBAGE: Final = (20_000, 20, 20)


MOST_FILES: Final = CONNECTIONS + 1_000


def run(config: Config) -> None:
    """Serve until SIGTERM or SIGINT. Raises ConfigError when the port or the data directory is taken."""
    set_up_logging()
    raise_file_limit()
    asyncio.run(_serve(config))
    sys.stderr.flush()
    # Everything is saved and closed. Granian's threads may still hold the interpreter, and abort if it is taken apart.
    os._exit(0)


def raise_file_limit() -> None:
    """Each open stream is a file, and most systems allow 1,024 until a process asks for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def _serve(config: Config) -> None:
    check_port(config)
    if config.metrics_port:
        check_port(metrics_place(config))
    if config.streaming_port:
        check_port(streams_place(config))
    server = build(config, system_ports(config))
    try:
        await server.start()
        gc.collect()
        gc.freeze()  # what lives as long as the process needn't be looked at again
        gc.set_threshold(*GARBAGE)
        async with watched(server):
            await until_signal(lambda: listen(server))
    finally:
        await server.stop()


async def listen(server: Server) -> None:
    """Serve on every port that the settings name, until cancelled."""
    config, end_streams = server.config, server.parts.streams.stop
    async with asyncio.TaskGroup() as listeners:
        listeners.create_task(Listener(server.asgi, config, end_streams).serve())
        if config.streaming_port:
            listeners.create_task(StreamListener(server.asgi, config, end_streams).serve())


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
    """Run until it ends, SIGTERM or SIGINT; requests under way are answered first.

    The handlers are Python's own: the event loop's come through the pipe that wakes it, where a signal is lost when
    hundreds of connections end at once.
    """
    task = asyncio.ensure_future(serve())
    loop = asyncio.get_running_loop()

    def stop(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(task.cancel)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        await task
    except asyncio.CancelledError:
        return
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
