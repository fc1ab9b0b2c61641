"""A block ends everything between two faces at once, is never told, and folds in the rooms of others."""

import asyncio

import pytest

from kizuna.circle import block_queries, friend_actions, friend_queries, queries
from kizuna.circle.actions import remove_face, reply, say, say_to
from kizuna.circle.block_actions import block, unblock
from kizuna.circle.models import Audience, Friendship, Rule
from kizuna.circle.ports import Circle
from kizuna.ground.errors import Invalid, NotFound
from tests.circle.conftest import Cast, befriend
from tests.circle.test_friends import kinds, states
from tests.circle.test_voices import sees

FOF = Rule(audience=Audience.FOF)


async def absent(circle: Circle, viewer_id: int, face_id: int, handle: str) -> bool:
    """Whether a face is to the viewer as if it were not there."""
    db = circle.store.reads
    ways = {
        await friend_queries.profile(db, viewer_id, handle) is None,
        await friend_queries.profile_by_id(db, viewer_id, face_id) is None,
        await friend_queries.friendship_state(db, viewer_id, face_id) is Friendship.NONE
        and await friend_queries.profile(db, viewer_id, handle) is None,
    }
    assert len(ways) == 1
    return ways.pop()


async def test_a_block_ends_friendship_and_requests_at_once(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.mallory)
    mine, other = (
        await say(circle, cast.hana, "x", "friends"),
        await say(circle, cast.mallory, "y", "friends"),
    )
    for _ in range(2):
        await block(circle, cast.hana, cast.mallory)
    assert not await sees(circle, cast.mallory, mine)
    assert not await sees(circle, cast.hana, other)
    assert await absent(circle, cast.mallory, cast.hana, "hana")
    assert await friend_queries.friends(circle.store.reads, cast.mallory) == []
    assert (await kinds(circle))[-2:] == ["circle.unfriended", "circle.blocked"]
    profile = await friend_queries.profile(circle.store.reads, cast.hana, "mallory")
    assert profile is not None
    assert (profile.state, profile.bio) == (Friendship.BLOCKED, "")
    assert [face.handle for face in await block_queries.blocks(circle.store.reads, cast.hana)] == ["mallory"]
    assert await block_queries.blocks(circle.store.reads, cast.mallory) == []


async def test_who_is_blocked_can_do_nothing_and_is_told_nothing(circle: Circle, cast: Cast) -> None:
    """Hana has blocked Mallory, a face "nobody" never was: every verb answers alike."""
    await friend_actions.request_friend(circle, cast.mallory, "hana")
    _, code = await friend_actions.make_invite(circle, cast.hana, max_uses=5)
    _, unknown = await friend_actions.make_invite(circle, cast.yuki)
    await circle.store.write(lambda tx: remove_face(tx, cast.yuki))
    await block(circle, cast.hana, cast.mallory)
    assert await friend_queries.requests_in(circle.store.reads, cast.hana) == []
    assert await friend_queries.requests_out(circle.store.reads, cast.mallory) == []
    for handle, face_id, held in (("hana", cast.hana, code), ("yuki", cast.yuki, unknown)):
        assert await absent(circle, cast.mallory, face_id, handle)
        for verb in (
            friend_actions.request_friend(circle, cast.mallory, handle),
            friend_actions.see_invite(circle, held, cast.mallory),
            friend_actions.take_invite(circle, held, cast.mallory),
            block(circle, cast.mallory, face_id),
        ):
            with pytest.raises(NotFound):
                await verb
        with pytest.raises(Invalid) as refused:
            await say(circle, cast.mallory, "x", "people", [face_id])
        assert str(refused.value) == "You can only name your friends."
    assert await friend_actions.take_invite(circle, code, cast.ken) == cast.hana, "the link works for others"
    with pytest.raises(Invalid):
        await friend_actions.request_friend(circle, cast.hana, "mallory")


async def test_an_unblock_brings_nothing_back(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.mallory)
    voice = await say(circle, cast.hana, "x", "friends")
    await block(circle, cast.hana, cast.mallory)
    await unblock(circle, cast.mallory, cast.hana)
    assert not await sees(circle, cast.mallory, voice), "only who blocked can end it"
    for _ in range(2):
        await unblock(circle, cast.hana, cast.mallory)
    assert (await kinds(circle)).count("circle.unblocked") == 1
    assert await states(circle, cast.hana, cast.mallory) == (Friendship.NONE, Friendship.NONE)
    assert not await sees(circle, cast.mallory, voice)
    assert await friend_actions.request_friend(circle, cast.mallory, "hana") is Friendship.REQUESTED


async def test_in_the_rooms_of_others_a_block_only_folds(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.taro, cast.hana, cast.mallory, cast.yuki)
    root = await say(circle, cast.taro, "どう?", "friends")
    rude = await reply(circle, cast.mallory, root, "…")
    mine = await reply(circle, cast.hana, root, "はい")
    await block(circle, cast.hana, cast.mallory)
    for viewer, folded in ((cast.hana, [True, False]), (cast.mallory, [False] * 2), (cast.yuki, [False] * 2)):
        room = await queries.room(circle.store.reads, viewer, root)
        assert room is not None
        assert [one.id for one in room.replies] == [rude, mine]
        assert [one.folded for one in room.replies] == folded
        assert room.root.replies == 2
    await reply(circle, cast.mallory, mine, "an answer to who cannot be told of it")


async def test_whom_has_blocked_us_we_can_block_where_he_speaks(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.taro, cast.hana, cast.mallory)
    root = await say(circle, cast.taro, "どう?", "friends")
    rude = await reply(circle, cast.mallory, root, "…")
    await block(circle, cast.mallory, cast.hana)
    hidden = await say(circle, cast.mallory, "x", "me")
    for voice in (None, root, hidden, 12345):
        with pytest.raises(NotFound):
            await block(circle, cast.hana, cast.mallory, voice)
    await block(circle, cast.hana, cast.mallory, rude)
    room = await queries.room(circle.store.reads, cast.hana, root)
    assert room is not None
    assert [one.folded for one in room.replies] == [True]


async def test_no_path_to_a_friends_friend_leads_past_a_block(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.taro, cast.hana, cast.ken)
    voice = await say_to(circle, cast.hana, "x", FOF)

    async def ken_reads() -> bool:
        return bool(await queries.load(circle.store.reads, cast.ken, [voice]))

    assert await ken_reads()
    for by, other in ((cast.hana, cast.ken), (cast.ken, cast.hana)):
        await block(circle, by, other)
        assert not await ken_reads()
        await unblock(circle, by, other)
        assert await ken_reads()
    await block(circle, cast.ken, cast.taro)
    assert not await ken_reads()
    await unblock(circle, cast.ken, cast.taro)
    assert not await ken_reads(), "the friendship on the way has ended"


async def test_a_block_and_a_request_at_once(circle: Circle, cast: Cast) -> None:
    """Whichever comes first, in the end nothing is between the two."""
    for first in (True, False):
        verbs = [
            block(circle, cast.hana, cast.mallory),
            friend_actions.request_friend(circle, cast.mallory, "hana"),
        ]
        await asyncio.gather(*(verbs if first else verbs[::-1]), return_exceptions=True)
        assert await friend_queries.requests_in(circle.store.reads, cast.hana) == []
        assert await states(circle, cast.hana, cast.mallory) == (Friendship.BLOCKED, Friendship.NONE)
        await unblock(circle, cast.hana, cast.mallory)
    await friend_actions.request_friend(circle, cast.mallory, "hana")
    (asked,) = await friend_queries.requests_in(circle.store.reads, cast.hana)
    await asyncio.gather(
        block(circle, cast.hana, cast.mallory),
        friend_actions.accept(circle, cast.hana, asked.id),
        return_exceptions=True,
    )
    assert await states(circle, cast.hana, cast.mallory) == (Friendship.BLOCKED, Friendship.NONE)


async def test_nobody_blocks_himself_or_nobody(circle: Circle, cast: Cast) -> None:
    with pytest.raises(Invalid):
        await block(circle, cast.hana, cast.hana)
    for face in (12345, 0):
        with pytest.raises(NotFound):
            await block(circle, cast.hana, face)
    await block(circle, cast.hana, cast.mallory)
    await circle.store.write(lambda tx: remove_face(tx, cast.mallory))
    assert await block_queries.blocks(circle.store.reads, cast.hana) == []
