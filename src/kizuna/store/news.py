"""What a process tells the others with a commit, by NOTIFY, and how it hears them.

A notification is part of the transaction: who commits has told, and who has not committed has told nothing. Each
process listens on a channel of its own whose name is known only to who can read the store (docs/decisions/019).
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec
import structlog

from kizuna.ground.events import Event, tag_of
from kizuna.ground.ids import StoreName
from kizuna.store.listeners import Listeners
from kizuna.store.postgres_link import Link, Raw, raw
from kizuna.store.processes import Place

LONGEST: Final = 7_000
"""Bytes of a message; PostgreSQL takes 8,000."""
BEAT_S: Final = 0.25
TRUST_S: Final = 0.8
"""For how long one can be sure to have heard everything, from the beginning of the last exchange on that connection."""


class Message(msgspec.Struct, frozen=True, array_like=True):
    """One notification: events as (tag, event), topics with work, or that there was too much to be told."""

    events: tuple[tuple[str, msgspec.Raw], ...] = ()
    topics: tuple[str, ...] = ()
    untold: bool = False


def messages(events: Iterable[Event], topics: Iterable[str]) -> Iterator[str]:
    """What a commit tells, in messages short enough."""
    part: list[tuple[str, msgspec.Raw]] = []
    size = 0
    for event in events:
        encoded = msgspec.json.encode(event)
        if len(encoded) > LONGEST:
            yield _encode(Message(untold=True))
            continue
        if size + len(encoded) > LONGEST:
            yield _encode(Message(tuple(part)))
            part, size = [], 0
        part.append((tag_of(type(event)), msgspec.Raw(encoded)))
        size += len(encoded) + 80
    if part or topics:
        yield _encode(Message(tuple(part), tuple(sorted(topics))))


def read(text: str, kinds: Mapping[str, type[Event]]) -> tuple[Message, Sequence[Event]]:
    """A message, and those of its events that somebody here hears."""
    message = msgspec.json.decode(text, type=Message)
    return message, [
        msgspec.json.decode(each, type=kinds[tag]) for tag, each in message.events if tag in kinds
    ]


def _encode(message: Message) -> str:
    return msgspec.json.encode(message).decode()


class News:
    """The ear of one process for one store. Where it may have missed something, everything remembered is forgotten."""

    def __init__(self, store: StoreName, begin: str, link: Link, place: Place, listeners: Listeners) -> None:
        self._begin = begin
        self._link = link
        self._place = place
        self._listeners = listeners
        self._heard_at = float("-inf")
        self._task: asyncio.Task[None] | None = None
        self._log = structlog.get_logger("store").bind(store=store)

    @property
    def hears(self) -> bool:
        """Whether everything that was committed until a moment ago has been heard."""
        return time.monotonic() - self._heard_at < TRUST_S

    async def start(self) -> None:
        """Begin to hear; returns when it does. Raises one of LinkErrors when it cannot."""
        ready = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._run(lambda: ready.done() or ready.set_result(None)))
        await asyncio.wait([self._task, ready], return_when=asyncio.FIRST_COMPLETED)

    async def stop(self) -> None:
        """Stop hearing."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, ready: Callable[[], object]) -> None:
        while True:
            try:
                await self._hear(ready)
            except Exception as error:  # noqa: BLE001 - whatever it was, who stopped listening would be stale for ever
                self._log.warning("not heard", error=type(error).__name__)
            self._heard_at = float("-inf")
            self._listeners.forget()
            await asyncio.sleep(BEAT_S)  # noqa: TID251 - real time: it is the database that is waited for

    async def _hear(self, ready: Callable[[], object]) -> None:
        async with self._link.connect() as connection:
            driver = await raw(connection)
            try:
                await driver.execute(self._begin)
                await self._place.hold(driver)
                await driver.execute("COMMIT")
                await driver.add_listener(self._place.name, self._told)
                self._listeners.forget()
                self._listeners.wake_all()
                while True:
                    begun = time.monotonic()
                    async with asyncio.timeout(TRUST_S):
                        await self._beat(driver)
                    self._heard_at = begun
                    ready()
                    await asyncio.sleep(BEAT_S)  # noqa: TID251 - as above
            finally:
                await connection.invalidate()

    async def _beat(self, driver: Raw) -> None:
        if not self._place.is_due:
            await driver.execute("SELECT 1")
        elif not await self._place.renew(driver):
            raise ConnectionError("this process was given up")

    def _told(self, _driver: object, _pid: int, _channel: str, text: str) -> None:
        try:
            message, events = read(text, self._listeners.kinds())
        except msgspec.DecodeError:  # told by another version
            message, events = Message(untold=True), ()
        if message.untold:
            self._listeners.forget()
            self._listeners.wake_all()
        self._listeners.tell((), events)
        self._listeners.wake(message.topics)
