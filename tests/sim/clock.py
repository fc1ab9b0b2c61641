"""The clock port on the simulated loop's virtual time."""

import asyncio

EPOCH_MS = 1_300_000_000_000  # 2011-03-13: any fixed instant will do


class SimClock:
    """Milliseconds since the Unix epoch, as the loop's time goes on."""

    def __init__(self, loop: asyncio.AbstractEventLoop, epoch_ms: int = EPOCH_MS) -> None:
        self._loop = loop
        self._epoch_ms = epoch_ms

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch."""
        return self._epoch_ms + int(self._loop.time() * 1000)

    async def sleep(self, seconds: float) -> None:
        """Wait in virtual time."""
        await asyncio.sleep(seconds)
