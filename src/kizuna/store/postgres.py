"""A store on PostgreSQL: one schema, many processes, and still one writer at a time.

A group of commands is one transaction. It begins by taking the store's lock, so commands see and check what is, as on
SQLite, whichever process they are made in (docs/decisions/018). Reads take no lock.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar, cast

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from kizuna.ground.clock import Clock
from kizuna.ground.errors import Unavailable
from kizuna.ground.events import Event
from kizuna.ground.ids import STORE_NAMES, Ids, StoreName
from kizuna.store.command import Command
from kizuna.store.listeners import Listeners
from kizuna.store.news import News, messages
from kizuna.store.postgres_db import Applied, PostgresDb, PostgresTx
from kizuna.store.postgres_link import Link, LinkErrors, Raw, is_lost, is_passing, raw
from kizuna.store.processes import Place
from kizuna.store.store import Params, Tx

T = TypeVar("T")
E = TypeVar("E", bound=Event)
GROUP: Final = 128
TRIES: Final = 5
LOCK: Final = 0x6B697A75
"""The first half of the writers' advisory locks; the second is the store."""
_NEWEST: Final = "SELECT max(id) FROM outbox"


class PostgresStore:
    """One of the four stores, as a schema, in one of the processes that share it."""

    def __init__(self, name: StoreName, link: Link, place: Place, clock: Clock, ids: Ids) -> None:
        self.name: StoreName = name
        self.shared = True
        self.process = place.name
        self.commits = 0
        self.ids = ids
        self.reads = PostgresDb(link)
        self._clock = clock
        self._link = link
        self._place = place
        self._listeners = Listeners(name)
        self._begin = begin_text(name)
        self._news = News(name, self._begin, link, place, self._listeners)
        self._queue: deque[Command] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._held: AsyncConnection | None = None
        self._closed = False

    @property
    def hears(self) -> bool:
        """Whether commits of other processes are heard now."""
        return self._news.hears

    async def start(self) -> None:
        """Begin to hear other processes. Raises ConfigError when the database cannot be reached."""
        await self._news.start()

    async def write(self, apply: Callable[[Tx], Awaitable[T]]) -> T:
        """Apply a command in the store's writer; returns when it is durable. ``apply`` may be run more than once.

        Raises what ``apply`` raises, or Unavailable when the group was not committed, or nobody knows whether it was.
        """
        if self._closed:
            raise Unavailable("The server is stopping")
        command = Command(apply, asyncio.get_running_loop().create_future())
        self._queue.append(command)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        return cast(T, await command.future)

    def hear(self, kind: type[E], act: Callable[[E], None]) -> None:
        """Call ``act`` with every event of a kind: after its commit and before the answer, or from another process."""
        self._listeners.hear(kind, act)

    def listen(self, topic: str, wake: Callable[[], None]) -> None:
        """Call ``wake`` after every commit that has work for ``topic``."""
        self._listeners.listen(topic, wake)

    def doubt(self, act: Callable[[], None]) -> None:
        """Call ``act`` when commits may have gone unheard."""
        self._listeners.doubt(act)

    async def close(self) -> None:
        """Finish what was accepted, give back the node number, and let go. After ``abandon`` nothing is left to do."""
        if self._closed:
            return
        while self._writing is not None:
            await asyncio.wait([self._writing])
        self._closed = True
        await self._news.stop()
        with contextlib.suppress(*LinkErrors):
            async with self._link.connect() as connection:
                await self._place.leave(await raw(connection))
        held, self._held = self._held, None
        if held is not None:
            await held.close()
        await self._link.close()

    def abandon(self) -> None:
        """Let go at once; what is not committed is lost, as in a crash."""
        self._closed = True
        if self._held is not None and self._held.sync_connection is not None:
            self._held.sync_connection.invalidate()
        self._link.abandon()

    async def _write_all(self) -> None:
        try:
            while self._queue:
                await asyncio.sleep(0)  # noqa: TID251 - whoever is ready to write joins the group
                group = [self._queue.popleft() for _ in range(min(GROUP, len(self._queue)))]
                await self._write_group(group)
        finally:
            self._writing = None

    async def _write_group(self, group: Sequence[Command]) -> None:
        topics = await self._commit(list(group))
        for command in group:
            if command.error is None:
                self._listeners.tell(command.afters, command.events)
        self._listeners.wake(topics)
        for command in group:
            command.answer()

    async def _commit(self, group: list[Command]) -> set[str]:
        """Try until the group is committed, or has failed; answers the topics that have work then."""
        tries = TRIES
        while group:
            try:
                return await self._attempt(group)
            except _Spoilt as spoilt:
                await self._roll_back(spoilt)
                group.remove(spoilt.command)
            except Exception as error:  # noqa: BLE001 - whatever it was, the group fails and the writer goes on
                await self._roll_back(error)
                tries -= 1
                if tries and is_passing(error):
                    continue
                if len(group) > 1 and not (isinstance(error, _Unknown) or is_lost(error)):
                    return await self._commit_each(group)
                self._fail(group, error)
                break
        return set()

    async def _commit_each(self, group: Sequence[Command]) -> set[str]:
        """What was left for the end of the group failed: who is not to blame for it must not pay for it."""
        topics: set[str] = set()
        for command in group:
            topics |= await self._commit([command])
        return topics

    async def _attempt(self, group: Sequence[Command]) -> set[str]:
        """One transaction of all commands; answers the topics that have work then."""
        topics: set[str] = set()
        later: dict[sa.Executable, list[Params]] = {}
        connection, driver = await self._begun()
        for command in group:
            tx = PostgresTx(connection, driver, self.name, self.ids, self._clock.now_ms())
            if await self._apply(command, tx):
                topics |= tx.topics
                for statement, values in tx.later.items():
                    later.setdefault(statement, []).extend(values)
        for statement, values in later.items():
            await connection.execute(statement, values)
        told = [event for command in group for event in command.events]
        for message in messages(told, topics):
            await self._place.tell(driver, message)
        await self._end(driver)
        self.commits += 1
        return topics

    async def _end(self, driver: Raw) -> None:
        try:
            ended = await driver.execute("COMMIT")
        except LinkErrors as error:
            raise (_Unknown() if is_lost(error) else error) from error
        # Where an error was overlooked, PostgreSQL takes everything back without a word.
        if ended != "COMMIT":
            raise RuntimeError("the transaction was not committed")

    async def _apply(self, command: Command, tx: PostgresTx) -> bool:
        command.result, command.error = None, None
        command.afters, command.events = (), ()
        try:
            command.result = await Applied(command.apply(tx), tx)
        except Exception as error:
            if isinstance(error, LinkErrors) and (is_lost(error) or is_passing(error)):
                raise
            command.error = error
            if isinstance(error, DBAPIError) and not tx.savepoint:
                raise _Spoilt(command) from error
            await tx.undo()
            return False
        await tx.keep()
        command.afters, command.events = tx.afters, tx.events
        return True

    async def _begun(self) -> tuple[AsyncConnection, Raw]:
        if self._held is None:
            self._held = await self._link.connect()
        driver = await raw(self._held)
        await driver.execute(self._begin)
        if self._place.is_due:
            await self._place.hold(driver)
        # Events are delivered in the order of their ids, and clocks of processes differ.
        self.ids.overtake(await driver.fetchval(_NEWEST) or 0)
        return self._held, driver

    async def _roll_back(self, error: Exception) -> None:
        held = self._held
        if held is None:
            return
        if not (isinstance(error, _Unknown) or is_lost(error)):
            with contextlib.suppress(*LinkErrors):
                await (await raw(held)).execute("ROLLBACK")
                return
        self._held = None
        if isinstance(error, _Unknown):  # what is remembered may be stale, and there may be work
            self._listeners.forget()
            self._listeners.wake_all()
        with contextlib.suppress(*LinkErrors):
            await held.invalidate()
            await held.close()

    def _fail(self, group: Sequence[Command], failure: Exception) -> None:
        structlog.get_logger("store").error("commit failed", store=self.name, error=str(failure))
        for command in group:
            command.afters, command.events = (), ()
            if command.error is None:
                if isinstance(failure, _Unknown):
                    command.error = Unavailable("It may not have been saved; look before you do it again")
                else:
                    command.error = Unavailable("It could not be saved; nothing was written")
                command.error.__cause__ = failure


class _Unknown(Exception):
    """The connection was lost during the commit."""

    def __init__(self) -> None:
        super().__init__("the connection was lost during the commit")


class _Spoilt(Exception):
    """A statement of a command failed before its savepoint, and with it the transaction of all."""

    def __init__(self, command: Command) -> None:
        super().__init__("spoilt")
        self.command = command


def begin_text(name: StoreName) -> str:
    """How a write begins: it waits until no other process writes this store."""
    return f"BEGIN; SELECT pg_advisory_xact_lock({LOCK}, {STORE_NAMES.index(name)})"
