"""Listening to a home's stream: sooner than polling, never twice, and over the moment that its consent is."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Self

import pytest

from kizuna.store.open import Stores
from kizuna.tie import consents, copies, queries, streamed
from kizuna.tie.listening import MOST_EVENTS, Listeners
from kizuna.tie.models import LinkState
from kizuna.tie.partners.sse import Reader, ServerEvent
from kizuna.tie.states import State
from tests.databases import turn
from tests.fakes import FakeClock
from tests.tie.fake_partner import FakePartner
from tests.tie.scene import Scene
from tests.tie.test_inbound import arrive, texts


class Listening:
    """A scene whose home is listened to, for the time of a test."""

    def __init__(self, stores: Stores, clock: FakeClock) -> None:
        self.scene = Scene(stores, clock, FakePartner(clock.now_ms))
        self.listeners = Listeners(self.scene.tie)
        self.link_id = 0

    async def __aenter__(self) -> Self:
        await self.scene.open()
        await self.listeners.start()
        self.link_id = await self.scene.link(home=True)
        await self.scene.work()
        await self.until(lambda: bool(self.scene.partner.opened))
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.listeners.stop()

    async def tell(self, name: str, data: object) -> None:
        """Put an event on the stream and wait until it is taken."""
        await self.scene.partner.events.put((name, data if isinstance(data, str) else json.dumps(data)))
        await self.until(self.scene.partner.events.empty)
        for _ in range(200):
            await turn()
        await self.scene.store.write(nothing)

    async def until(self, condition: Callable[[], bool]) -> None:
        for _ in range(100_000):
            if condition():
                return
            await turn()
        raise AssertionError("it did not happen")

    def streams(self) -> int:
        """How many are open."""
        return len(vars(self.listeners)["_tasks"])


async def nothing(tx: object) -> None:
    del tx


def test_what_is_streamed_is_there_at_once_and_not_twice(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        async with Listening(stores, clock) as here:
            scene = here.scene
            await here.tell("update", arrive(scene, "one"))
            assert await texts(scene) == ["<p>one</p>"], "before any look"
            await here.tell("update", arrive(scene, "for few", visibility="private"))
            await here.tell("update", arrive(scene, "mine", author="1", app=scene.tie.app_name))
            await here.tell("update", "{no json")
            await here.tell("notification", {"id": "1"})
            arrive(scene, "two")
            await scene.work(31)
            assert await texts(scene) == ["<p>two</p>", "<p>one</p>"]

    asyncio.run(go())


def test_edits_and_deletions_converge(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        async with Listening(stores, clock) as here:
            scene = here.scene
            first, second, third = (arrive(scene, text) for text in ("one", "two", "three"))
            for status in (first, second, third):
                await here.tell("update", status)
            await here.tell("status.update", first | {"content": "<p>one, edited</p>"})
            await here.tell("delete", second["id"])
            await here.tell("status.update", third | {"visibility": "private"})
            assert await texts(scene) == ["<p>one, edited</p>"]
            # A look that had read the home before hears of it too.
            await scene.work(31)
            assert await texts(scene) == ["<p>one, edited</p>"]

    asyncio.run(go())


def test_a_copy_that_was_deleted_over_there_is_so_in_the_ledger(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        async with Listening(stores, clock) as here:
            scene = here.scene
            voice_id = await scene.say("tea")
            copy_id = await copies.make_copy(scene.tie, scene.mei, voice_id, here.link_id, "tea")
            await scene.work(1)
            line = await copies.copy_of(scene.tie, scene.mei, copy_id)
            assert line.state is State.STANDING
            await here.tell("delete", next(iter(scene.partner.statuses)))
            assert (await copies.copy_of(scene.tie, scene.mei, copy_id)).state is State.RECALLED

    asyncio.run(go())


async def _stop_in(here: Listening) -> None:
    await consents.set_consent(here.scene.tie, here.scene.mei, here.link_id, "in", given=False)


async def _unlink(here: Listening) -> None:
    await consents.unlink(here.scene.tie, here.scene.mei, here.link_id, "keep")


@pytest.mark.parametrize("end", [_stop_in, _unlink])
def test_it_ends_with_the_consent(
    stores: Stores, clock: FakeClock, end: Callable[[Listening], Awaitable[None]]
) -> None:
    async def go() -> None:
        async with Listening(stores, clock) as here:
            scene = here.scene
            link = await queries.link_row(scene.store.reads, here.link_id)
            consent_id = await queries.open_consent(scene.store.reads, here.link_id, "in")
            assert link is not None
            assert consent_id is not None
            await here.tell("update", arrive(scene, "one"))
            await end(here)
            assert here.streams() == 0, "heard at the commit"
            assert await texts(scene) == []
            late = ServerEvent("update", json.dumps(arrive(scene, "late")))
            await streamed.take(scene.tie, link, consent_id, late)
            assert await texts(scene) == [], "one that was under way is not kept"

    asyncio.run(go())


def test_access_that_ended_is_told_and_not_asked_again(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        async with Listening(stores, clock) as here:
            here.scene.partner.tokens.clear()
            await here.scene.partner.events.put(None)
            await here.until(lambda: here.streams() == 0)
            assert await here.scene.link_state(here.link_id) is LinkState.RENEWAL

    asyncio.run(go())


def test_a_flood_is_left_to_polling(stores: Stores, clock: FakeClock) -> None:
    async def go() -> None:
        async with Listening(stores, clock) as here:
            waits: list[float] = []
            sleep = clock.sleep

            async def note(seconds: float) -> None:
                waits.append(seconds)
                await sleep(seconds)

            clock.sleep = note
            for _ in range(MOST_EVENTS + 1):
                await here.scene.partner.events.put(("filters_changed", "x"))
            await here.until(lambda: bool(waits))
            assert waits[0] >= 300

    asyncio.run(go())


def test_events_are_read_as_the_standard_says() -> None:
    reader = Reader()
    lines = [
        b":thump",
        b"event: update",
        b'data: {"a":',
        b"data:1}",
        b"id: 7",
        b"",
        b"",
        b"data: x",
        b"odd",
        b"",
    ]
    found = [event for event in map(reader.take, lines) if event is not None]
    assert found == [ServerEvent("update", '{"a":\n1}'), ServerEvent("message", "x")]
