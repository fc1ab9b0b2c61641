"""A PostgreSQL of our own for the tests: a throw-away cluster, and fresh databases in it.

Run as a program it prints where PostgreSQL's programs are, or fails if there are none.
"""

import asyncio
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator, Iterable
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final, cast

import asyncpg
import msgspec
import pytest
import sqlalchemy as sa

from kizuna.ground.config import Config
from kizuna.store.postgres_open import apart, migrate_database
from tests.databases import ON_POSTGRES

OWNER: Final = "kizuna_owner"
TEMPLATE: Final = "kizuna_template"
MEMORY: Final = Path("/dev/shm")
_FAST: Final = (
    *("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"),
    *("-c", "max_connections=400", "-c", "shared_buffers=64MB", "-c", "autovacuum=off"),
)


# Emptying is ten times faster than a new copy of the template. Without triggers nobody asks in which order.
_BLANK: Final = """
SET session_replication_role = replica;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
DO $$ DECLARE place record; BEGIN
  FOR place IN SELECT schemaname, tablename FROM pg_tables
    WHERE schemaname IN ('people', 'square', 'circle', 'letters') AND tablename <> 'alembic_version'
  LOOP EXECUTE format('DELETE FROM %I.%I', place.schemaname, place.tablename); END LOOP;
END $$
"""


def programs() -> Path | None:
    """Where PostgreSQL's programs are, if they are."""
    found = shutil.which("initdb")
    places = [Path(found).parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((place for place in places if (place / "initdb").exists()), None)


class Cluster:
    """A running PostgreSQL, reached by a socket in a directory that only we have."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._names = itertools.count()
        self._free: list[str] = []
        self.given: dict[str, str] = {}
        """Which directory has which database."""

    def config(self, name: str, *, owner: str = OWNER) -> Config:
        """Settings for a database of this cluster."""
        return Config(database=f"postgresql:///{name}?host={self.place}", database_owner=owner)

    def make_template(self) -> None:
        """The newest schema with nobody in it, to be copied: making one takes longer."""
        self.say(f"CREATE DATABASE {TEMPLATE}")
        migrate_database(self.config(TEMPLATE))

    def fresh(self) -> str:
        """The name of a database of the newest schema with nobody in it."""
        if self._free:
            return self._free.pop()
        name = f"test_{next(self._names)}"
        self.say(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return name

    def placed(self, config: Config) -> Config:
        """These settings on PostgreSQL: each data directory has one database, over all restarts of its server."""
        key = str(config.data.resolve())
        if key not in self.given:
            self.given[key] = self.fresh()
        return msgspec.structs.replace(config, database=self.config(self.given[key]).database)

    def take_back(self, given: Iterable[str]) -> None:
        """Make databases blank that were given to these directories, to be given again."""
        for key in given:
            name = self.given.pop(key)
            self.say(_BLANK, name)
            self._free.append(name)

    @asynccontextmanager
    async def transaction(self, config: Config) -> AsyncGenerator[Any]:
        """A session of the owner's, in the middle of a transaction."""
        name = str(sa.make_url(config.database).database)
        connection = await cast(Any, asyncpg).connect(user=OWNER, host=str(self.place), database=name)
        try:
            async with connection.transaction():
                yield connection
        finally:
            await connection.close()

    def say(self, statement: str, database: str = "postgres") -> Any:
        """Let the owner execute something; answers the rows."""

        async def go() -> Any:
            connect = cast(Any, asyncpg).connect  # the driver has no types
            connection = await connect(user=OWNER, host=str(self.place), database=database)
            try:
                return await (connection.fetch if statement.startswith("SELECT") else connection.execute)(
                    statement
                )
            finally:
                await connection.close()

        return apart(go())


@contextmanager
def cluster() -> Generator[Cluster]:
    """Start a cluster; it is stopped and removed at the end."""
    found = programs()
    if found is None:
        reason = "no PostgreSQL: install the package postgresql"
        if os.environ.get("CI") == "true" or ON_POSTGRES:
            pytest.fail(reason)
        pytest.skip(reason)
    place = Path(tempfile.mkdtemp(prefix="kizuna-pg-", dir=MEMORY if MEMORY.is_dir() else None))
    place.chmod(0o755)
    as_user: list[str] = []
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(place, "postgres", "postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=INT"]
    data = place / "data"
    initdb = [str(found / "initdb"), "-D", str(data), "-U", OWNER, "--auth=trust", "--no-sync"]
    subprocess.run(
        [*as_user, *initdb, "--locale=C", "--encoding=UTF8"], check=True, capture_output=True, cwd=place
    )
    with (place / "log").open("wb") as log:
        server = [str(found / "postgres"), "-D", str(data), "-k", str(place), "-c", "listen_addresses="]
        process = subprocess.Popen([*as_user, *server, *_FAST], stdout=log, stderr=log, cwd=place)
    made = Cluster(place)
    try:
        wait_for(lambda: (place / ".s.PGSQL.5432").exists() and _answers(made))
        made.make_template()
        yield made
    finally:
        process.send_signal(2)
        process.wait(30)
        shutil.rmtree(place, ignore_errors=True)


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something is so."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


def _answers(made: Cluster) -> bool:
    try:
        made.say("SELECT 1")
    except (OSError, asyncpg.PostgresError):
        return False
    return True


def one_loop(runner: asyncio.Runner, original: Callable[..., Any]) -> Callable[..., Any]:
    """``asyncio.run`` for a test whose stores hold connections: every call of a test has the same loop."""

    def run(work: Any, **options: Any) -> Any:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            pass
        else:
            return original(work, **options)
        if threading.current_thread() is not threading.main_thread():
            return original(work, **options)
        try:
            return runner.run(work)
        finally:
            runner.run(_end_tasks())

    return run


async def _end_tasks() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


if __name__ == "__main__":
    sys.stdout.write(str(programs() or ""))
    sys.exit(programs() is None)
