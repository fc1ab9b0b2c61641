"""Reads of a store on PostgreSQL, and one command of its writer."""

from collections.abc import Awaitable, Callable, Coroutine, Generator, Sequence
from typing import Any, Final, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kizuna.ground.ids import Ids, StoreName
from kizuna.store.command import Pending
from kizuna.store.postgres_link import Link, LinkErrors, Raw, is_lost, unavailable
from kizuna.store.prepared import row_kind
from kizuna.store.store import Params, Row

T = TypeVar("T")
TRIES: Final = 2


class PostgresDb:
    """Reads of what is committed, each on a connection of the pool."""

    def __init__(self, link: Link) -> None:
        self._link = link

    async def all(self, statement: sa.Executable, params: Params | None = None) -> Sequence[Row]:
        """Every row of a select. Raises Unavailable when the database cannot be reached."""
        return await self._read(statement, params, _all)

    async def first(self, statement: sa.Executable, params: Params | None = None) -> Row | None:
        """The first row, or None."""
        return await self._read(statement, params, _first)

    async def scalar(self, statement: sa.Executable, params: Params | None = None) -> Any:
        """The first column of the first row, or None."""
        row = await self.first(statement, params)
        return None if row is None else row[0]

    async def _read(
        self, statement: sa.Executable, params: Params | None, take: Callable[[sa.CursorResult[Any]], T]
    ) -> T:
        for left in reversed(range(TRIES)):
            try:
                async with self._link.connect() as connection:
                    return take(await connection.execute(statement, params))
            except LinkErrors as error:
                if not is_lost(error):
                    raise
                if not left:  # a connection of the pool may have been dead for long, a fresh one tells
                    raise unavailable(error) from error
        raise AssertionError


class PostgresTx(Pending):
    """One command of a group. Its savepoint is made with its first immediate write, as on SQLite."""

    def __init__(
        self, connection: AsyncConnection, driver: Raw, store: StoreName, ids: Ids, now_ms: int
    ) -> None:
        super().__init__(store, ids, now_ms)
        self._connection = connection
        self._driver = driver
        self.savepoint = False
        self.waits = False

    async def all(self, statement: sa.Executable, params: Params | None = None) -> Sequence[Row]:
        """Every row of a select, or of a change that returns rows."""
        await self._save_before(statement)
        return _all(await self._ask(self._connection.execute(statement, params)))

    async def first(self, statement: sa.Executable, params: Params | None = None) -> Row | None:
        """The first row, or None."""
        await self._save_before(statement)
        return _first(await self._ask(self._connection.execute(statement, params)))

    async def scalar(self, statement: sa.Executable, params: Params | None = None) -> Any:
        """The first column of the first row, or None."""
        row = await self.first(statement, params)
        return None if row is None else row[0]

    async def run(self, statement: sa.Executable, params: Params | None = None) -> int:
        """Execute an insert, update or delete now; answers the number of rows."""
        await self._save()
        return (await self._ask(self._connection.execute(statement, params))).rowcount

    async def keep(self) -> None:
        """The command succeeded: fold its savepoint into the group."""
        if self.savepoint:
            await self._driver.execute("RELEASE SAVEPOINT command")

    async def undo(self) -> None:
        """The command failed: take back what it wrote, nothing else."""
        if self.savepoint:
            await self._driver.execute("ROLLBACK TO SAVEPOINT command; RELEASE SAVEPOINT command")

    async def _save_before(self, statement: sa.Executable) -> None:
        if not statement.is_select:
            await self._save()

    async def _save(self) -> None:
        if not self.savepoint:
            await self._ask(self._driver.execute("SAVEPOINT command"))
            self.savepoint = True

    async def _ask(self, answer: Awaitable[T]) -> T:
        self.waits = True
        try:
            return await answer
        finally:
            self.waits = False


class Applied(Awaitable[T]):
    """An ``apply`` under way. It waits for its own transaction only: anything else would hold up every writer."""

    def __init__(self, apply: Awaitable[T], tx: PostgresTx) -> None:
        self._coroutine = cast(Coroutine[Any, Any, T], apply)
        self._tx = tx

    def __await__(self) -> Generator[Any, Any, T]:
        failed: BaseException | None = None
        while True:
            try:
                waited = self._coroutine.send(None) if failed is None else self._coroutine.throw(failed)
            except StopIteration as done:
                return cast(T, done.value)
            if not self._tx.waits:
                self._coroutine.close()
                raise RuntimeError("apply() waited for something outside its store; do that in prepare")
            failed = None
            try:
                yield waited
            except BaseException as error:  # noqa: BLE001 - apply may handle it; what it doesn't comes back from throw
                failed = error


def _all(result: sa.CursorResult[Any]) -> Sequence[Row]:
    return list(map(row_kind(tuple(result.keys())), result))


def _first(result: sa.CursorResult[Any]) -> Row | None:
    row = result.first()
    return None if row is None else row_kind(tuple(result.keys()))(row)
