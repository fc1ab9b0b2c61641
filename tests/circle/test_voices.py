"""Saying, answering, deleting; and revocation: what ended is refused by the very next read."""

import asyncio

import pytest
import sqlalchemy as sa

from kizuna.circle import friend_actions, queries
from kizuna.circle.actions import (
    VOICE_LENGTH,
    delete_voice,
    edit_profile,
    remove_face,
    reply,
    say,
)
from kizuna.circle.audience import facts, may_read
from kizuna.circle.friend_queries import profile
from kizuna.circle.models import Audience, Reason
from kizuna.circle.ports import Circle
from kizuna.circle.rules import MOST_NAMED
from kizuna.circle.tables import VOICE, VOICE_PERSON
from kizuna.ground.errors import Invalid, NotFound
from kizuna.jobs.idempotency import make_key
from kizuna.store.tables import OUTBOX
from tests.circle.conftest import Cast, befriend


async def sees(circle: Circle, viewer_id: int, voice_id: int) -> bool:
    """Whether every way to read shows it; fails when they disagree."""
    db = circle.store.reads
    loaded = await queries.load(db, viewer_id, [voice_id])
    known = await facts(db, voice_id)
    ways = {
        bool(loaded),
        await queries.room(db, viewer_id, voice_id) is not None,
        await queries.why(db, viewer_id, voice_id) is not None,
        await queries.who(db, viewer_id, voice_id) is not None,
        known is not None and may_read(viewer_id, known),
    }
    if not loaded or loaded[0].parent_id is None:
        ways.add(voice_id in await queries.timeline_ids(db, viewer_id))
    assert len(ways) == 1
    return ways.pop()


async def test_each_audience_reaches_those_it_names(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro, cast.yuki)
    me = await say(circle, cast.hana, "ひとりごと", "me")
    friends = await say(circle, cast.hana, "みんなへ", "friends")
    people = await say(circle, cast.hana, "太郎へ", "people", [cast.taro])
    for viewer, expected in (
        (cast.hana, [True, True, True]),
        (cast.taro, [False, True, True]),
        (cast.yuki, [False, True, False]),
        (cast.ken, [False, False, False]),
    ):
        assert [await sees(circle, viewer, voice) for voice in (me, friends, people)] == expected


async def test_the_text_comes_back_as_it_was_written(circle: Circle, cast: Cast) -> None:
    voice_id = await say(circle, cast.hana, "<b>#絆 @taro</b>\r\nhttps://example.com/aです", "me")
    (voice,) = await queries.load(circle.store.reads, cast.hana, [voice_id])
    assert voice.text == "<b>#絆 @taro</b>\nhttps://example.com/aです"
    assert voice.html.startswith("<p>&lt;b&gt;#絆 @taro&lt;/b&gt;<br /><a href=")
    assert voice.html.count("<a ") == 1, "tags and mentions are inert in the circle"


@pytest.mark.parametrize(
    ("text", "audience", "named", "field"),
    [
        ("x", None, 0, "audience"),
        ("x", "", 0, "audience"),
        ("x", "public", 0, "audience"),
        ("x", "people", 0, "people"),
        ("x", "friends", 1, "people"),
        ("x", "people", MOST_NAMED + 1, "people"),
        ("", "me", 0, "text"),
        ("\u3000\n", "me", 0, "text"),
        ("a\0b", "me", 0, "text"),
        ("あ" * (VOICE_LENGTH + 1), "me", 0, "text"),
    ],
)
async def test_what_cannot_be_said(
    circle: Circle, cast: Cast, text: str, audience: str | None, named: int, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await say(circle, cast.hana, text, audience, range(1, named + 1))
    assert refused.value.field == field
    assert await circle.store.reads.first(sa.select(VOICE)) is None


async def test_strangers_and_nobody_are_refused_alike_as_named_people(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro)
    told: set[str] = set()
    for other in (cast.ken, 12345, cast.hana):
        with pytest.raises(Invalid) as refused:
            await say(circle, cast.hana, "x", "people", [cast.taro, other])
        told.add(str(refused.value))
    assert len(told) == 1
    assert await circle.store.reads.first(sa.select(VOICE)) is None


async def test_a_friend_lost_while_writing_is_not_named(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro)
    lost, said = await asyncio.gather(
        friend_actions.remove_friend(circle, cast.taro, cast.hana),
        say(circle, cast.hana, "x", "people", [cast.taro]),
        return_exceptions=True,
    )
    assert lost is None
    assert isinstance(said, Invalid)


async def test_a_reply_has_the_audience_of_its_room_and_stays_in_it(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro, cast.yuki)
    await befriend(circle, cast.taro, cast.ken)
    root = await say(circle, cast.hana, "どう?", "people", [cast.taro, cast.yuki])
    answer = await reply(circle, cast.taro, root, "いいね")
    deeper = await reply(circle, cast.yuki, answer, "うん")
    for viewer, expected in ((cast.hana, True), (cast.taro, True), (cast.yuki, True), (cast.ken, False)):
        assert await sees(circle, viewer, answer) is expected
        assert await sees(circle, viewer, deeper) is expected
    room = await queries.room(circle.store.reads, cast.yuki, deeper)
    assert room is not None
    assert [voice.id for voice in room.replies] == [answer, deeper]
    assert (room.root.id, room.root.replies, room.replies[1].parent_id) == (root, 2, answer)
    assert await queries.timeline_ids(circle.store.reads, cast.ken) == [], (
        "a friend of the replier sees nothing"
    )
    assert await queries.profile_ids(circle.store.reads, cast.ken, cast.taro) == []


async def test_removing_a_friend_closes_every_door_at_once(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro, cast.yuki)
    root = await say(circle, cast.hana, "x", "friends")
    named = await say(circle, cast.hana, "x", "people", [cast.taro])
    answer = await reply(circle, cast.taro, root, "y")
    kept = await queries.timeline_ids(circle.store.reads, cast.taro)
    assert kept == [named, root]
    await friend_actions.remove_friend(circle, cast.taro, cast.hana)
    for voice_id in (root, named, answer):
        assert not await sees(circle, cast.taro, voice_id)
        with pytest.raises(NotFound):
            await reply(circle, cast.taro, voice_id, "z")
    assert await queries.load(circle.store.reads, cast.taro, kept) == [], (
        "ids kept in a cache are safe to load"
    )
    assert await queries.profile_ids(circle.store.reads, cast.taro, cast.hana) == []
    assert await sees(circle, cast.yuki, answer), "the room stays whole for the others"
    await befriend(circle, cast.hana, cast.taro)
    assert await sees(circle, cast.taro, named), "the rule is applied to the relations of this moment"


async def test_what_a_reader_and_the_author_are_told_of_the_audience(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro, cast.yuki)
    voice_id = await say(circle, cast.hana, "x", "people", [cast.taro, cast.yuki])
    await friend_actions.remove_friend(circle, cast.yuki, cast.hana)
    db = circle.store.reads
    own, other = await queries.who(db, cast.hana, voice_id), await queries.who(db, cast.taro, voice_id)
    assert own is not None
    assert other is not None
    assert own.readers is not None
    assert [face.handle for face in own.readers.friends] == ["taro"]
    assert (other.audience, other.readers) == (Audience.PEOPLE, None)
    for viewer, reason in ((cast.hana, Reason.OWN), (cast.taro, Reason.CHOSEN)):
        told = await queries.why(db, viewer, voice_id)
        assert told is not None
        assert (told.reason, told.owner.handle) == (reason, "hana")


async def test_a_room_goes_with_its_voice(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro)
    root = await say(circle, cast.hana, "ひみつ", "people", [cast.taro])
    answer = await reply(circle, cast.taro, root, "ひみつ")
    await delete_voice(circle, cast.hana, root)
    await delete_voice(circle, cast.hana, root)
    for viewer in (cast.hana, cast.taro):
        assert not await sees(circle, viewer, root)
        assert not await sees(circle, viewer, answer)
    rows = await circle.store.reads.all(sa.select(VOICE.c.text, VOICE.c.html))
    assert {tuple(row) for row in rows} == {("", "")}
    assert await circle.store.reads.first(sa.select(VOICE_PERSON)) is None
    kinds = [row.kind for row in await circle.store.reads.all(sa.select(OUTBOX["circle"].c.kind))]
    assert kinds.count("circle.voice_deleted") == 1


async def test_who_may_delete_what(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro, cast.yuki)
    root = await say(circle, cast.hana, "x", "friends")
    first, second = await reply(circle, cast.taro, root, "1"), await reply(circle, cast.taro, root, "2")
    for actor, voice_id in ((cast.yuki, first), (cast.taro, root), (cast.ken, root), (cast.hana, 999)):
        with pytest.raises(NotFound):
            await delete_voice(circle, actor, voice_id)
    await delete_voice(circle, cast.hana, first)
    (voice,) = await queries.load(circle.store.reads, cast.yuki, [root])
    assert voice.replies == 1
    with pytest.raises(NotFound):
        await reply(circle, cast.yuki, first, "to what is gone")
    await friend_actions.remove_friend(circle, cast.hana, cast.taro)
    await delete_voice(circle, cast.taro, second)
    assert not await sees(circle, cast.hana, second)


async def test_a_repeated_request_says_it_once(circle: Circle, cast: Cast) -> None:
    key, other = make_key(cast.hana, 1, "k", b"body"), make_key(cast.hana, 1, "k", b"another")
    first = await say(circle, cast.hana, "x", "me", key=key)
    assert await say(circle, cast.hana, "x", "me", key=key) == first
    with pytest.raises(Invalid):
        await say(circle, cast.hana, "y", "me", key=other)
    assert len(await circle.store.reads.all(sa.select(VOICE))) == 1


async def test_pages_of_a_timeline_and_of_a_room(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro)
    db, ids = circle.store.reads, list[int]()
    for number in range(10):
        ids.append(await say(circle, (cast.hana, cast.taro)[number % 2], str(number), "friends"))
    newest = ids[::-1]
    assert await queries.timeline_ids(db, cast.hana, limit=4) == newest[:4]
    assert await queries.timeline_ids(db, cast.hana, max_id=newest[3], limit=4) == newest[4:8]
    assert await queries.timeline_ids(db, cast.hana, since_id=ids[1], limit=4) == newest[:4]
    assert await queries.timeline_ids(db, cast.hana, min_id=ids[1], limit=4) == ids[2:6][::-1]
    assert await queries.profile_ids(db, cast.hana, cast.taro, min_id=ids[1], limit=2) == [ids[5], ids[3]]
    answers = [await reply(circle, cast.taro, ids[0], str(number)) for number in range(5)]
    page = await queries.room(db, cast.hana, ids[0], limit=3)
    assert page is not None
    assert page.next_after == answers[2]
    rest = await queries.room(db, cast.hana, ids[0], after=answers[2], limit=3)
    assert rest is not None
    assert rest.next_after is None
    assert [voice.id for voice in page.replies + rest.replies] == answers


async def test_a_removed_face_takes_everything_along(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro)
    _, code = await friend_actions.make_invite(circle, cast.hana)
    root, own = await say(circle, cast.hana, "x", "friends"), await say(circle, cast.taro, "y", "friends")
    answer = await reply(circle, cast.hana, own, "z")
    for _ in range(2):
        await circle.store.write(lambda tx: remove_face(tx, cast.hana))
    for viewer in (cast.hana, cast.taro):
        assert not await sees(circle, viewer, root)
        assert not await sees(circle, viewer, answer)
    assert await profile(circle.store.reads, cast.taro, "hana") is None
    with pytest.raises(NotFound):
        await friend_actions.see_invite(circle, code, cast.ken)
    for verb in (say(circle, cast.hana, "x", "me"), edit_profile(circle, cast.hana, display_name="", bio="")):
        with pytest.raises(NotFound):
            await verb
