"""A process that is killed at any write point of a deed: the book is whole, and what is tried again is done once."""

import asyncio
import shutil
import signal
import subprocess
import sys
from collections import Counter
from itertools import count
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from kizuna.apps.season.tables import SEASON_ACT, SEASON_CHANCE, SEASON_CODE, SEASON_GIFT, SEASON_RUN
from kizuna.ledger.audit import audit
from kizuna.ledger.tables import ACCOUNT, MOVEMENT
from kizuna.store.open import open_stores
from kizuna.store.store import Db
from tests.dose import dose
from tests.fakes import FakeClock
from tests.season.conftest import at
from tests.season.deeds import DEEDS, before, stage_on

MOST_POINTS = 80
SEVERAL = ("expire", "draw for all")
"""What is done in several writes, each of them whole: what is left is done at the next turn."""


async def everything(db: Db) -> dict[str, object]:
    """All that a deed may change, without ids that differ from run to run."""
    accounts = await db.all(sa.select(ACCOUNT).where(ACCOUNT.c.balance != 0))
    return {
        "accounts": Counter((row.asset, row.kind, row.balance) for row in accounts),
        "movements": Counter(
            (row.asset, row.source_kind, row.target_kind, row.amount)
            for row in await db.all(sa.select(MOVEMENT))
        ),
        "acts": Counter((row.day, row.coupon, row.shares) for row in await db.all(sa.select(SEASON_ACT))),
        "gifts": Counter(
            (row.state, row.asset, row.to_id is None) for row in await db.all(sa.select(SEASON_GIFT))
        ),
        "codes": Counter(
            (row.coupon, row.redeemed_at is None) for row in await db.all(sa.select(SEASON_CODE))
        ),
        "chances": Counter((row.level, row.coupon) for row in await db.all(sa.select(SEASON_CHANCE))),
        "eve": [row.eve_at is None for row in await db.all(sa.select(SEASON_RUN))],
    }


async def prepared(place: Path, name: str) -> None:
    clock = FakeClock(at("2026-12-03T20:00"))
    stores = open_stores(place / "data", clock)
    told = await before(stage_on(stores.circle, clock), name)
    await stores.close()
    (place / "told.json").write_bytes(msgspec.json.encode(told))


async def finished(place: Path, name: str) -> tuple[dict[str, object], dict[str, object]]:
    """The book of those who come back is whole; they try again. Answers what stood before, and stands then."""
    told = msgspec.json.decode((place / "told.json").read_bytes(), type=dict[str, int])
    clock = FakeClock(at("2026-12-03T20:00:02"))
    stores = open_stores(place / "data", clock)
    try:
        reads = stores.circle.reads
        assert await audit(reads) == []
        found = await everything(reads)
        await DEEDS[name][1](stage_on(stores.circle, clock), told)
        assert await audit(reads) == []
        return found, await everything(reads)
    finally:
        await stores.close()


@pytest.mark.sqlite("kills the process that writes a file; PostgreSQL undoes what a connection leaves")
@pytest.mark.load
@pytest.mark.parametrize("name", DEEDS)
def test_killed_at_every_write_point(name: str, tmp_path: Path) -> None:
    base = tmp_path / "base"
    base.mkdir()
    asyncio.run(prepared(base, name))
    whole = tmp_path / "whole"
    shutil.copytree(base, whole)
    nothing, wanted = asyncio.run(finished(whole, name))
    assert nothing != wanted, "a premise"
    stood: list[bool] = []
    for point in count(0, dose(3, 1)):
        place = tmp_path / str(point)
        shutil.copytree(base, place)
        command = [sys.executable, "-m", "tests.season.deeds", str(place), name, str(point)]
        ended = subprocess.run(command, check=False, capture_output=True, text=True)
        if ended.returncode == 0:
            break
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        found, after = asyncio.run(finished(place, name))
        assert name in SEVERAL or found in (nothing, wanted), f"half of it was done at point {point}"
        assert after == wanted, f"at point {point}"
        stood.append(found == wanted)
        assert point < MOST_POINTS
    assert len(stood) >= 1
    assert name in SEVERAL or stood == sorted(stood), "once it stands, it stands at every later point"
