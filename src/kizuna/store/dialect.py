"""What the two databases spell alike but SQLAlchemy keeps in dialect modules."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Insert, insert


def insert_ignore(table: sa.Table) -> Insert:
    """``INSERT … ON CONFLICT DO NOTHING``: rowcount 0 says that it was there already."""
    return insert(table).on_conflict_do_nothing()


def upsert(table: sa.Table, keys: Sequence[str], columns: Sequence[str]) -> Insert:
    """Insert, or overwrite ``columns`` of the row that has the same ``keys``."""
    statement = insert(table)
    return statement.on_conflict_do_update(
        index_elements=keys, set_={name: statement.excluded[name] for name in columns}
    )


def database_now() -> sa.ColumnElement[int]:
    """Unix milliseconds by the clock of the database, which all processes share. PostgreSQL only."""
    return sa.cast(sa.extract("epoch", sa.func.clock_timestamp()) * 1000, sa.BigInteger)
