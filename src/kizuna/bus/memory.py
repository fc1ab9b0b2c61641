"""The bus inside one process."""

from collections.abc import Generator
from contextlib import contextmanager

from kizuna.bus.port import Heard, Subscription


class MemoryBus:
    """The adapter for one process, and the part of every other adapter that is."""

    def __init__(self) -> None:
        self._topics: dict[str, list[Subscription]] = {}

    @property
    def topics(self) -> tuple[str, ...]:
        """What somebody is subscribed to."""
        return tuple(self._topics)

    def publish(self, topic: str, payload: bytes) -> None:
        """Tell those who are subscribed at this moment."""
        self.put(topic, payload)

    def put(self, topic: str, heard: Heard) -> None:
        """Hand a message or a gap to the subscribers of a topic."""
        for subscription in self._topics.get(topic, ()):
            subscription.put(heard)

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

    async def start(self) -> None:
        """Nothing to connect."""

    async def stop(self) -> None:
        """Nothing to disconnect."""
