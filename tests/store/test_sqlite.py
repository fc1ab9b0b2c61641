"""The single writer: a failure is one command's own, a group is durable or nothing, caches hear before answers."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from kizuna.ground.config import Config, ConfigError
from kizuna.ground.errors import Conflict, Unavailable
from kizuna.ground.events import Event
from kizuna.jobs.tables import INBOX
from kizuna.store.connection import Connection
from kizuna.store.open import Stores, open_configured, open_stores
from kizuna.store.schema import table
from kizuna.store.store import Tx
from kizuna.store.tables import OUTBOX
from tests.databases import placed
from tests.fakes import FakeClock

TABLE = INBOX["square"]
COUNT = sa.select(sa.func.count()).select_from(TABLE)


class Happened(Event, frozen=True, tag="test.happened"):
    number: int


def row(number: int) -> dict[str, object]:
    return {"event_id": number, "consumer": "test", "seen_at": 0}


async def put(tx: Tx, number: int) -> int:
    return await tx.run(sa.insert(TABLE), row(number))


def test_a_failed_command_undoes_itself_and_no_other(stores: Stores) -> None:
    async def fails(tx: Tx) -> None:
        await put(tx, 2)
        tx.append(TABLE, row(3))
        tx.emit(Happened(3))
        raise Conflict("no")

    async def go() -> None:
        outcomes = await asyncio.gather(
            stores.square.write(lambda tx: put(tx, 1)),
            stores.square.write(fails),
            stores.square.write(lambda tx: put(tx, 4)),
            return_exceptions=True,
        )
        assert outcomes[0] == 1
        assert isinstance(outcomes[1], Conflict)
        assert outcomes[2] == 1
        kept = await stores.square.reads.all(sa.select(TABLE.c.event_id).order_by(TABLE.c.event_id))
        assert [each.event_id for each in kept] == [1, 4]
        assert await stores.square.reads.scalar(sa.select(sa.func.count()).select_from(OUTBOX["square"])) == 0

    asyncio.run(go())


@pytest.mark.sqlite("looks into the file")
def test_commands_that_arrive_together_share_one_commit(stores: Stores, tmp_path: Path) -> None:
    async def go() -> None:
        with sqlite3.connect(tmp_path / "data" / "square.db") as other:
            before = other.execute("PRAGMA data_version").fetchone()[0]
            counts: set[int] = set()
            writes = [
                asyncio.ensure_future(stores.square.write(lambda tx, n=n: put(tx, n))) for n in range(100)
            ]
            while not all(write.done() for write in writes):
                counts.add(other.execute("SELECT count(*) FROM inbox").fetchone()[0])
                await asyncio.sleep(0)
            assert counts <= {0, 100}, "another reader saw a part of the group"
            assert other.execute("PRAGMA data_version").fetchone()[0] > before

    asyncio.run(go())


@pytest.mark.sqlite("looks into the file")
def test_what_is_acknowledged_is_in_the_file(stores: Stores, tmp_path: Path) -> None:
    async def go() -> int:
        await stores.square.write(lambda tx: put(tx, 1))
        with sqlite3.connect(tmp_path / "data" / "square.db") as other:
            return other.execute("SELECT count(*) FROM inbox").fetchone()[0]

    assert asyncio.run(go()) == 1


def test_rows_that_break_a_rule_fail_the_group_and_the_writer_goes_on(stores: Stores) -> None:
    async def go() -> None:
        async def twice(tx: Tx) -> None:
            tx.append(TABLE, row(1))
            tx.append(TABLE, row(1))

        with pytest.raises(Unavailable):
            await stores.square.write(twice)
        assert await stores.square.write(lambda tx: put(tx, 1)) == 1

    asyncio.run(go())


@pytest.mark.sqlite("fills a file")
@pytest.mark.parametrize("rows", [1, 40], ids=["one row", "many rows in one statement"])
def test_a_full_disk_refuses_the_group_and_the_writer_goes_on(stores: Stores, rows: int) -> None:
    """SQLite takes back the whole transaction, or for some statements only the statement."""
    writer: Connection = vars(stores.square)["_writer"]
    large = sa.insert(TABLE).values(
        [{**row(number), "consumer": "x" * (400_000 // rows)} for number in range(10, 10 + rows)]
    )

    async def go() -> None:
        full = writer.first(sa.text("PRAGMA page_count"), None)
        assert full is not None
        writer.control(f"PRAGMA max_page_count={full[0] + 8}")
        for _ in range(2):
            outcomes = await asyncio.gather(
                stores.square.write(lambda tx: put(tx, 1)),
                stores.square.write(lambda tx: tx.run(large)),
                stores.square.write(lambda tx: put(tx, 2)),
                return_exceptions=True,
            )
            assert [type(outcome) for outcome in outcomes] == [Unavailable] * 3, outcomes
            assert await stores.square.reads.scalar(COUNT) == 0
        writer.control("PRAGMA max_page_count=1000000")
        assert await stores.square.write(lambda tx: put(tx, 3)) == 1
        assert await stores.square.write(lambda tx: tx.run(large)) == rows
        assert await stores.square.reads.scalar(COUNT) == 1 + rows

    asyncio.run(go())


def test_apply_that_waits_for_something_else_is_refused(stores: Stores) -> None:
    async def waits(tx: Tx) -> None:
        await put(tx, 1)
        await asyncio.sleep(0)

    async def go() -> None:
        with pytest.raises(RuntimeError, match="prepare"):
            await stores.square.write(waits)
        assert await stores.square.reads.scalar(COUNT) == 0

    asyncio.run(go())


def test_caches_hear_an_event_after_the_commit_and_before_the_answer(stores: Stores) -> None:
    heard: list[str] = []

    async def go() -> None:
        stores.square.hear(Happened, lambda event: heard.append(f"heard {event.number}"))

        async def act(tx: Tx) -> None:
            tx.emit(Happened(7))
            tx.after(lambda: heard.append("after"))
            assert heard == []

        await stores.square.write(act)
        heard.append("answer")

    asyncio.run(go())
    assert heard == ["after", "heard 7", "answer"]


def test_someone_who_goes_away_does_not_stop_the_write(stores: Stores) -> None:
    async def go() -> None:
        waiting = asyncio.ensure_future(stores.square.write(lambda tx: put(tx, 1)))
        await asyncio.sleep(0)
        waiting.cancel()
        await stores.square.write(lambda tx: put(tx, 2))
        assert await stores.square.reads.scalar(COUNT) == 2

    asyncio.run(go())


def test_closing_finishes_what_was_accepted(tmp_path: Path, clock: FakeClock) -> None:
    async def go() -> None:
        opened = open_configured(placed(Config(data=tmp_path / "data")), clock)
        writes = [asyncio.ensure_future(opened.square.write(lambda tx, n=n: put(tx, n))) for n in range(50)]
        await asyncio.sleep(0)
        await opened.close()
        assert all(write.result() == 1 for write in writes)
        with pytest.raises(Unavailable):
            await opened.square.write(lambda tx: put(tx, 99))

    asyncio.run(go())


def test_a_listener_that_fails_keeps_nobody_from_the_answer(stores: Stores) -> None:
    heard: list[int] = []

    def fails(*_told: object) -> None:
        raise ValueError("a mistake in a cache")

    async def go() -> None:
        stores.square.hear(Happened, fails)
        stores.square.hear(Happened, lambda event: heard.append(event.number))
        stores.square.listen("test", fails)

        async def act(tx: Tx) -> int:
            tx.emit(Happened(7))
            tx.after(fails)
            tx.wake("test")
            return 1

        async with asyncio.timeout(5):
            assert await stores.square.write(act) == 1
            assert await stores.square.write(lambda tx: put(tx, 1)) == 1

    asyncio.run(go())
    assert heard == [7]


def test_a_row_without_a_column_fails_its_group_and_the_writer_goes_on(stores: Stores) -> None:
    async def go() -> None:
        async def short(tx: Tx) -> None:
            tx.append(TABLE, row(1))
            tx.append(TABLE, {"event_id": 2})

        async with asyncio.timeout(5):
            for _ in range(3):  # from the second time on the statement is a prepared one
                with pytest.raises(Unavailable):
                    await stores.square.write(short)
            assert await stores.square.write(lambda tx: put(tx, 1)) == 1

    asyncio.run(go())


def test_who_writes_again_while_it_closes_is_answered(tmp_path: Path, clock: FakeClock) -> None:
    async def go() -> None:
        opened = open_configured(placed(Config(data=tmp_path / "data")), clock)

        async def twice() -> int:
            return sum([await opened.square.write(lambda tx, n=n: put(tx, n)) for n in (1, 2)])

        writing = asyncio.ensure_future(twice())
        await asyncio.sleep(0)
        await opened.close()
        async with asyncio.timeout(5):
            assert await writing == 2

    asyncio.run(go())


@pytest.mark.sqlite("a database may have many")
def test_a_directory_has_one_server(stores: Stores, tmp_path: Path, clock: FakeClock) -> None:
    with pytest.raises(ConfigError, match="in use by another Kizuna"):
        open_stores(tmp_path / "data", clock)


@pytest.mark.sqlite("looks at the files")
def test_only_we_may_read_the_files(stores: Stores, tmp_path: Path) -> None:
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0
    assert (tmp_path / "data" / "circle.db").stat().st_mode & 0o077 == 0


def test_only_the_square_has_public_tables() -> None:
    with pytest.raises(ValueError, match="only the square"):
        table("circle", "leak", "public")
