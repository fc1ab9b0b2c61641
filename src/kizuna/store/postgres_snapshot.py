"""One moment of all four schemas, copied into the files that a server on SQLite would have, and files into schemas.

A backup is the same on both databases, so it can be restored on either.
"""

import asyncio
from collections.abc import AsyncIterator, Generator, Mapping
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from kizuna.ground.config import Config, ConfigError
from kizuna.ground.ids import STORE_NAMES, StoreName
from kizuna.store.logins import login
from kizuna.store.migrate import migrate
from kizuna.store.postgres_admin import LOCK
from kizuna.store.postgres_link import Link, LinkErrors, raw
from kizuna.store.postgres_open import apart, check_schema, migrate_database
from kizuna.store.schema import METADATA

BATCH: Final = 1_000
_BEGIN: Final = """
SET idle_in_transaction_session_timeout = 0;
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY
"""


class SchemaSnapshot:
    """One store as it was at the moment."""

    def __init__(self, store: StoreName, connection: AsyncConnection, runner: asyncio.Runner) -> None:
        self._store: StoreName = store
        self._connection = connection
        self._runner = runner

    def copy(self, target: Path) -> None:
        """Write the file of a store on SQLite."""
        target.touch(mode=0o600)
        migrate(self._store, target)
        engine = sa.create_engine(f"sqlite:///{target}", poolclass=NullPool)
        with engine.begin() as into:
            for table in _tables(self._store):
                self._runner.run(self._copy(table, into))

    async def _copy(self, table: sa.Table, into: sa.Connection) -> None:
        async for rows in _batches(self._connection, table):
            into.execute(sa.insert(table), rows)


@contextmanager
def snapshots(config: Config) -> Generator[Mapping[StoreName, SchemaSnapshot]]:
    """The four stores at one moment. Raises ConfigError when they cannot be read."""
    links: dict[StoreName, Link] = {store: Link(login(config, store), store) for store in STORE_NAMES}
    opening = AsyncExitStack()
    with asyncio.Runner() as runner:
        try:
            connections = runner.run(_begin(links, opening))
            yield {store: SchemaSnapshot(store, each, runner) for store, each in connections.items()}
        except LinkErrors as error:
            raise ConfigError(f"{config.database} cannot be read: {error}") from error
        finally:
            runner.run(opening.aclose())


async def _begin(
    links: Mapping[StoreName, Link], opening: AsyncExitStack
) -> dict[StoreName, AsyncConnection]:
    """A transaction in each schema that sees what the first of them sees."""
    begun: dict[StoreName, AsyncConnection] = {}
    moment = ""
    for store, link in links.items():
        opening.push_async_callback(link.close)
        connection = begun[store] = await opening.enter_async_context(link.connect())
        opening.push_async_callback(connection.invalidate)
        await check_schema(connection, store, link.login)
        driver = await raw(connection)
        await driver.execute(_BEGIN)
        if moment:
            await driver.execute(f"SET TRANSACTION SNAPSHOT '{moment}'")
        else:
            moment = await driver.fetchval("SELECT pg_export_snapshot()")
    return begun


def fill(config: Config, files: Mapping[StoreName, Path]) -> None:
    """Put files of stores into an empty database, all or nothing. Raises ConfigError."""
    if not config.database_owner:
        raise ConfigError('settings: "database_owner" names the role that may fill the schemas')
    migrate_database(config)
    for store, path in files.items():
        migrate(store, path)
    try:
        apart(_fill(config, files))
    except LinkErrors as error:
        raise ConfigError(f"{config.database} cannot be filled: {error}") from error


async def _fill(config: Config, files: Mapping[StoreName, Path]) -> None:
    engine = create_async_engine(login(config, "owner").address(), poolclass=NullPool, hide_parameters=True)
    try:
        async with engine.begin() as connection:
            await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
            for store, path in files.items():
                await connection.exec_driver_sql(f"SET LOCAL search_path TO {store}")
                await _fill_schema(connection, store, path)
    finally:
        await engine.dispose()


async def _fill_schema(connection: AsyncConnection, store: StoreName, path: Path) -> None:
    source = sa.create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with source.connect() as found:
        for table in METADATA[store].sorted_tables:
            if (await connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1))).first():
                raise ConfigError(f"{store}.{table.name} is not empty; name an empty database")
        for table in _tables(store):
            for rows in found.execute(_all(table)).mappings().partitions(BATCH):
                await connection.execute(sa.insert(table), [dict(row) for row in rows])


def _tables(store: StoreName) -> list[sa.Table]:
    """The tables to be copied, those first to which others point. Processes are those of the moment, and not kept."""
    return [table for table in METADATA[store].sorted_tables if table.name != "process"]


def _all(table: sa.Table) -> sa.Select[Any]:
    return sa.select(table).order_by(*table.primary_key.columns)


async def _batches(connection: AsyncConnection, table: sa.Table) -> AsyncIterator[list[dict[str, object]]]:
    result = await connection.stream(_all(table).execution_options(yield_per=BATCH))
    async for rows in result.mappings().partitions():
        yield [dict(row) for row in rows]
