"""Opening a data directory: ids go on where they were, and a directory that cannot be used is left as it was."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from kizuna.ground.config import Config, ConfigError
from kizuna.square.tables import FOLLOW
from kizuna.store.open import open_configured, open_stores
from kizuna.store.store import Tx
from tests.databases import placed
from tests.fakes import FakeClock


async def follow(tx: Tx) -> int:
    """A row with an id, of whatever kind."""
    row_id = tx.new_id()
    await tx.run(sa.insert(FOLLOW), {"id": row_id, "follower_id": row_id, "followee_id": 1})
    return row_id


@pytest.mark.parametrize("seconds", [0.0, -3600.0])
def test_ids_grow_over_a_restart_whatever_the_clock_does(
    tmp_path: Path, clock: FakeClock, seconds: float
) -> None:
    async def go() -> None:
        first = open_configured(placed(Config(data=tmp_path)), clock)
        before = [await first.square.write(follow) for _ in range(3)]
        await first.close()
        clock.advance(seconds)
        second = open_configured(placed(Config(data=tmp_path)), clock)
        after = [await second.square.write(follow) for _ in range(3)]
        others = second.circle.ids.new()
        await second.close()
        assert [*before, *after] == sorted({*before, *after})
        assert others >> 16 == clock.now_ms(), "no store tells of another"

    asyncio.run(go())


@pytest.mark.sqlite("damages a file")
def test_a_file_that_is_no_store_is_said_in_one_line_and_locks_nothing(
    tmp_path: Path, clock: FakeClock
) -> None:
    (tmp_path / "circle.db").write_bytes(b"these are my photographs, not a database" * 100)
    for _ in range(2):
        with pytest.raises(ConfigError, match=r"circle\.db cannot be used: file is not a database"):
            open_stores(tmp_path, clock)
    (tmp_path / "circle.db").unlink()
    open_stores(tmp_path, clock).abandon()


@pytest.mark.sqlite("changes a file")
def test_a_file_of_a_newer_program_is_left_alone(tmp_path: Path, clock: FakeClock) -> None:
    open_stores(tmp_path, clock).abandon()
    with sqlite3.connect(tmp_path / "square.db") as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.close()
    with pytest.raises(ConfigError, match="newer Kizuna"):
        open_stores(tmp_path, clock)
