"""The report of a season: totals, and none about fewer than twenty people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.apps.season import actions, consumers, message_queries, queries, report, report_queries
from kizuna.apps.season.messages import message_of
from kizuna.apps.season.ports import Seasons
from kizuna.apps.season.report import LEAST, share, told
from kizuna.apps.season.run import Run
from kizuna.circle import actions as circle_actions
from kizuna.circle import events as circle_events
from kizuna.circle.models import Audience, Rule
from kizuna.circle.ports import Circle
from kizuna.ground.events import Event
from kizuna.tie import events as tie_events
from tests.circle.conftest import Cast
from tests.fakes import FakeClock


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_few_people_are_nobody(count: int, people: int) -> None:
    assert told(count, people) == (count if people >= 20 else None)


@given(st.integers(0, 500), st.integers(0, 500))
def test_shares_are_rounded_to_five(part: int, more: int) -> None:
    found = share(part, part + more)
    assert found % 5 == 0
    assert part + more == 0 or abs(found - 100 * part / (part + more)) <= 2.5


async def test_it_counts(seasons: Seasons, run: Run, town: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five have hung theirs, hana first; taro, yuki and ken had a friend there before, mallory has none."""
    made = await queries.find_run(seasons.store.reads, run.season.id, run.year)
    assert made is not None
    for friend in (town.taro, town.yuki):
        await actions.ring(seasons, run, town.hana, friend)
    few = await report_queries.totals(seasons.store.reads, made.id)
    assert {getattr(few, name) for name in few.__struct_fields__} == {None}
    assert LEAST == 20
    monkeypatch.setattr(report, "LEAST", 1)
    found = await report_queries.totals(seasons.store.reads, made.id)
    assert (found.people, found.ringers, found.acts, found.through_friends) == (5, 1, 2, 60)
    assert (found.gifts, found.used, found.messages, found.public_messages) == (None, None, None, None)


async def test_whoever_has_left_is_nobody_however_often_they_rang(
    seasons: Seasons, run: Run, town: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "LEAST", 2)
    made = await queries.find_run(seasons.store.reads, run.season.id, run.year)
    assert made is not None
    for friend in (town.taro, town.yuki, town.ken):
        await actions.ring(seasons, run, town.hana, friend)
    await actions.ring(seasons, run, town.taro, town.hana)
    assert (await report_queries.totals(seasons.store.reads, made.id)).ringers == 2
    await seasons.store.write(lambda tx: queries.forget_some(tx, town.hana, 10))
    found = await report_queries.totals(seasons.store.reads, made.id)
    assert (found.ringers, found.acts) == (None, None)


async def say(circle: Circle, face_id: int, text: str, audience: Audience = Audience.FRIENDS) -> int:
    return await circle_actions.say_to(circle, face_id, text, Rule(audience=audience))


async def follow(seasons: Seasons, event: Event) -> None:
    """What the seasons do when this has happened."""
    for kind, each in consumers.following(seasons):
        for consumer in each if isinstance(event, kind) else ():
            what = event if consumer.prepare is None else await consumer.prepare(event)
            if what:
                await consumer.store.write(lambda tx, c=consumer, w=what: c.act(w, tx))


async def test_messages_are_counted_by_plane(
    seasons: Seasons, run: Run, town: Cast, circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the hashtag, for friends, while it is on; in public are those of which a copy stands."""
    monkeypatch.setattr(report, "LEAST", 1)
    made = await queries.find_run(seasons.store.reads, run.season.id, run.year)
    assert made is not None
    tag = f"#{run.season.hashtag}"

    async def counted() -> tuple[int | None, int | None]:
        found = await report_queries.totals(seasons.store.reads, made.id)
        return found.messages, found.public_messages

    first = await say(circle, town.hana, f"everybody, {tag}")
    second = await say(circle, town.taro, f"{tag} three times")
    others = [
        await say(circle, town.yuki, "no bell at all"),
        await say(circle, town.yuki, f"a note to myself {tag}", Audience.ME),
    ]
    for voice, author in ((first, town.hana), (second, town.taro), *((one, town.yuki) for one in others)):
        for _ in range(2):
            await follow(seasons, circle_events.VoiceSaid(voice, author))
    assert await counted() == (2, None)
    for state in ("wanted", "standing", "standing"):
        await follow(seasons, tie_events.CopyChanged(1, town.hana, first, state))
    await follow(seasons, tie_events.CopyChanged(2, town.mallory, second, "standing"))
    assert await counted() == (2, 1)
    await circle_actions.delete_voice(circle, town.hana, first)
    await follow(seasons, circle_events.VoiceDeleted(first, town.hana, first))
    await follow(seasons, tie_events.CopyChanged(1, town.hana, first, "standing"))
    assert await counted() == (1, None)
    await seasons.store.write(lambda tx: message_queries.forget_some(tx, town.taro, 10))
    assert await counted() == (None, None)


async def test_what_is_said_before_it_begins_is_no_message(
    seasons: Seasons, run: Run, town: Cast, circle: Circle, clock: FakeClock
) -> None:
    clock.set(run.closes_ms)
    voice = await say(circle, town.hana, f"too late #{run.season.hashtag}")
    assert await message_of(seasons, town.hana, voice) is None
