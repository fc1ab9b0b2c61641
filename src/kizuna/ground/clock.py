"""The clock port: everything that asks for the time or waits for it does so here."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Time as the server knows it."""

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait on the event loop."""
        ...


class SystemClock:
    """The machine's clock, never going back within one process.

    A clock that is set back (NTP, an administrator) would hand out ids that sort before older ones,
    so the last answer is repeated until the machine has caught up.
    """

    def __init__(self) -> None:
        self._last = 0

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch, monotone within the process."""
        self._last = max(self._last, time.time_ns() // 1_000_000)
        return self._last

    async def sleep(self, seconds: float) -> None:
        """Wait on the event loop."""
        await asyncio.sleep(seconds)


def iso(ms: int) -> str:
    """Unix milliseconds as RFC 3339 in UTC with three fraction digits and ``Z``, as the Mastodon API writes it."""
    seconds = datetime.fromtimestamp(ms // 1000, UTC).isoformat()[:19]
    return f"{seconds}.{ms % 1000:03d}Z"
