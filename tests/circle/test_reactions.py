"""Reactions: one for each face and voice, seen by all who read the room and nobody else, and taken back for good."""

import pytest
import sqlalchemy as sa

from kizuna.circle import block_actions, friend_actions, queries, reaction_queries
from kizuna.circle.actions import delete_voice, remove_face, reply, say
from kizuna.circle.models import Mood
from kizuna.circle.ports import Circle
from kizuna.circle.reaction_actions import react, unreact
from kizuna.circle.tables import REACTION
from kizuna.ground.errors import Invalid, NotFound
from tests.circle.conftest import Cast, befriend
from tests.circle.test_friends import kinds


async def moods(circle: Circle, viewer_id: int, voice_id: int) -> tuple[dict[Mood, int], Mood | None]:
    """What the viewer sees."""
    (voice,) = await queries.load(circle.store.reads, viewer_id, [voice_id])
    return dict(voice.moods), voice.mood


async def test_one_reaction_each_seen_by_the_room(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro, cast.yuki)
    root = await say(circle, cast.hana, "x", "friends")
    await react(circle, cast.taro, root, "love")
    await react(circle, cast.taro, root, "hug")
    await react(circle, cast.taro, root, "hug")
    await react(circle, cast.yuki, root, "hug")
    for viewer, own in ((cast.hana, None), (cast.taro, Mood.HUG), (cast.yuki, Mood.HUG)):
        assert await moods(circle, viewer, root) == ({Mood.HUG: 2}, own)
        named = await reaction_queries.responders(circle.store.reads, viewer, root)
        assert [one.face.handle for one in named] == ["taro", "yuki"]
    assert await reaction_queries.responders(circle.store.reads, cast.ken, root) == []
    for _ in range(2):
        await unreact(circle, cast.taro, root)
    assert await moods(circle, cast.hana, root) == ({Mood.HUG: 1}, None)
    assert [kind for kind in await kinds(circle) if "react" in kind] == ["circle.reacted"] * 3 + [
        "circle.unreacted"
    ]


async def test_who_lost_a_room_reacts_no_more_and_can_still_take_it_back(circle: Circle, cast: Cast) -> None:
    """What stays tells the others nothing of an end that does not concern them."""
    await befriend(circle, cast.hana, cast.taro, cast.yuki)
    root = await say(circle, cast.hana, "x", "friends")
    await react(circle, cast.taro, root, "wow")
    await friend_actions.remove_friend(circle, cast.hana, cast.taro)
    assert await moods(circle, cast.yuki, root) == ({Mood.WOW: 1}, None)
    with pytest.raises(NotFound):
        await react(circle, cast.taro, root, "love")
    await unreact(circle, cast.taro, root)
    assert await moods(circle, cast.yuki, root) == ({}, None)


async def test_a_block_folds_a_name_and_changes_no_count(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.taro, cast.hana, cast.mallory)
    root = await say(circle, cast.taro, "x", "friends")
    await react(circle, cast.mallory, root, "smile")
    await block_actions.block(circle, cast.hana, cast.mallory)
    for viewer, folded in ((cast.hana, True), (cast.taro, False), (cast.mallory, False)):
        assert (await moods(circle, viewer, root))[0] == {Mood.SMILE: 1}
        (named,) = await reaction_queries.responders(circle.store.reads, viewer, root)
        assert named.folded is folded


async def test_reactions_go_with_their_voice_and_their_face(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro)
    root = await say(circle, cast.hana, "x", "friends")
    answer = await reply(circle, cast.taro, root, "y")
    for voice in (root, answer):
        await react(circle, cast.taro, voice, "cheer")
        await react(circle, cast.hana, voice, "thanks")
    await circle.store.write(lambda tx: remove_face(tx, cast.taro))
    assert await moods(circle, cast.hana, root) == ({Mood.THANKS: 1}, Mood.THANKS)
    await delete_voice(circle, cast.hana, root)
    assert await circle.store.reads.first(sa.select(REACTION)) is None
    with pytest.raises(NotFound):
        await react(circle, cast.hana, root, "love")


@pytest.mark.parametrize("mood", ["", "like", "LOVE"])
async def test_there_are_only_so_many(circle: Circle, cast: Cast, mood: str) -> None:
    root = await say(circle, cast.hana, "x", "me")
    with pytest.raises(Invalid):
        await react(circle, cast.hana, root, mood)
