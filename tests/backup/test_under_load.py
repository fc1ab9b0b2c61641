"""A backup is one moment of all stores, and holds all that was acknowledged before it began, while writing goes on."""

import asyncio
import hashlib
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from kizuna.ground.config import Config
from kizuna.jobs.tables import INBOX
from kizuna.store.moment import moment
from kizuna.store.open import Stores
from tests.crash.program import Program, Sockets, free_ports
from tests.crash.test_posts import Tally, all_of, arrive
from tests.databases import placed

POSTERS = 4
BEFORE = 40
MOMENTS = 8
SECRET = "what only we know"


def test_every_snapshot_is_one_moment(stores: Stores, tmp_path: Path) -> None:
    """Each number is written to one store after the other, so at no moment is one of them two ahead of another."""
    done = asyncio.Event()

    async def write_on() -> None:
        for number in count(1):
            for store in stores.each():
                values = {"event_id": number, "consumer": "test", "seen_at": 0}
                insert = sa.insert(INBOX[store.name])
                await store.write(lambda tx, insert=insert, values=values: tx.run(insert, values))
            if done.is_set():
                return

    def look(number: int) -> list[int]:
        place = tmp_path / str(number)
        place.mkdir()
        with moment(placed(Config(data=tmp_path / "data"))) as found:
            for name, snapshot in found.items():
                snapshot.copy(place / f"{name}.db")
        return [rows(place / f"{name}.db", "inbox") for name in found]

    async def go() -> list[list[int]]:
        writing = asyncio.ensure_future(write_on())
        looked = [await asyncio.to_thread(look, number) for number in range(MOMENTS)]
        done.set()
        await writing
        return looked

    looked = asyncio.run(go())
    assert all(counts == sorted(counts, reverse=True) and counts[0] - counts[-1] <= 1 for counts in looked), (
        looked
    )
    assert looked[-1][0] > looked[0][0], "nobody wrote meanwhile"


def rows(path: Path, table: str) -> int:
    """How many there are."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


@pytest.mark.sqlite("restores into a directory; tests/processes does it with databases")
def test_a_server_that_is_written_to_is_backed_up_and_restored(tmp_path: Path) -> None:
    asyncio.run(run(tmp_path))


async def run(place: Path) -> None:
    (port,) = free_ports(1)
    (place / "second").mkdir()
    first, second = Program(place, "square", port, ""), Program(place / "second", "square", port, "")
    sockets, tally, ended = Sockets(), Tally(), asyncio.Event()
    try:
        await first.start()
        users = [await arrive(first, sockets, f"poster{number}") for number in range(POSTERS)]

        async def post_on(user_number: int) -> None:
            for number in count():
                if ended.is_set():
                    return
                text = f"post {user_number} {number}"
                tally.acknowledge(text, await users[user_number].post(text, key=text))

        async with asyncio.TaskGroup() as group:
            for number in range(POSTERS):
                group.create_task(post_on(number))
            await tally.milestones.reach(BEFORE)
            before = dict(tally.acknowledged)
            try:
                await kizuna("backup", place / "backup", first.data)
                meanwhile = len(tally.acknowledged) - len(before)
            finally:
                ended.set()
        first.stop()
        await kizuna("restore", place / "backup", second.data)
        assert list(changed(place / "backup", second.data)) == []
        count_there = rows(second.data / "square.db", "post")
        await second.start()
        there = {text: post_id for user in users for post_id, text in await all_of(user)}
    finally:
        await sockets.close()
        first.stop()
        second.stop()
    assert before.items() <= there.items()
    assert len(there) == count_there
    assert meanwhile > 0, "nobody wrote meanwhile"


async def kizuna(command: str, place: Path, data: Path) -> None:
    """Run a command as a process."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KIZUNA_")}
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "kizuna", command, str(place),
        env=kept | {"KIZUNA_DATA": str(data), "KIZUNA_BACKUP_PASSPHRASE": SECRET},
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await program.communicate()
    assert program.returncode == 0, said.decode()


def changed(backup: Path, data: Path) -> Iterator[str]:
    """Which files are not as the manifest says."""
    for entry in msgspec.json.decode((backup / "manifest.json").read_bytes())["entries"]:
        content = (data / entry["name"]).read_bytes()
        if (len(content), hashlib.sha256(content).hexdigest()) != (entry["size"], entry["sha256"]):
            yield entry["name"]
