"""The bus inside one process."""

import asyncio
from collections.abc import AsyncIterator, Generator
from contextlib import AbstractContextManager, contextmanager
from typing import Final, Protocol

LONGEST_QUEUE: Final = 1000


class Subscription:
    """What one subscriber has not read yet; the oldest is dropped when it does not keep up."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[object] = asyncio.Queue(LONGEST_QUEUE)

    def put(self, payload: object) -> None:
        """Queue a payload, dropping the oldest when full."""
        if self._queue.full():
            self._queue.get_nowait()
        self._queue.put_nowait(payload)

    def __aiter__(self) -> AsyncIterator[object]:
        return self

    async def __anext__(self) -> object:
        return await self._queue.get()


class Bus(Protocol):
    """Publish and subscribe by topic."""

    def publish(self, topic: str, payload: object) -> None:
        """Tell those who are subscribed at this moment."""
        ...

    def subscribe(self, topic: str) -> AbstractContextManager[Subscription]:
        """Receive what is published to a topic while the context is open."""
        ...


class MemoryBus:
    """The adapter for one process."""

    def __init__(self) -> None:
        self._topics: dict[str, list[Subscription]] = {}

    def publish(self, topic: str, payload: object) -> None:
        """Tell those who are subscribed at this moment."""
        for subscription in self._topics.get(topic, ()):
            subscription.put(payload)

    @contextmanager
    def subscribe(self, topic: str) -> Generator[Subscription, None, None]:
        """Receive what is published to a topic while the context is open."""
        subscription = Subscription()
        self._topics.setdefault(topic, []).append(subscription)
        try:
            yield subscription
        finally:
            self._topics[topic].remove(subscription)
            if not self._topics[topic]:
                del self._topics[topic]
