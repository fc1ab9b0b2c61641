"""Ports for tests: a clock that is set by hand."""

import asyncio


class FakeClock:
    """Time stands still until a test moves it; each reading that makes an id may share a millisecond."""

    def __init__(self, now_ms: int = 1_762_000_000_000) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch."""
        return self._now_ms

    def set(self, now_ms: int) -> None:
        """Put it to a moment, in Unix milliseconds."""
        self._now_ms = now_ms

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        self._now_ms += round(seconds * 1000)

    async def sleep(self, seconds: float) -> None:
        """Let other tasks run; the clock is moved by hand only."""
        await asyncio.sleep(0)
