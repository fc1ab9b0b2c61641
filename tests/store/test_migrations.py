"""Migrations lead from nothing, and from every released version, to the tables that the code declares."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from kizuna.ground.config import ConfigError
from kizuna.ground.ids import STORE_NAMES, StoreName
from kizuna.store.migrate import head, migrate
from kizuna.store.schema import METADATA
from tests.store.draft_migration import import_tables

import_tables()


def shape(path: Path) -> list[object]:
    """Every table with its columns and keys, every index with its columns and condition."""
    found: list[object] = []
    with closing(sqlite3.connect(path)) as db:
        entries = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE tbl_name != 'alembic_version'"
        for kind, name, table, sql in db.execute(entries).fetchall():
            if kind == "table":
                columns = db.execute(
                    'SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?)', [name]
                )
                keys = db.execute('SELECT "table", "from", "to" FROM pragma_foreign_key_list(?)', [name])
                found.append((name, columns.fetchall(), sorted(keys.fetchall())))
            else:
                columns = db.execute("SELECT name FROM pragma_index_info(?)", [name])
                label = "" if name.startswith("sqlite_autoindex") else name
                condition = (sql or "").partition(" WHERE ")[2]
                found.append((table, label, columns.fetchall(), "UNIQUE" in (sql or "UNIQUE"), condition))
    return sorted(found, key=repr)


@pytest.mark.parametrize("store", STORE_NAMES)
def test_the_migrations_make_the_tables_that_the_code_declares(store: StoreName, tmp_path: Path) -> None:
    migrated, declared = tmp_path / "migrated.db", tmp_path / "declared.db"
    migrated.touch()
    migrate(store, migrated)
    METADATA[store].create_all(sa.create_engine(f"sqlite:///{declared}", poolclass=sa.NullPool))
    assert shape(migrated) == shape(declared)
    assert shape(declared)


@pytest.mark.parametrize("store", STORE_NAMES)
def test_migrating_again_changes_nothing(store: StoreName, tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.touch()
    migrate(store, path)
    before = path.read_bytes()
    migrate(store, path)
    assert path.read_bytes() == before


def test_a_file_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "square.db"
    path.touch()
    migrate("square", path)
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigError, match="newer Kizuna"):
        migrate("square", path)


@pytest.mark.parametrize("store", STORE_NAMES)
def test_every_store_has_a_newest_revision(store: StoreName) -> None:
    assert head(store) >= "0001"
