"""A server is told to stop by a signal, whatever else goes on in it."""

import asyncio
import os
import signal

import pytest

from kizuna.cli.serve import until_signal


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("wakes", [0, 10_000])
def test_a_signal_is_heard_also_while_thousands_of_streams_wake_the_loop(number: int, wakes: int) -> None:
    """What wakes a loop goes through a pipe that takes some hundred bytes; what does not fit is lost."""

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        for _ in range(wakes):
            loop.call_soon_threadsafe(int)
        os.kill(os.getpid(), number)
        await asyncio.Event().wait()

    async def run() -> None:
        async with asyncio.timeout(10):
            await until_signal(serve)

    before = signal.getsignal(signal.SIGTERM)
    asyncio.run(run())
    assert signal.getsignal(signal.SIGTERM) is before
