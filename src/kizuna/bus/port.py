"""The port: publish and subscribe by topic, and a word in the row of messages where some may be missing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from enum import Enum
from typing import Final, Protocol, TypeAlias

LONGEST_QUEUE: Final = 1000


class Gap(Enum):
    """What stands between two messages when others may be missing there."""

    BEGINS = "begins"
    """From here on messages may be lost. Whoever keeps something by what he hears keeps nothing until it ends."""

    ENDS = "ends"
    """Everything that is published from here on is heard again."""


Heard: TypeAlias = bytes | Gap


class Subscription:
    """What one subscriber has not read yet. Who does not keep up loses all of it, and finds a gap in its place."""

    def __init__(self, longest: int = LONGEST_QUEUE) -> None:
        self._queue: asyncio.Queue[Heard] = asyncio.Queue()
        self._longest = longest
        self._open = False

    def put(self, heard: Heard) -> None:
        """Queue a message or a gap."""
        if isinstance(heard, Gap):
            self._open = heard is Gap.BEGINS
        elif self._queue.qsize() >= self._longest:
            while not self._queue.empty():
                self._queue.get_nowait()
            self._queue.put_nowait(Gap.BEGINS)
            if self._open:
                return
            self._queue.put_nowait(Gap.ENDS)
        self._queue.put_nowait(heard)

    def __aiter__(self) -> AsyncIterator[Heard]:
        return self

    async def __anext__(self) -> Heard:
        return await self._queue.get()


class Bus(Protocol):
    """Publish and subscribe by topic (``<store>.<thing>``)."""

    def publish(self, topic: str, payload: bytes) -> None:
        """Tell those who are subscribed, everywhere. Never waits."""
        ...

    def subscribe(self, topic: str) -> AbstractContextManager[Subscription]:
        """Receive what is published to a topic while the context is open.

        Between processes it begins with a gap, which ends as soon as the topic is heard.
        """
        ...

    async def start(self) -> None:
        """Begin to connect; does not wait for it."""
        ...

    async def stop(self) -> None:
        """Send what was published, within a moment, and disconnect."""
        ...
