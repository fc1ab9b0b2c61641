"""Runs Alembic on one store: a file, or a schema."""

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
    """Apply every newer revision to a file, all in one transaction. Raises ConfigError when the file is newer."""
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.pool.NullPool)
    _begin_with_ddl(engine)
    with engine.begin() as connection:
        _upgrade(connection, history, str(path), {})


def upgrade_schema(connection: sa.Connection, history: Path, schema: str) -> None:
    """Apply every newer revision to a schema, in the caller's transaction. Raises ConfigError likewise."""
    _upgrade(connection, history, f"schema {schema}", {"version_table_schema": schema})


def _upgrade(connection: sa.Connection, history: Path, place: str, options: dict[str, object]) -> None:
    scripts = ScriptDirectory(str(history.parent), version_locations=[str(history)])
    known = {script.revision for script in scripts.walk_revisions()}

    def steps(revision: str, _context: MigrationContext) -> list[RevisionStep]:
        return scripts._upgrade_revs("head", revision)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - an env.py does the same

    context = MigrationContext.configure(connection, opts={"fn": steps, **options})
    current = context.get_current_revision()
    if current is not None and current not in known:
        raise ConfigError(f"{place} was written by a newer Kizuna (revision {current}); upgrade the program")
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
