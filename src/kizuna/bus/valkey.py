"""The bus between processes, by the Valkey/Redis protocol (PUBLISH, PSUBSCRIBE, PING).

Every message travels by the server, also to subscribers of this process, so that all of them see one order. One
connection publishes and one hears; each is made again when it breaks. The hearing one is asked for a sign of life
several times a second, so that a silent loss is noticed within the second that invariant 5 allows.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Generator
from typing import Any, Final

import structlog
from redis import asyncio as client
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from kizuna.bus.memory import MemoryBus
from kizuna.bus.port import Gap, Subscription
from kizuna.ground.clock import Clock

PULSE_S: Final = 0.2
SILENCE_S: Final = 0.7
PAUSE_S: Final = 0.1
STOP_S: Final = 1.0
MOST_WAITING: Final = 10_000
AT_ONCE: Final = 500
TROUBLE: Final = (RedisError, OSError, TimeoutError)
_MESSAGE: Final = b"m"
_GAP: Final = b"g"


class ValkeyBus:
    """The adapter for several processes. ``space`` keeps installations on one server apart."""

    def __init__(self, url: str, space: str, clock: Clock) -> None:
        self._url = url
        self._space = f"kizuna:{space}:".encode()
        self._clock = clock
        self._here = MemoryBus()
        self._up = False
        self._waiting: deque[tuple[bytes, bytes]] = deque()
        self._something = asyncio.Event()
        self._nothing = asyncio.Event()
        self._nothing.set()
        self._tasks: list[asyncio.Task[None]] = []
        self._log = structlog.get_logger("bus")

    def publish(self, topic: str, payload: bytes) -> None:
        """Tell those who are subscribed, everywhere. What cannot be sent now is sent as soon as it can be."""
        if len(self._waiting) >= MOST_WAITING:
            topics = {waiting for waiting, _ in self._waiting}
            self._waiting.clear()
            self._waiting.extend((lost, _GAP) for lost in sorted(topics))
        self._waiting.append((topic.encode(), _MESSAGE + payload))
        self._nothing.clear()
        self._something.set()

    @contextlib.contextmanager
    def subscribe(self, topic: str) -> Generator[Subscription, None, None]:
        """Receive what is published to a topic while the context is open; begins with a gap until it is heard."""
        with self._here.subscribe(topic) as subscription:
            if not self._up:
                subscription.put(Gap.BEGINS)
            yield subscription

    async def start(self) -> None:
        """Begin to connect; does not wait for it."""
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._keep(self._send)), loop.create_task(self._keep(self._hear))]

    async def stop(self) -> None:
        """Send what was published, within a moment, and disconnect."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_S):
                await self._nothing.wait()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep(self, work: Callable[[Any], Awaitable[None]]) -> None:
        """Do the work on a connection of its own, and on a new one whenever that breaks."""
        while True:
            connection: Any = client.Redis.from_url(  # pyright: ignore[reportUnknownMemberType]  # no types for options
                self._url,
                retry=Retry(NoBackoff(), 0),
                socket_connect_timeout=SILENCE_S,
                socket_timeout=SILENCE_S,
            )
            try:
                await work(connection)
            except TROUBLE as error:
                self._log.warning("bus lost", error=type(error).__name__)
            finally:
                with contextlib.suppress(*TROUBLE):
                    await connection.aclose()
            await self._clock.sleep(PAUSE_S)

    async def _send(self, connection: Any) -> None:
        while True:
            self._something.clear()
            part = [self._waiting[index] for index in range(min(AT_ONCE, len(self._waiting)))]
            if not part:
                self._nothing.set()
                await self._something.wait()
                continue
            pipe = connection.pipeline(transaction=False)
            for topic, payload in part:
                pipe.publish(self._space + topic, payload)
            # Sent again when the answer is lost: hearing something twice is harmless, missing it is not.
            await pipe.execute()
            self._sent(part)

    def _sent(self, part: list[tuple[bytes, bytes]]) -> None:
        for one in part:
            if self._waiting and self._waiting[0] is one:
                self._waiting.popleft()

    async def _hear(self, connection: Any) -> None:
        pubsub = connection.pubsub()
        loop = asyncio.get_running_loop()
        try:
            await pubsub.psubscribe(self._space + b"*")
            heard_at = loop.time()
            while True:
                message = await pubsub.get_message(timeout=PULSE_S)
                if message is not None:
                    heard_at = loop.time()
                    self._take(message)
                elif loop.time() - heard_at > SILENCE_S:
                    raise TimeoutError
                else:
                    await pubsub.ping()
        finally:
            self._stand(up=False)
            with contextlib.suppress(*TROUBLE):
                await pubsub.aclose()

    def _take(self, message: dict[str, Any]) -> None:
        if message["type"] == "psubscribe":
            self._stand(up=True)
        elif message["type"] == "pmessage":
            topic = message["channel"][len(self._space) :].decode()
            kind, payload = message["data"][:1], message["data"][1:]
            if kind == _GAP:
                self._here.put(topic, Gap.BEGINS)
                self._here.put(topic, Gap.ENDS)
            else:
                self._here.publish(topic, payload)

    def _stand(self, *, up: bool) -> None:
        if up != self._up:
            self._up = up
            for topic in self._here.topics:
                self._here.put(topic, Gap.ENDS if up else Gap.BEGINS)
