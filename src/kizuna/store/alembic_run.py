"""Runs Alembic on one store's file."""

import sqlite3
from pathlib import Path

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.runtime.migration import RevisionStep
from alembic.script import ScriptDirectory
from sqlalchemy import event

from kizuna.ground.config import ConfigError


def upgrade(path: Path, history: Path) -> None:
    """Apply every newer revision of a history, all in one transaction. Raises ConfigError when the file is newer."""
    scripts = ScriptDirectory(str(history.parent), version_locations=[str(history)])
    known = {script.revision for script in scripts.walk_revisions()}
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.pool.NullPool)
    _begin_with_ddl(engine)

    def steps(revision: str, _context: MigrationContext) -> list[RevisionStep]:
        return scripts._upgrade_revs("head", revision)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - an env.py does the same

    with engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"fn": steps})
        current = context.get_current_revision()
        if current is not None and current not in known:
            raise ConfigError(
                f"{path} was written by a newer Kizuna (revision {current}); upgrade the program"
            )
        with Operations.context(context):
            context.run_migrations()


def _begin_with_ddl(engine: sa.Engine) -> None:
    """The driver's own transactions leave DDL outside, so SQLAlchemy begins them instead (its SQLite guide)."""

    @event.listens_for(engine, "connect")
    def connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
