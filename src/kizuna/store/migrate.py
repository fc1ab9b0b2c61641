"""Schema migrations, forwards only, one Alembic history per store (``store/migrations/<store>``).

Alembic is imported only when there is something to do: it costs a third of the start-up time.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from kizuna.ground.ids import StoreName

MIGRATIONS: Final = Path(__file__).parent / "migrations"


def migrate(store: StoreName, path: Path) -> None:
    """Bring one store's file to the newest schema. Raises ConfigError for a file newer than this program."""
    if revision(path) == head(store):
        return
    from kizuna.store.alembic_run import upgrade

    upgrade(path, MIGRATIONS / store)


def head(store: StoreName) -> str:
    """The newest revision: the names of the version files begin with four digits, in order."""
    return max(file.stem for file in (MIGRATIONS / store).glob("[0-9]*.py"))[:4]


def revision(path: Path) -> str | None:
    """The schema that a file has; None when it has none."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        return connection.execute("SELECT version_num FROM alembic_version").fetchone()[0] if found else None
