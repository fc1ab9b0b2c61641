"""Looking at a PostgreSQL database without changing it, with each of the roles that a server has."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from kizuna.ground.clock import Clock
from kizuna.ground.config import Config, ConfigError
from kizuna.ground.ids import STORE_NAMES, StoreName
from kizuna.store.dialect import database_now
from kizuna.store.logins import PUBLIC_STORES, Login, login
from kizuna.store.postgres_link import Link, LinkErrors
from kizuna.store.postgres_open import apart, check_schema

OLDEST: Final = 150_000
MOST_APART_MS: Final = 1_000
_VERSION: Final = sa.select(sa.cast(sa.func.current_setting("server_version_num"), sa.Integer))


class Look(NamedTuple):
    """What was looked at, and what is wrong there; empty when all is well."""

    what: str
    wrong: str
    well: str


def examine_database(config: Config, clock: Clock) -> Iterator[Look]:
    """Each role once, in the schema that it is for. Raises ConfigError for an unreadable address."""
    for store in STORE_NAMES:
        used = login(config, store)
        yield Look(f"schema {store}", _trouble(used, store, clock), f"{used.role} gets in, schema is current")
    used = login(config, "public")
    wrong = _trouble(used, "square", clock, closed=True)
    yield Look("visitors", wrong, f"{used.role} gets in, circle and letters are closed to it")


def _trouble(used: Login, store: StoreName, clock: Clock, *, closed: bool = False) -> str:
    try:
        apart(_look(used, store, clock, closed=closed))
    except ConfigError as error:
        return str(error)
    except LinkErrors as error:
        return f"{used.place} cannot be used: {error}"
    return ""


async def _look(used: Login, store: StoreName, clock: Clock, *, closed: bool) -> None:
    link = Link(used, store)
    try:
        async with link.connect() as connection:
            if await _number(connection, _VERSION) < OLDEST:
                raise ConfigError("PostgreSQL 15 or newer is needed")
            await check_schema(connection, store, used)
            apart_ms = abs(await _number(connection, sa.select(database_now())) - clock.now_ms())
            if apart_ms > MOST_APART_MS:
                raise ConfigError(f"the clocks here and there are {apart_ms} ms apart; set both by NTP")
            if closed:
                await _see_closed(connection)
    finally:
        await link.close()


async def _number(connection: AsyncConnection, statement: sa.Select[int]) -> int:
    return (await connection.execute(statement)).scalar_one()


async def _see_closed(connection: AsyncConnection) -> None:
    for name in STORE_NAMES:
        usable = sa.select(sa.func.has_schema_privilege(name, "USAGE"))
        if name not in PUBLIC_STORES and (await connection.execute(usable)).scalar_one():
            raise ConfigError(f"it can look into {name}; run kizuna migrate")
