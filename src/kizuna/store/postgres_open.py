"""Opens the stores of a process on PostgreSQL: checks the schemas, takes a node number, says where the ids go on."""

import asyncio
import threading
from collections.abc import Coroutine, Mapping
from typing import Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kizuna.ground.clock import Clock
from kizuna.ground.config import Config, ConfigError
from kizuna.ground.ids import STORE_NAMES, StoreName
from kizuna.ground.randomness import SystemRandomness
from kizuna.store.logins import Login, Role, login
from kizuna.store.migrate import head
from kizuna.store.postgres import PostgresStore, begin_text
from kizuna.store.postgres_admin import prepare
from kizuna.store.postgres_link import Link, LinkErrors, raw
from kizuna.store.processes import Place, Seat
from kizuna.store.schema import METADATA

T = TypeVar("T")
ROLES: Final[tuple[Role, ...]] = ("people", "square", "circle", "letters", "public")


def migrate_database(config: Config) -> None:
    """As the owner: make or bring up to date schemas, tables, roles and rights. Raises ConfigError."""
    owner = login(config, "owner")
    try:
        apart(prepare(owner, {role: login(config, role) for role in ROLES}))
    except LinkErrors as error:
        raise ConfigError(f"{owner.place} cannot be used: {error}") from error


def open_schemas(config: Config, clock: Clock) -> dict[StoreName, PostgresStore]:
    """The four stores, each with its own role. Raises ConfigError when one cannot be used as it is."""
    chosen: dict[StoreName, Login] = {store: login(config, store) for store in STORE_NAMES}
    seat = Seat()
    places: dict[StoreName, Place] = {
        store: Place(store, f"kizuna_{SystemRandomness().bytes(16).hex()}", seat) for store in chosen
    }
    newest = apart(_first_look(chosen, places))
    opened: dict[StoreName, PostgresStore] = {}
    for store, each in chosen.items():
        ids = seat.make_ids(clock, store)
        ids.go_on_after(newest[store])
        opened[store] = PostgresStore(store, Link(each, store), places[store], clock, ids)
    return opened


async def _first_look(
    chosen: Mapping[StoreName, Login], places: Mapping[StoreName, Place]
) -> dict[StoreName, int]:
    """Check each schema and take a place in it, people first; answers the newest id of each."""
    newest: dict[StoreName, int] = {}
    for store, each in chosen.items():
        link = Link(each, store)
        try:
            async with link.connect() as connection:
                await check_schema(connection, store, each)
                driver = await raw(connection)
                await driver.execute(begin_text(store))
                await places[store].hold(driver)
                await driver.execute("COMMIT")
                newest[store] = await _newest_id(connection, store)
        except LinkErrors as error:
            raise ConfigError(f"{each.place} cannot be used: {error}") from error
        finally:
            await link.close()
    return newest


async def check_schema(connection: AsyncConnection, store: StoreName, used: Login) -> None:
    """Raises ConfigError when a schema is not the one that this program knows."""
    there = sa.text("SELECT to_regclass(:name) IS NOT NULL")
    found = None
    if (await connection.execute(there, {"name": f"{store}.alembic_version"})).scalar():
        found = (await connection.execute(sa.text("SELECT version_num FROM alembic_version"))).scalar()
    wanted = head(store)
    if found is not None and found > wanted:
        raise ConfigError(
            f"schema {store} was written by a newer Kizuna (revision {found}); upgrade the program"
        )
    if found != wanted:
        raise ConfigError(f"schema {store} is not up to date in {used.url}; run kizuna migrate")


async def _newest_id(connection: AsyncConnection, store: StoreName) -> int:
    """The greatest id in the tables of a store; 0 when there is none."""
    tables = METADATA[store].sorted_tables
    keys = [table.c.id for table in tables if "id" in table.primary_key.columns]
    each = sa.union_all(*(sa.select(sa.func.max(key).label("newest")) for key in keys)).subquery()
    return (await connection.execute(sa.select(sa.func.max(each.c.newest)))).scalar() or 0


def apart(work: Coroutine[object, object, T]) -> T:
    """Run to its end in a thread with a loop of its own: opening is done once, before anything is served."""
    outcome: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            with asyncio.Runner() as runner:
                outcome.append(runner.run(work))
        except BaseException as error:  # noqa: BLE001 - handed to the caller
            failure.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return outcome[0]
