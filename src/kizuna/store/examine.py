"""Looking at the files of a server without changing them, beside a running server too."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

from kizuna.ground.ids import StoreName
from kizuna.store.connection import OLDEST
from kizuna.store.migrate import head

SQLITE: Final = sqlite3.sqlite_version
ENOUGH: Final = ".".join(map(str, OLDEST))


def sqlite_is_new_enough() -> bool:
    """Whether this SQLite is one that we work with."""
    return sqlite3.sqlite_version_info >= OLDEST


def examine(name: StoreName, path: Path) -> list[str]:
    """What is wrong with the file of a store, a line each: its schema, or its pages. Empty when all is well."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
            connection.execute("PRAGMA busy_timeout=5000")
            return _schema(name, connection) + _pages(connection)
    except sqlite3.Error as error:
        return [f"cannot be read: {error}"]


def _schema(name: StoreName, connection: sqlite3.Connection) -> list[str]:
    there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone() if there else None
    found, wanted = row[0] if row else None, head(name)
    if found == wanted:
        return []
    if found is None:
        return ["has no schema; is it a file of Kizuna?"]
    newer = "update the program" if found > wanted else "a start of the server brings it up to date"
    return [f"has schema {found}, this program {wanted}; {newer}"]


def _pages(connection: sqlite3.Connection) -> list[str]:
    told = [str(row[0]) for row in connection.execute("PRAGMA quick_check(3)")]
    return [] if told == ["ok"] else [f"is damaged: {told[0].splitlines()[-1]}"]
