"""A held connection to one SQLite file: SQLAlchemy where a statement is new, the driver where it is prepared."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final, cast

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from kizuna.store.prepared import Statements, row_kind
from kizuna.store.store import Params, Row

OLDEST: Final = (3, 40, 0)
PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA wal_autocheckpoint=4000",
    "PRAGMA busy_timeout=5000",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-32000",
    "PRAGMA trusted_schema=OFF",
)
DatabaseErrors: Final = (DBAPIError, sqlite3.Error)
"""What a statement can raise, whichever way it went."""


def is_of_the_disk(error: Exception) -> bool:
    """Whether the disk is full or broken, rather than the statement wrong."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", 0)  # the driver's own complaints have none
    return code & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


class Connection:
    """One connection without implicit transactions. Refuses SQLite older than 3.40."""

    def __init__(self, path: Path) -> None:
        if sqlite3.sqlite_version_info < OLDEST:
            raise RuntimeError(f"SQLite 3.40 or newer is needed, this is {sqlite3.sqlite_version}")
        engine = sa.create_engine(
            f"sqlite:///{path}",
            poolclass=StaticPool,
            connect_args={"check_same_thread": False, "cached_statements": 512},
            isolation_level="AUTOCOMMIT",
            hide_parameters=True,  # errors are logged, and what people wrote must not be in them
        )
        self._slow = engine.connect()
        self._fast = cast(sqlite3.Connection, self._slow.connection.dbapi_connection)
        self._statements = Statements(engine.dialect)
        for pragma in PRAGMAS:
            self.control(pragma)

    def all(self, statement: sa.Executable, params: Params | None) -> Sequence[Row]:
        """Every row of a select."""
        given = params or {}
        prepared = self._statements.find(statement, given)
        if prepared is None:
            result = self._slow.execute(statement, params)
            return list(map(row_kind(tuple(result.keys())), result))
        cursor = self._fast.execute(*prepared.bound(given))
        return prepared.rows(cursor, cursor.fetchall())

    def first(self, statement: sa.Executable, params: Params | None) -> Row | None:
        """The first row of a select, or None."""
        given = params or {}
        prepared = self._statements.find(statement, given)
        if prepared is None:
            result = self._slow.execute(statement, params)
            keys, row = tuple(result.keys()), result.first()
            return None if row is None else row_kind(keys)(row)
        cursor = self._fast.execute(*prepared.bound(given))
        rows = prepared.rows(cursor, cursor.fetchmany(1))
        cursor.close()  # an unread rest would go on holding the snapshot
        return rows[0] if rows else None

    def change(self, statement: sa.Executable, params: Params | None) -> int:
        """Execute an insert, update or delete; answers the number of rows."""
        given = params or {}
        prepared = self._statements.find(statement, given)
        if prepared is None:
            return self._slow.execute(statement, params).rowcount
        return self._fast.execute(*prepared.bound(given)).rowcount

    def change_many(self, statement: sa.Executable, rows: Sequence[Params]) -> None:
        """Execute a change once for each set of values; all name the same columns."""
        prepared = self._statements.find(statement, rows[0])
        if prepared is None:
            self._slow.execute(statement, list(rows))
        else:
            bound = [prepared.bound(row) for row in rows]
            self._fast.executemany(bound[0][0], [values for _, values in bound])

    def control(self, text: str) -> None:
        """A pragma, or the beginning or the end of a transaction."""
        self._fast.execute(text)

    def newest_id(self, metadata: sa.MetaData) -> int:
        """The greatest id in those of these tables that are in the file; 0 when there is none."""
        here = sa.inspect(self._slow).get_table_names()
        tables = [table for table in metadata.sorted_tables if table.name in here]
        keys = [table.c.id for table in tables if "id" in table.primary_key.columns]
        found = [self._slow.execute(sa.select(sa.func.max(key))).scalar() for key in keys]
        return max((one for one in found if one is not None), default=0)

    @property
    def in_transaction(self) -> bool:
        """Whether something is begun and not yet ended."""
        return self._fast.in_transaction

    def close(self) -> None:
        """Close at once."""
        self._slow.invalidate()
        self._fast.close()
