"""Ways to one PostgreSQL database: who connects, to which schema, and what an error of the driver means for us."""

import asyncio
import contextlib
import weakref
from collections.abc import Sequence
from typing import Any, Final

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from kizuna.ground.errors import Unavailable
from kizuna.store.logins import Login

READERS: Final = 4
"""Connections for reads that are held, and once more as many in a rush; writing and hearing have one each."""
CONNECT_S: Final = 5.0
ANSWER_S: Final = 30.0
_RETRIED: Final = ("40001", "40P01")
_LOST: Final = ("08", "25", "53", "57", "58", "XX")
"""Classes of SQLSTATE that speak of the connection or the server (a full disk is 53100), not of the statement."""
_SETTINGS: Final = {
    "application_name": "kizuna",
    "timezone": "UTC",
    "jit": "off",
    "default_transaction_isolation": "read committed",
    "lock_timeout": "10s",
    # A process that stops in the middle of a write must not keep the others from writing.
    "idle_in_transaction_session_timeout": "10s",
}
_PLACES: Final = ("sqlstate", "schema_name", "table_name", "column_name", "constraint_name")
Raw = Any
"""An asyncpg connection; the driver has no types of its own."""


class Link:
    """The connections of one role to one schema."""

    def __init__(self, login: Login, schema: str) -> None:
        self._opened: weakref.WeakSet[Raw] = weakref.WeakSet()
        self._ended = False
        self.login = login
        self._engine: AsyncEngine = create_async_engine(
            login.address(),
            hide_parameters=True,  # errors are logged, and what people wrote must not be in them
            isolation_level="AUTOCOMMIT",  # a read is one statement, and the writer begins by itself
            pool_size=READERS,
            max_overflow=READERS,
            pool_timeout=CONNECT_S,
            connect_args={
                "timeout": CONNECT_S,
                "command_timeout": ANSWER_S,
                "server_settings": _SETTINGS | {"search_path": schema},
                "prepared_statement_cache_size": 500,
            },
        )
        event.listen(self._engine.sync_engine, "do_connect", self._connecting)
        event.listen(self._engine.sync_engine, "connect", self._connected)
        event.listen(self._engine.sync_engine, "handle_error", _hush)
        event.listen(self._engine.sync_engine, "before_cursor_execute", _without_nul, retval=True)

    def connect(self) -> AsyncConnection:
        """A connection of the pool, to be used as a context, or held."""
        return self._engine.connect()

    async def close(self) -> None:
        """Close every connection, also one that was broken off while it was made, and make no more."""
        self._ended = True
        await self._engine.dispose()
        self._terminate()

    def abandon(self) -> None:
        """Drop every connection at once, and make no more."""
        self._ended = True
        self._terminate()
        self._engine.sync_engine.dispose(close=False)

    def _terminate(self) -> None:
        for each in tuple(self._opened):
            with contextlib.suppress(RuntimeError):  # its loop has ended, and it with it
                each.terminate()

    def _connecting(self, *_: object) -> None:
        if self._ended:
            raise Unavailable("The server is stopping")

    def _connected(self, connection: Raw, _record: object) -> None:
        self._opened.add(connection.driver_connection)


async def raw(connection: AsyncConnection) -> Raw:
    """The driver's own connection, for the beginning and the end of transactions."""
    return (await connection.get_raw_connection()).driver_connection


LinkErrors: Final = (
    DBAPIError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    OSError,
    PoolTimeout,
    TimeoutError,
)
"""What a statement, a beginning or an end can raise."""


def is_lost(error: BaseException) -> bool:
    """Whether the connection is gone, or was never made; what was asked on it may or may not have been done."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or (error.orig is not None and is_lost(_cause(error.orig)))
    if isinstance(error, asyncpg.PostgresError):
        return _told(error, "sqlstate")[:2] in _LOST
    if isinstance(error, ValueError):  # the driver cannot make anything of a value; nothing was sent
        return False
    return isinstance(error, asyncpg.InterfaceError | OSError | PoolTimeout | asyncio.TimeoutError)


def is_passing(error: BaseException) -> bool:
    """Whether the same transaction may succeed when it is tried again: a deadlock, a failed serialisation."""
    if isinstance(error, DBAPIError):
        return error.orig is not None and is_passing(_cause(error.orig))
    return isinstance(error, asyncpg.PostgresError) and _told(error, "sqlstate") in _RETRIED


def _cause(error: BaseException) -> BaseException:
    """The driver's own error inside the one that SQLAlchemy made of it."""
    return error.__cause__ if error.__cause__ is not None else error


def unavailable(error: BaseException) -> Unavailable:
    """What a reader is told when the database cannot be reached."""
    refusal = Unavailable("The database cannot be reached now")
    refusal.__cause__ = error
    return refusal


def _without_nul(
    _connection: object, _cursor: object, statement: str, parameters: Any, _context: object, executemany: bool
) -> tuple[str, Any]:
    """PostgreSQL takes no NUL in a text: it becomes what HTML makes of it, and equals nothing that is stored."""
    if executemany:
        return statement, [_whole(values) for values in parameters]
    return statement, _whole(parameters)


def _whole(values: Sequence[object]) -> Sequence[object]:
    if any(isinstance(value, str) and "\0" in value for value in values):
        return tuple(value.replace("\0", "\ufffd") if isinstance(value, str) else value for value in values)
    return values


def _hush(context: ExceptionContext) -> None:
    """Leave nothing in an error but what kind it is: the driver tells the values too, and errors are logged."""
    cause = _cause(context.original_exception)
    places = [told for name in _PLACES if (told := _told(cause, name))]
    for name in ("detail", "where", "hint"):
        if hasattr(cause, name):
            setattr(cause, name, None)
    for error in (cause, context.original_exception, context.sqlalchemy_exception):
        if error is not None:
            error.args = (" ".join([type(cause).__name__, *places]), *error.args[1:])


def _told(error: BaseException, name: str) -> str:
    """What the server said of an error; the driver sets these without declaring them."""
    return getattr(error, name, None) or ""
