"""Stores on PostgreSQL, shared by processes: nobody pays for another, and nothing is believed too soon."""

import asyncio
from contextlib import AsyncExitStack

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from kizuna.ground.config import Config, ConfigError
from kizuna.ground.errors import Conflict, Unavailable
from kizuna.ground.events import Event
from kizuna.jobs.tables import INBOX
from kizuna.store.open import open_configured
from kizuna.store.postgres import PostgresStore, _Unknown  # pyright: ignore[reportPrivateUsage] - what a lost commit raises
from kizuna.store.postgres_link import is_lost
from kizuna.store.processes import NODES
from kizuna.store.store import Store, Tx
from tests.fakes import FakeClock
from tests.postgres import Cluster
from tests.processes.several import several, until

TABLE = INBOX["square"]
IDS = sa.select(TABLE.c.event_id).order_by(TABLE.c.event_id)


class Rung(Event, frozen=True, tag="test.rung"):
    number: int
    text: str = ""


def row(number: int) -> dict[str, object]:
    return {"event_id": number, "consumer": "test", "seen_at": 0}


async def put(tx: Tx, number: int) -> int:
    return await tx.run(sa.insert(TABLE), row(number))


async def kept(store: Store) -> list[int]:
    return [found.event_id for found in await store.reads.all(IDS)]


def test_nobody_pays_for_a_statement_of_another(shared: Config) -> None:
    async def wrong(tx: Tx) -> None:
        await tx.all(sa.text("SELECT no_such_column FROM inbox").columns(sa.column("no_such_column")))

    async def twice(tx: Tx) -> None:
        tx.append(TABLE, row(7))
        tx.append(TABLE, row(7))

    async def go() -> None:
        async with several(shared) as (stores,):
            outcomes = await asyncio.gather(
                stores.square.write(lambda tx: put(tx, 1)),
                stores.square.write(wrong),
                stores.square.write(lambda tx: put(tx, 2)),
                stores.square.write(twice),
                stores.square.write(lambda tx: put(tx, 2)),
                stores.square.write(lambda tx: put(tx, 3)),
                return_exceptions=True,
            )
            kinds = [type(outcome) for outcome in outcomes]
            assert [kinds[place] for place in (0, 2, 5)] == [int, int, int]
            assert kinds[3] is Unavailable
            assert kinds[4] is IntegrityError
            assert await kept(stores.square) == [1, 2, 3]

    asyncio.run(go())


def test_an_error_that_was_overlooked_is_no_success(shared: Config) -> None:
    async def overlooks(tx: Tx) -> None:
        await put(tx, 1)
        with pytest.raises(IntegrityError):
            await put(tx, 1)

    async def go() -> None:
        async with several(shared) as (stores,):
            with pytest.raises(Unavailable):
                await stores.square.write(overlooks)
            assert await stores.square.write(lambda tx: put(tx, 2)) == 1
            assert await kept(stores.square) == [2]

    asyncio.run(go())


def test_what_the_server_says_of_values_is_in_no_error(shared: Config) -> None:
    async def go() -> None:
        async with several(shared) as (stores,):
            await stores.square.write(lambda tx: put(tx, 1234567))
            with pytest.raises(IntegrityError) as refused:
                await stores.square.write(lambda tx: put(tx, 1234567))
            assert "1234567" not in str(refused.value)
            assert not is_lost(refused.value)
            with pytest.raises(DBAPIError) as too_large:
                await stores.square.reads.all(sa.select(TABLE).where(TABLE.c.event_id == 1 << 70))
            assert not is_lost(too_large.value)

    asyncio.run(go())


def test_a_connection_that_is_lost_is_one_clear_refusal_and_the_writer_goes_on(
    shared: Config, cluster: Cluster
) -> None:
    def cut() -> None:
        ours = "usename LIKE 'kizuna\\_%' AND usename <> 'kizuna_owner'"
        cluster.say(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ours}")

    async def go() -> None:
        async with several(shared) as (stores,):
            await stores.square.write(lambda tx: put(tx, 1))

            async def cut_off(tx: Tx) -> None:
                await put(tx, 2)
                cut()

            with pytest.raises(Unavailable):
                await stores.square.write(cut_off)
            assert await kept(stores.square) == [1]
            await until(lambda: stores.square.hears)
            assert await stores.square.write(lambda tx: put(tx, 3)) == 1
            assert await kept(stores.square) == [1, 3]

    asyncio.run(go())


def test_a_commit_whose_end_nobody_knows_is_not_done_again(shared: Config) -> None:
    applied: list[int] = []

    async def note(tx: Tx, number: int) -> None:
        applied.append(number)
        await put(tx, number)

    async def go() -> None:
        async with several(shared) as (stores,):
            end = vars(PostgresStore)["_end"]

            async def lost(driver: object) -> None:
                await end(stores.square, driver)
                vars(stores.square).pop("_end")
                raise _Unknown

            vars(stores.square)["_end"] = lost
            writes = [stores.square.write(lambda tx, n=n: note(tx, n)) for n in (1, 2)]
            outcomes = await asyncio.gather(*writes, return_exceptions=True)
            assert [str(outcome) for outcome in outcomes] == [
                "It may not have been saved; look before you do it again"
            ] * 2
            assert applied == await kept(stores.square) == [1, 2]
            assert await stores.square.write(lambda tx: put(tx, 3)) == 1

    asyncio.run(go())


def test_processes_write_one_after_the_other_and_check_what_is(shared: Config) -> None:
    """A counter that each reads and then writes: nothing gets lost between them."""
    count = sa.select(sa.func.coalesce(sa.func.max(TABLE.c.event_id), 0))

    async def go() -> None:
        async def next_one(tx: Tx) -> None:
            await put(tx, await tx.scalar(count) + 1)

        async with several(shared, 3) as processes:
            writes = [process.square.write(next_one) for _ in range(40) for process in processes]
            await asyncio.gather(*writes)
            assert await kept(processes[0].square) == list(range(1, 121))

    asyncio.run(go())


def test_ids_of_processes_are_never_the_same(shared: Config) -> None:
    async def go() -> None:
        async with several(shared, 3) as processes:
            made = [process.circle.ids.new() for process in processes for _ in range(500)]
            assert len(set(made)) == 1_500

    asyncio.run(go())


def test_one_process_too_many_is_refused_and_a_place_is_given_back(shared: Config) -> None:
    async def go() -> None:
        async with AsyncExitStack() as opening:
            last = open_configured(shared, FakeClock())
            for _ in range(NODES - 1):
                opening.push_async_callback(open_configured(shared, FakeClock()).close)
            with pytest.raises(ConfigError, match="16 processes"):
                open_configured(shared, FakeClock())
            await last.close()
            await open_configured(shared, FakeClock()).close()

    asyncio.run(go())


def test_a_commit_is_heard_elsewhere_with_its_events_and_topics(shared: Config) -> None:
    heard: list[str] = []

    async def go() -> None:
        async with several(shared, 2) as (here, there):
            there.square.hear(Rung, lambda event: heard.append(f"{event.number} {len(event.text)}"))
            there.square.listen("test", lambda: heard.append("work"))
            there.square.doubt(lambda: heard.append("doubt"))
            there.circle.hear(Rung, lambda event: heard.append("in another store"))

            async def ring(tx: Tx, number: int, text: str) -> None:
                tx.emit(Rung(number, text))
                tx.wake("test")

            async def fails(tx: Tx) -> None:
                tx.emit(Rung(0))
                raise Conflict("no")

            with pytest.raises(Conflict):
                await here.square.write(fails)
            await here.square.write(lambda tx: ring(tx, 1, "絆"))
            await until(lambda: heard == ["1 1", "work"])
            await here.square.write(lambda tx: ring(tx, 2, "x" * 9_000))
            await until(lambda: "doubt" in heard)  # too long to be told

    asyncio.run(go())


def test_who_hears_nothing_trusts_nothing(shared: Config, cluster: Cluster) -> None:
    async def go() -> None:
        async with several(shared, 2) as (here, there):
            doubts: list[int] = []
            there.people.doubt(lambda: doubts.append(1))
            assert there.people.hears
            name = there.people.process
            ears = f"query ILIKE 'LISTEN%{name}%' OR query = 'SELECT 1'"
            cluster.say(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ears}")
            await until(lambda: bool(doubts))
            await until(lambda: there.people.hears)
            assert here.people.process != here.square.process, "a name in one store is no ear for another"

    asyncio.run(go())


def test_text_with_a_nul_is_kept_without_it_and_found_by_nobody(shared: Config) -> None:
    async def go() -> None:
        async with several(shared) as (stores,):
            await stores.square.write(lambda tx: tx.run(sa.insert(TABLE), {**row(1), "consumer": "a\0b"}))
            found = await stores.square.reads.scalar(sa.select(TABLE.c.consumer))
            assert found == "a\ufffdb"
            assert await stores.square.reads.first(sa.select(TABLE).where(TABLE.c.consumer == "ab\0")) is None

    asyncio.run(go())


def test_a_database_that_is_not_there_or_not_ready_is_one_clear_line(cluster: Cluster) -> None:
    with pytest.raises(ConfigError, match="cannot be used"):
        open_configured(cluster.config("nowhere", owner=""), FakeClock())
    cluster.say("CREATE DATABASE bare")
    with pytest.raises(ConfigError, match="kizuna migrate"):
        open_configured(cluster.config("bare", owner=""), FakeClock())
