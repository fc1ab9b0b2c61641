"""A backup of a server on PostgreSQL comes back on PostgreSQL and on SQLite, all of it or nothing."""

import asyncio
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from kizuna.cli.program import app
from kizuna.ground.config import Config, ConfigError
from kizuna.ground.ids import STORE_NAMES
from kizuna.store.open import open_configured
from kizuna.store.schema import METADATA
from tests.fakes import FakeClock
from tests.postgres import OWNER, Cluster
from tests.running import running
from tests.web.visitor import befriend, join

SECRET = "what only we know"


@pytest.fixture
def empty(cluster: Cluster) -> Iterator[Config]:
    """The settings of an empty database."""
    cluster.say("CREATE DATABASE restored")
    yield cluster.config("restored")
    cluster.say("DROP DATABASE restored WITH (FORCE)")


def kizuna(*arguments: str, data: Path, database: str, owner: str = "") -> str:
    """Run a command; answers what it says. Raises ConfigError as ``main`` gets it."""
    settings = {"KIZUNA_DATA": str(data), "KIZUNA_DATABASE": database, "KIZUNA_BACKUP_PASSPHRASE": SECRET}
    if owner:
        settings["KIZUNA_DATABASE_OWNER"] = owner
    result = CliRunner().invoke(app, list(arguments), env=settings)
    if result.exception is not None:
        raise result.exception
    return result.output


def contents(config: Config) -> Mapping[str, list[tuple[object, ...]]]:
    """Every row of every table but those of the processes."""

    async def read() -> Mapping[str, list[tuple[object, ...]]]:
        stores = open_configured(config, FakeClock())
        found: dict[str, list[tuple[object, ...]]] = {}
        for store in stores.each():
            for table in METADATA[store.name].sorted_tables:
                if table.name != "process":
                    all_ = sa.select(table).order_by(*table.primary_key.columns)
                    found[f"{store.name}.{table.name}"] = [tuple(row) for row in await store.reads.all(all_)]
        await stores.close()
        return found

    return asyncio.run(read())


async def live(config: Config) -> None:
    """Two friends, and what one of them said."""
    async with running(config) as server:
        aoi, ben = await join(server, "aoi"), await join(server, "ben")
        await befriend(aoi, ben)
        await aoi.do("/compose", "/compose", text="among friends", audience="friends", do_="send")


def test_all_of_it_comes_back_on_either_database(shared: Config, empty: Config, tmp_path: Path) -> None:
    config = msgspec.structs.replace(shared, data=tmp_path / "data", test_mode=True)
    asyncio.run(live(config))
    before = contents(config)
    assert before["circle.friendship"]
    assert before["people.session"]
    kizuna("backup", str(tmp_path / "backup"), data=config.data, database=config.database)
    for name in ("people.db", "square.db"):
        assert stat.S_IMODE((tmp_path / "backup" / name).stat().st_mode) & 0o077 == 0

    kizuna("restore", str(tmp_path / "backup"), data=tmp_path / "files", database="sqlite")
    assert contents(Config(data=tmp_path / "files")) == before
    again = tmp_path / "again"
    kizuna("restore", str(tmp_path / "backup"), data=again, database=empty.database, owner=OWNER)
    assert contents(msgspec.structs.replace(empty, data=again, database_owner="")) == before
    assert not list(again.glob("*.db"))
    with pytest.raises(ConfigError, match="is not empty"):
        kizuna(
            "restore", str(tmp_path / "backup"), data=tmp_path / "third", database=empty.database, owner=OWNER
        )
    assert not (tmp_path / "third").exists()
    assert set(STORE_NAMES) == {name.partition(".")[0] for name in before}
