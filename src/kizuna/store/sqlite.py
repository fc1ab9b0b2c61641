"""A store on SQLite: one file, one process, one writer with group commit.

Commands run on the event loop, where a statement costs microseconds; only COMMIT, which waits for the disk, runs in
a thread, and what arrives meanwhile forms the next group. So there is no contention for the interpreter lock and no
hand-over between threads per command (docs/decisions/003).
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import sqlalchemy as sa
import structlog

from kizuna.ground.clock import Clock
from kizuna.ground.errors import Unavailable
from kizuna.ground.events import Event
from kizuna.ground.ids import Ids, StoreName
from kizuna.store.command import Command, Pending
from kizuna.store.connection import Connection, DatabaseErrors, is_of_the_disk
from kizuna.store.listeners import Listeners
from kizuna.store.schema import METADATA
from kizuna.store.store import Params, Row, Tx

T = TypeVar("T")
E = TypeVar("E", bound=Event)
GROUP: Final = 512


class SqliteDb:
    """Reads on a held connection, on the event loop. The methods are coroutines that never suspend."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def all(self, statement: sa.Executable, params: Params | None = None) -> Sequence[Row]:
        """Every row of a select."""
        return self._connection.all(statement, params)

    async def first(self, statement: sa.Executable, params: Params | None = None) -> Row | None:
        """The first row, or None."""
        return self._connection.first(statement, params)

    async def scalar(self, statement: sa.Executable, params: Params | None = None) -> Any:
        """The first column of the first row, or None."""
        row = self._connection.first(statement, params)
        return None if row is None else row[0]


class SqliteTx(SqliteDb, Pending):
    """One command of a group. A savepoint is opened with its first immediate write, so that most need none."""

    def __init__(self, connection: Connection, store: StoreName, ids: Ids, now_ms: int) -> None:
        SqliteDb.__init__(self, connection)
        Pending.__init__(self, store, ids, now_ms)
        self._savepoint = False

    async def run(self, statement: sa.Executable, params: Params | None = None) -> int:
        """Execute an insert, update or delete now; answers the number of rows."""
        if not self._savepoint:
            self._connection.control("SAVEPOINT command")
            self._savepoint = True
        return self._connection.change(statement, params)

    def keep(self) -> None:
        """The command succeeded: fold its savepoint into the group."""
        if self._savepoint:
            self._connection.control("RELEASE command")

    def undo(self) -> None:
        """The command failed: take back what it wrote, nothing else."""
        if self._savepoint:
            self._connection.control("ROLLBACK TO command")
            self._connection.control("RELEASE command")


class SqliteStore:
    """One of the four stores, as a file. ``inline`` commits without a thread, for the simulation."""

    def __init__(
        self, name: StoreName, path: Path, clock: Clock, *, node: int = 0, inline: bool = False
    ) -> None:
        self.name: StoreName = name
        self.shared = False
        self.process = ""
        self.hears = True
        self.commits = 0
        self.ids = Ids(clock, name, node)
        self._clock = clock
        self._writer = Connection(path)
        self._reader = Connection(path)
        self.reads = SqliteDb(self._reader)
        self.ids.go_on_after(self._reader.newest_id(METADATA[name]))
        self._queue: deque[Command] = deque()
        self._busy = False
        self._closed = False
        self._idle: asyncio.Future[None] | None = None
        self._listeners = Listeners(name)
        self._topics: set[str] = set()
        self._thread = None if inline else ThreadPoolExecutor(1, thread_name_prefix=f"commit-{name}")

    async def write(self, apply: Callable[[Tx], Awaitable[T]]) -> T:
        """Apply a command in the single writer; returns when it is durable.

        Raises what ``apply`` raises, or Unavailable when the group could not be committed (nothing is written then).
        """
        if self._closed:
            raise Unavailable("The server is stopping")
        loop = asyncio.get_running_loop()
        command = Command(apply, loop.create_future())
        self._queue.append(command)
        if not self._busy:
            self._busy = True
            loop.call_soon(self._run_group, loop)
        return cast(T, await command.future)

    def hear(self, kind: type[E], act: Callable[[E], None]) -> None:
        """Call ``act`` with every event of a kind after its commit and before the answer; for caches."""
        self._listeners.hear(kind, act)

    def listen(self, topic: str, wake: Callable[[], None]) -> None:
        """Call ``wake`` after every commit that has work for ``topic``."""
        self._listeners.listen(topic, wake)

    def doubt(self, act: Callable[[], None]) -> None:
        """Never needed: whoever is alone misses nothing."""

    async def start(self) -> None:
        """Nothing to begin."""

    def _run_group(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._closed:
            return
        group = [self._queue.popleft() for _ in range(min(GROUP, len(self._queue)))]
        try:
            self._writer.control("BEGIN IMMEDIATE")
            later: dict[sa.Executable, list[Params]] = {}
            for command in group:
                self._apply(command, later)
            for statement, values in later.items():
                self._writer.change_many(statement, values)
        except Exception as error:  # noqa: BLE001 - whatever it was, the group fails and the writer goes on
            self._finish(loop, group, error)
            return
        if self._thread is None:
            self._finish(loop, group, self._commit())
            return
        commit = loop.run_in_executor(self._thread, self._commit)
        commit.add_done_callback(lambda done: self._finish(loop, group, done.result()))

    def _apply(self, command: Command, later: dict[sa.Executable, list[Params]]) -> None:
        tx = SqliteTx(self._writer, self.name, self.ids, self._clock.now_ms())
        try:
            command.result = run_now(command.apply(tx))
            tx.keep()
        except Exception as error:  # it is handed to whoever asked for the write
            if is_of_the_disk(error) or not self._writer.in_transaction:
                raise  # SQLite took back the whole group, or may have: nobody of it is told that it was written
            tx.undo()
            command.error = error
            return
        command.afters = tx.afters
        command.events = tx.events
        self._topics |= tx.topics
        for statement, values in tx.later.items():
            later.setdefault(statement, []).extend(values)

    def _commit(self) -> Exception | None:
        try:
            self._writer.control("COMMIT")
        except DatabaseErrors as error:
            return error
        return None

    def _finish(
        self, loop: asyncio.AbstractEventLoop, group: Sequence[Command], failure: Exception | None
    ) -> None:
        if failure is not None:
            self._fail(group, failure)
        else:
            self.commits += 1
        for command in group:
            if command.error is None:
                self._listeners.tell(command.afters, command.events)
        topics, self._topics = self._topics, set[str]()
        self._listeners.wake(topics)
        for command in group:
            command.answer()
        if self._queue:
            loop.call_soon(self._run_group, loop)
        else:
            self._busy = False
            if self._idle is not None:
                self._idle.set_result(None)

    def _fail(self, group: Sequence[Command], failure: Exception) -> None:
        structlog.get_logger("store").error("commit failed", store=self.name, error=str(failure))
        # A file that cannot even be rolled back fails the next group too, and is tried again then.
        with contextlib.suppress(*DatabaseErrors):
            if self._writer.in_transaction:
                self._writer.control("ROLLBACK")
        for command in group:
            if command.error is None:
                command.error = Unavailable("It could not be saved; nothing was written")
                command.error.__cause__ = failure

    async def close(self) -> None:
        """Finish what was accepted, then close the file."""
        while self._busy:  # whoever was answered last may have written again at once
            self._idle = asyncio.get_running_loop().create_future()
            await self._idle
        self.abandon()

    def abandon(self) -> None:
        """Close at once; what is not committed is lost, as in a crash."""
        self._closed = True
        if self._thread is not None:
            self._thread.shutdown(wait=True)
        for connection in (self._writer, self._reader):
            connection.close()


def run_now(awaitable: Awaitable[T]) -> T:
    """Drive a coroutine that never suspends to its end. One that does is a mistake of its author."""
    coroutine = cast(Coroutine[object, None, T], awaitable)
    try:
        coroutine.send(None)
    except StopIteration as done:
        return cast(T, done.value)
    coroutine.close()
    raise RuntimeError("apply() waited for something outside its store; do that in prepare")
