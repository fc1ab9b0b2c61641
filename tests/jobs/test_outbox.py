"""The outbox: each consumer acts exactly once on each event, in order, however often the process dies."""

import asyncio
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from kizuna.ground.clock import SystemClock
from kizuna.ground.errors import Invalid
from kizuna.ground.events import Event, tag_of
from kizuna.ground.randomness import SeededRandomness
from kizuna.jobs import queries
from kizuna.jobs.idempotency import make_key, once
from kizuna.jobs.outbox import Consumer, Dispatcher, Subscription
from kizuna.store.open import Stores
from kizuna.store.store import Tx
from kizuna.store.tables import OUTBOX
from tests.jobs.failing import FailingStore


class Said(Event, frozen=True, tag="test.said"):
    number: int


def dispatcher(stores: Stores, act: Callable[[Said, Tx], object]) -> Dispatcher:
    async def consume(event: Said, tx: Tx) -> None:
        act(event, tx)

    table = {tag_of(Said): Subscription(Said, [Consumer("test", stores.circle, consume)])}
    return Dispatcher(stores.square, table, SystemClock(), SeededRandomness(1))


async def say(stores: Stores, number: int) -> None:
    async def apply(tx: Tx) -> None:
        tx.emit(Said(number))

    await stores.square.write(apply)


async def left(stores: Stores) -> int:
    return await stores.square.reads.scalar(sa.select(sa.func.count()).select_from(OUTBOX["square"]))


async def until_empty(stores: Stores) -> None:
    for _ in range(500):
        if await left(stores) == 0:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the outbox did not drain within 5 s")


def test_events_are_delivered_in_order_and_forgotten(stores: Stores) -> None:
    async def go() -> None:
        heard: list[int] = []
        running = dispatcher(stores, lambda event, tx: heard.append(event.number))
        for number in range(20):
            await say(stores, number)
        await running.start()
        await until_empty(stores)
        await say(stores, 20)
        await until_empty(stores)
        await running.stop()
        assert heard == list(range(21))

    asyncio.run(go())


def test_a_repeat_after_a_crash_does_nothing(stores: Stores) -> None:
    async def go() -> None:
        heard: list[int] = []
        await say(stores, 1)
        event = (await queries.outbox_due("square", stores.square.reads, queries.NEVER, 1))[0]
        assert await stores.circle.write(lambda tx: queries.mark_seen(tx, event.id, "test"))
        running = dispatcher(stores, lambda event, tx: heard.append(event.number))
        await running.start()
        await until_empty(stores)
        await running.stop()
        assert heard == []

    asyncio.run(go())


def test_a_consumer_that_fails_keeps_its_event_and_holds_nobody_up(stores: Stores) -> None:
    async def go() -> None:
        heard: list[int] = []

        def act(event: Said, tx: Tx) -> None:
            if event.number == 1:
                raise ValueError("not this one")
            heard.append(event.number)

        running = dispatcher(stores, act)
        await say(stores, 1)
        await say(stores, 2)
        await running.start()
        for _ in range(500):
            if heard == [2] and await left(stores) == 1:
                break
            await asyncio.sleep(0.01)
        await running.stop()
        kept = await stores.square.reads.first(sa.select(OUTBOX["square"]))
        assert kept is not None
        assert (kept.attempts, kept.error) == (1, "ValueError: not this one")

    asyncio.run(go())


def test_a_consumer_that_fails_does_not_keep_the_event_from_others(stores: Stores) -> None:
    async def go() -> None:
        heard: list[int] = []

        async def fail(event: Said, tx: Tx) -> None:
            raise ValueError("never")

        async def hear(event: Said, tx: Tx) -> None:
            heard.append(event.number)

        consumers = [Consumer("fail", stores.people, fail), Consumer("hear", stores.circle, hear)]
        table = {tag_of(Said): Subscription(Said, consumers)}
        running = Dispatcher(stores.square, table, SystemClock(), SeededRandomness(1))
        await say(stores, 1)
        await running.start()
        for _ in range(500):
            if heard:
                break
            await asyncio.sleep(0.01)
        await running.stop()
        assert heard == [1]
        assert await left(stores) == 1, "for the one who failed"

    asyncio.run(go())


def test_a_store_that_fails_does_not_end_the_delivery(stores: Stores) -> None:
    async def go() -> None:
        heard: list[int] = []

        async def hear(event: Said, tx: Tx) -> None:
            heard.append(event.number)

        table = {tag_of(Said): Subscription(Said, [Consumer("test", stores.circle, hear)])}
        store = FailingStore(stores.square)
        running = Dispatcher(store, table, SystemClock(), SeededRandomness(1))
        await running.start()
        await asyncio.sleep(0.05)
        store.reads_to_fail = store.writes_to_fail = 1
        await say(stores, 1)
        await until_empty(stores)
        await running.stop()
        assert heard == [1], "once, although settling it failed the first time"

    asyncio.run(go())


def test_the_same_key_does_it_once_even_within_one_group(stores: Stores) -> None:
    async def go() -> None:
        made: list[int] = []
        key = make_key(1, 2, "key", b"body")

        async def apply(tx: Tx) -> tuple[int, bool]:
            async def make() -> int:
                made.append(tx.new_id())
                return made[-1]

            return await once(tx, key, make)

        answers = await asyncio.gather(*(stores.square.write(apply) for _ in range(5)))
        assert len(made) == 1
        assert sorted(new for _, new in answers) == [False] * 4 + [True]
        assert {result for result, _ in answers} == set(made)

    asyncio.run(go())


@pytest.mark.parametrize(
    ("actor", "app", "body", "refused"),
    [(1, 2, b"other", True), (9, 2, b"other", False), (1, 9, b"other", False)],
)
def test_a_key_belongs_to_one_actor_app_and_body(
    stores: Stores, actor: int, app: int, body: bytes, refused: bool
) -> None:
    async def go() -> None:
        async def use(tx: Tx, actor: int, app: int, body: bytes) -> tuple[int, bool]:
            async def make() -> int:
                return tx.new_id()

            return await once(tx, make_key(actor, app, "key", body), make)

        await stores.square.write(lambda tx: use(tx, 1, 2, b"body"))
        if refused:
            with pytest.raises(Invalid):
                await stores.square.write(lambda tx: use(tx, actor, app, body))
        else:
            assert (await stores.square.write(lambda tx: use(tx, actor, app, body)))[1]

    asyncio.run(go())


def test_a_key_has_a_longest_length() -> None:
    assert make_key(1, 1, None, b"") is None
    assert make_key(1, 1, "k" * 256, b"") is not None
    with pytest.raises(Invalid):
        make_key(1, 1, "k" * 257, b"")
