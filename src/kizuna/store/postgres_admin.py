"""Schemas, tables, roles and rights of a PostgreSQL database, made and brought up to date by its owner.

Each store is a schema with a role of its own, which may read and write it and nothing else. The role ``public`` reads
the square and keeps people, for processes that serve visitors; circle and letters it cannot even look into.
"""

from collections.abc import Mapping
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import asyncpg as dialect
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from kizuna.ground.config import ConfigError
from kizuna.ground.ids import STORE_NAMES, StoreName
from kizuna.store.alembic_run import upgrade_schema
from kizuna.store.logins import PUBLIC_STORES, Login, Role
from kizuna.store.migrate import MIGRATIONS

LOCK: Final = 0x6B697A7500000063
CHANGE: Final = "SELECT, INSERT, UPDATE, DELETE"
_quote: Final = dialect.dialect().identifier_preparer.quote_identifier


async def prepare(owner: Login, roles: Mapping[Role, Login]) -> None:
    """Make what is missing, in one transaction; others who do so wait. Raises ConfigError for newer schemas."""
    engine = create_async_engine(owner.address(), poolclass=NullPool, hide_parameters=True)
    try:
        async with engine.begin() as connection:
            await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
            await _make_roles(connection, roles)
            for store in STORE_NAMES:
                await _say(connection, f"CREATE SCHEMA IF NOT EXISTS {store}")
                await _say(connection, f"SET LOCAL search_path TO {store}")
                await connection.run_sync(_migrate, store)
                await _grant(connection, store, roles)
    finally:
        await engine.dispose()


def _migrate(connection: sa.Connection, store: StoreName) -> None:
    upgrade_schema(connection, MIGRATIONS / store, store)


async def _make_roles(connection: AsyncConnection, roles: Mapping[Role, Login]) -> None:
    """Roles that are missing, where the owner may make some; an administrator may as well have made them."""
    known = await connection.execute(sa.text("SELECT rolname FROM pg_roles"))
    names = {row.rolname for row in known}
    for login in roles.values():
        if login.role in names:
            continue
        may = sa.text("SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user")
        if not (await connection.execute(may)).scalar():
            raise ConfigError(
                f"the role {login.role} is missing, and the owner of the database may not make it"
            )
        await _say(connection, f"CREATE ROLE {_quote(login.role)} LOGIN {_password(login.password)}")
        names.add(login.role)


async def _grant(connection: AsyncConnection, store: StoreName, roles: Mapping[Role, Login]) -> None:
    """Exactly these rights, whatever was granted before."""
    for login in roles.values():
        await _say(connection, f"REVOKE ALL ON SCHEMA {store} FROM {_quote(login.role)}")
        await _say(connection, f"REVOKE ALL ON ALL TABLES IN SCHEMA {store} FROM {_quote(login.role)}")
    await _say(connection, f"REVOKE ALL ON SCHEMA {store} FROM PUBLIC")
    own, public = _quote(roles[store].role), _quote(roles["public"].role)
    await _say(connection, f"GRANT USAGE ON SCHEMA {store} TO {own}")
    await _say(connection, f"GRANT {CHANGE} ON ALL TABLES IN SCHEMA {store} TO {own}")
    if store in PUBLIC_STORES:
        await _say(connection, f"GRANT USAGE ON SCHEMA {store} TO {public}")
        rights = CHANGE if store == "people" else "SELECT"
        await _say(connection, f"GRANT {rights} ON ALL TABLES IN SCHEMA {store} TO {public}")
        await _say(connection, f"GRANT {CHANGE} ON {store}.process TO {public}")
    for role in {own, public}:
        await _say(connection, f"REVOKE INSERT, UPDATE, DELETE ON {store}.alembic_version FROM {role}")


async def _say(connection: AsyncConnection, text: str) -> None:
    await connection.exec_driver_sql(text)


def _password(password: str | None) -> str:
    if password is None:
        return ""
    quoted = password.replace("'", "''")
    return f"PASSWORD '{quoted}'"
