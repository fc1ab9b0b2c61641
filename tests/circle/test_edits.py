"""Another wording, with what stood before; another audience, narrower at any time and wider only on purpose."""

import asyncio

import pytest
import sqlalchemy as sa

from kizuna.circle import edit_queries, friend_actions, queries
from kizuna.circle.actions import MOST_EDITS, delete_voice, edit_voice, reply, say, say_to
from kizuna.circle.audience import readers_of
from kizuna.circle.audience_actions import change_audience, foresee
from kizuna.circle.audience_queries import rule_of
from kizuna.circle.models import Audience, Rule
from kizuna.circle.ports import Circle
from kizuna.circle.reaction_actions import react, unreact
from kizuna.circle.seen_as import as_friend, as_member
from kizuna.circle.tables import VOICE_VERSION
from kizuna.ground.errors import Conflict, Invalid, NotFound
from tests.circle.conftest import Cast, befriend
from tests.circle.test_friends import kinds
from tests.circle.test_voices import sees
from tests.fakes import FakeClock

FRIENDS, FOF, ME = (Rule(audience=one) for one in (Audience.FRIENDS, Audience.FOF, Audience.ME))


def to(*people: int) -> Rule:
    """Said to these people."""
    return Rule(audience=Audience.PEOPLE, people=frozenset(people))


async def wordings(circle: Circle, viewer_id: int, voice_id: int) -> list[tuple[str, int]]:
    """Every wording that the viewer sees, newest first."""
    found = await edit_queries.versions(circle.store.reads, viewer_id, voice_id)
    return [(one.text, one.written_at) for one in found]


async def test_whoever_reads_a_voice_reads_what_it_said_before(
    circle: Circle, cast: Cast, clock: FakeClock
) -> None:
    await befriend(circle, cast.hana, cast.taro)
    began = clock.now_ms()
    root = await say(circle, cast.hana, "一", "friends")
    answer = await reply(circle, cast.taro, root, "あ")
    for text in ("二", "二", "三"):
        clock.advance(60)
        await edit_voice(circle, cast.hana, root, text)
    await edit_voice(circle, cast.taro, answer, "い")
    (voice,) = await queries.load(circle.store.reads, cast.taro, [root])
    assert (voice.text, voice.html, voice.edited_at) == ("三", "<p>三</p>", began + 180_000)
    for viewer in (cast.hana, cast.taro):
        expected = [("三", began + 180_000), ("二", began + 60_000), ("一", began)]
        assert await wordings(circle, viewer, root) == expected
        assert [text for text, _ in await wordings(circle, viewer, answer)] == ["い", "あ"]
    assert await wordings(circle, cast.ken, root) == []
    assert (await kinds(circle)).count("circle.voice_edited") == 3
    await delete_voice(circle, cast.hana, root)
    assert await circle.store.reads.first(sa.select(VOICE_VERSION)) is None


async def test_who_may_edit_what(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro)
    root = await say(circle, cast.hana, "x", "friends")
    answer = await reply(circle, cast.taro, root, "y")
    for actor, voice in ((cast.hana, answer), (cast.taro, root), (cast.ken, root), (cast.hana, 999)):
        with pytest.raises(NotFound):
            await edit_voice(circle, actor, voice, "z")
    with pytest.raises(Invalid):
        await edit_voice(circle, cast.hana, root, " ")
    lost, edited = await asyncio.gather(
        friend_actions.remove_friend(circle, cast.hana, cast.taro),
        edit_voice(circle, cast.taro, answer, "z"),
        return_exceptions=True,
    )
    assert lost is None
    assert isinstance(edited, NotFound), "one cannot speak in a room that one cannot read any more"
    for number in range(MOST_EDITS):
        await edit_voice(circle, cast.hana, root, str(number))
    with pytest.raises(Invalid):
        await edit_voice(circle, cast.hana, root, "once more")


async def test_an_audience_is_narrowed_at_any_time(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro, cast.yuki)
    root = await say_to(circle, cast.hana, "x", FOF)
    await reply(circle, cast.taro, root, "y")
    for rule, readers in (
        (FRIENDS, {cast.taro, cast.yuki}),
        (Rule(audience=Audience.FRIENDS, not_people=frozenset({cast.yuki})), {cast.taro}),
        (
            Rule(
                audience=Audience.PEOPLE,
                people=frozenset({cast.taro, cast.yuki}),
                not_people=frozenset({cast.yuki}),
            ),
            {cast.taro},
        ),
        (Rule(audience=Audience.ME, not_people=frozenset({cast.yuki})), set[int]()),
    ):
        await change_audience(circle, cast.hana, root, rule)
        assert await rule_of(circle.store.reads, cast.hana, root) == rule
        assert (await readers_of(circle.store.reads, cast.hana, root)).ids == readers
    assert not await sees(circle, cast.taro, root)
    assert (await kinds(circle)).count("circle.audience_changed") == 4
    assert await rule_of(circle.store.reads, cast.taro, root) is None


async def test_it_is_widened_only_by_who_has_seen_who_is_added(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro, cast.yuki)
    await befriend(circle, cast.taro, cast.ken)
    root = await say_to(circle, cast.hana, "x", to(cast.taro))
    db = circle.store.reads
    ahead = await foresee(db, cast.hana, root, FRIENDS)
    assert ahead.wider
    assert [face.handle for face in ahead.added.friends] == ["yuki"]
    further = (await foresee(db, cast.hana, root, FOF)).added
    assert ([face.handle for face in further.friends], further.further) == (["yuki"], 1)
    for agreed in (None, 0, 2):
        with pytest.raises(Conflict):
            await change_audience(circle, cast.hana, root, FRIENDS, agreed)
    await befriend(circle, cast.hana, cast.mallory)
    with pytest.raises(Conflict):
        await change_audience(circle, cast.hana, root, FRIENDS, 1)
    assert not await sees(circle, cast.yuki, root)
    await change_audience(circle, cast.hana, root, FRIENDS, 2)
    assert await sees(circle, cast.yuki, root)
    for actor, room in ((cast.taro, root), (cast.hana, 999)):
        with pytest.raises(NotFound):
            await change_audience(circle, actor, room, ME)


async def test_what_others_said_to_a_few_is_never_shown_to_more(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro, cast.yuki)
    root = await say_to(circle, cast.hana, "x", to(cast.taro))
    await reply(circle, cast.hana, root, "of one's own")
    await react(circle, cast.hana, root, "smile")
    answer = await reply(circle, cast.taro, root, "to you alone")
    with pytest.raises(Conflict):
        await change_audience(circle, cast.hana, root, FRIENDS, 1)
    await delete_voice(circle, cast.taro, answer)
    await react(circle, cast.taro, root, "hug")
    with pytest.raises(Conflict):
        await change_audience(circle, cast.hana, root, FRIENDS, 1)
    await unreact(circle, cast.taro, root)
    widened, said = await asyncio.gather(
        change_audience(circle, cast.hana, root, FRIENDS, 1),
        reply(circle, cast.taro, root, "at the same moment"),
    )
    assert widened is None
    assert await sees(circle, cast.yuki, said), "who answers after it has answered in the wider room"


async def test_only_what_could_be_chosen_anew_can_be_chosen(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro, cast.yuki)
    kept = Rule(audience=Audience.FRIENDS, not_people=frozenset({cast.yuki}))
    root = await say_to(circle, cast.hana, "x", kept)
    for rule in (to(cast.ken), Rule(audience=Audience.GROUPS, groups=frozenset({cast.taro}))):
        with pytest.raises(Invalid):
            await change_audience(circle, cast.hana, root, rule)
    await friend_actions.remove_friend(circle, cast.hana, cast.yuki)
    await change_audience(circle, cast.hana, root, kept)
    assert await rule_of(circle.store.reads, cast.hana, root) == kept, "who is excepted stays so"


async def test_seen_as_another_is_what_the_other_sees(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro, cast.yuki)
    await befriend(circle, cast.taro, cast.ken)
    rules = (ME, to(cast.taro), FRIENDS, FOF, Rule(audience=Audience.FOF, not_people=frozenset({cast.taro})))
    said = [await say_to(circle, cast.hana, "x", rule) for rule in rules]
    await react(circle, cast.taro, said[2], "love")
    db = circle.store.reads
    for friend in (cast.taro, cast.yuki):
        seen = await as_friend(db, cast.hana, friend)
        assert [voice.id for voice in seen.voices] == await queries.profile_ids(db, friend, cast.hana)
        assert not any(voice.own or voice.removable or voice.folded or voice.mood for voice in seen.voices)
    further = await as_member(db, cast.hana, further=True)
    assert [voice.id for voice in further.voices] == await queries.profile_ids(db, cast.ken, cast.hana)
    assert [voice.id for voice in further.voices] == [said[4], said[3]]
    assert (await as_member(db, cast.hana, further=False)).voices == []
    with pytest.raises(NotFound):
        await as_friend(db, cast.hana, cast.ken)


async def test_seen_as_a_member_in_pages(circle: Circle, cast: Cast) -> None:
    said = [await say_to(circle, cast.hana, str(number), FOF if number % 3 else ME) for number in range(130)]
    expected = [one for number, one in enumerate(said) if number % 3][::-1]
    found: list[int] = []
    max_id: int | None = None
    while True:
        seen = await as_member(circle.store.reads, cast.hana, further=True, max_id=max_id, limit=7)
        found += [voice.id for voice in seen.voices]
        max_id = seen.next_max_id
        if max_id is None:
            break
    assert found == expected
