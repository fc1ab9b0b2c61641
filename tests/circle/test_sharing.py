"""Shared groups: who said yes speaks with the others, and every way out ends it at once."""

from collections.abc import Awaitable, Callable

import pytest

from kizuna.circle import (
    actions,
    audience_actions,
    block_actions,
    friend_actions,
    group_actions,
    group_queries,
    queries,
    sharing_actions,
    sharing_queries,
)
from kizuna.circle.audience import facts, may_read, readers
from kizuna.circle.models import Audience, Rule
from kizuna.circle.ports import Circle
from kizuna.ground.errors import Invalid, NotFound
from tests.circle.conftest import Cast, befriend


def to_shared(group_id: int) -> Rule:
    """Said to those who take part."""
    return Rule(audience=Audience.SHARED, groups=frozenset({group_id}))


async def sees(circle: Circle, viewer_id: int, voice_id: int) -> bool:
    """Whether somebody may read it; every way to ask must agree."""
    db = circle.store.reads
    known = await facts(db, voice_id)
    ways = {
        bool(await queries.load(db, viewer_id, [voice_id])),
        await queries.room(db, viewer_id, voice_id) is not None,
        known is not None and may_read(viewer_id, known),
    }
    assert len(ways) == 1
    return ways.pop()


async def table(circle: Circle, cast: Cast) -> int:
    """Hana shares a group with Taro and Yuki, who do not know each other and both said yes; Ken was asked only."""
    await befriend(circle, cast.hana, cast.taro, cast.yuki, cast.ken)
    group_id = await group_actions.make_group(circle, cast.hana, "鍋の会")
    await group_actions.change_members(circle, cast.hana, group_id, [cast.taro, cast.yuki, cast.ken])
    await sharing_actions.share_group(circle, cast.hana, group_id)
    for one in (cast.taro, cast.yuki):
        await sharing_actions.join_group(circle, one, group_id)
    return group_id


async def handles(circle: Circle, viewer: int, group_id: int) -> list[str]:
    found = await sharing_queries.participants(circle.store.reads, viewer, group_id)
    return [face.handle for face in found]


async def test_who_takes_part_reads_and_is_named_whether_friends_or_not(circle: Circle, cast: Cast) -> None:
    group_id = await table(circle, cast)
    said = await actions.say_to(circle, cast.taro, "今夜", to_shared(group_id))
    assert await sees(circle, cast.yuki, said)
    assert await sees(circle, cast.hana, said)
    assert not await sees(circle, cast.ken, said)
    assert not await sees(circle, cast.mallory, said)
    answer = await actions.reply(circle, cast.yuki, said, "行く")
    assert await sees(circle, cast.hana, answer)
    assert await handles(circle, cast.taro, group_id) == ["hana", "taro", "yuki"]
    assert await handles(circle, cast.ken, group_id) == []
    shown = await readers(circle.store.reads, cast.taro, to_shared(group_id))
    assert [face.handle for face in shown.friends] == ["hana", "yuki"]
    assert await sharing_queries.talk_ids(circle.store.reads, cast.yuki, group_id) == [said]
    assert await sharing_queries.talk_ids(circle.store.reads, cast.ken, group_id) == []
    assert await queries.timeline_ids(circle.store.reads, cast.yuki) == [], "home holds what friends say"
    assert await queries.timeline_ids(circle.store.reads, cast.hana) == [said]


async def test_a_group_that_is_not_shared_is_its_owners_alone(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro)
    group_id = await group_actions.make_group(circle, cast.hana, "職場")
    await group_actions.change_members(circle, cast.hana, group_id, [cast.taro])
    db = circle.store.reads
    assert await sharing_queries.shared_groups(db, cast.taro) == []
    for who in (cast.taro, cast.hana):
        with pytest.raises(NotFound):
            await actions.say_to(circle, who, "x", to_shared(group_id))
        with pytest.raises(NotFound):
            await sharing_actions.join_group(circle, who, group_id)
    for who in (cast.taro, cast.mallory):
        with pytest.raises(NotFound):
            await sharing_actions.share_group(circle, who, group_id)
    shown = await readers(db, cast.taro, to_shared(group_id))
    assert not shown.ids


Way = Callable[[Circle, Cast, int], Awaitable[None]]


async def he_leaves(circle: Circle, cast: Cast, group_id: int) -> None:
    await sharing_actions.leave_group(circle, cast.taro, group_id)


async def he_is_taken_out(circle: Circle, cast: Cast, group_id: int) -> None:
    await group_actions.change_members(circle, cast.hana, group_id, drop=[cast.taro])


async def the_owner_unfriends_him(circle: Circle, cast: Cast, _group_id: int) -> None:
    await friend_actions.remove_friend(circle, cast.hana, cast.taro)


async def he_blocks_the_owner(circle: Circle, cast: Cast, _group_id: int) -> None:
    await block_actions.block(circle, cast.taro, cast.hana)


async def it_is_shared_no_more(circle: Circle, cast: Cast, group_id: int) -> None:
    await sharing_actions.unshare_group(circle, cast.hana, group_id)


async def it_is_deleted(circle: Circle, cast: Cast, group_id: int) -> None:
    await group_actions.delete_group(circle, cast.hana, group_id)


async def the_owner_goes(circle: Circle, cast: Cast, _group_id: int) -> None:
    await circle.store.write(lambda tx: actions.remove_face(tx, cast.hana))


WAYS = (
    he_leaves,
    he_is_taken_out,
    the_owner_unfriends_him,
    he_blocks_the_owner,
    it_is_shared_no_more,
    it_is_deleted,
    the_owner_goes,
)


@pytest.mark.parametrize("way", WAYS)
async def test_every_end_works_at_once_and_in_both_directions(circle: Circle, cast: Cast, way: Way) -> None:
    group_id = await table(circle, cast)
    his = await actions.say_to(circle, cast.taro, "his", to_shared(group_id))
    hers = await actions.say_to(circle, cast.yuki, "hers", to_shared(group_id))
    await way(circle, cast, group_id)
    assert not await sees(circle, cast.taro, hers)
    assert not await sees(circle, cast.yuki, his)
    assert await sees(circle, cast.taro, his), "everybody reads what he said himself"
    assert await handles(circle, cast.taro, group_id) == []
    assert await sharing_queries.shared_groups(circle.store.reads, cast.taro) == []
    with pytest.raises(NotFound):
        await actions.say_to(circle, cast.taro, "x", to_shared(group_id))
    with pytest.raises(NotFound):
        await actions.reply(circle, cast.taro, hers, "x")
    with pytest.raises(NotFound):
        await sharing_actions.join_group(circle, cast.taro, group_id)


async def test_who_left_is_asked_again_only_when_put_in_anew(circle: Circle, cast: Cast) -> None:
    group_id = await table(circle, cast)
    for one in (cast.taro, cast.ken):
        await sharing_actions.leave_group(circle, one, group_id)
    db = circle.store.reads
    asked = await sharing_queries.asked(db, cast.hana, group_id)
    assert asked == {cast.hana: True, cast.taro: False, cast.yuki: True, cast.ken: False}
    members = {face.id for face in await group_queries.members(db, cast.hana, group_id)}
    assert members == {cast.taro, cast.yuki, cast.ken}, "the owner's own list is not theirs to change"
    await sharing_actions.share_group(circle, cast.hana, group_id)
    assert await sharing_queries.shared_groups(db, cast.taro) == []
    await group_actions.change_members(circle, cast.hana, group_id, drop=[cast.taro])
    await group_actions.change_members(circle, cast.hana, group_id, [cast.taro])
    await sharing_actions.share_group(circle, cast.hana, group_id)
    (found,) = await sharing_queries.shared_groups(db, cast.taro)
    assert (found.name, found.owner.handle, found.joined, found.participants) == ("鍋の会", "hana", False, 2)


async def test_those_whom_a_block_parts_take_part_without_each_other(circle: Circle, cast: Cast) -> None:
    group_id = await table(circle, cast)
    said = await actions.say_to(circle, cast.taro, "x", to_shared(group_id))
    await block_actions.block(circle, cast.yuki, cast.taro)
    assert not await sees(circle, cast.yuki, said)
    assert await sees(circle, cast.hana, said)
    assert await handles(circle, cast.yuki, group_id) == ["hana", "yuki"]
    assert await handles(circle, cast.taro, group_id) == ["hana", "taro"]


async def test_the_close_friends_are_never_shared_and_the_owner_cannot_leave(
    circle: Circle, cast: Cast
) -> None:
    group_id = await table(circle, cast)
    with pytest.raises(Invalid):
        await sharing_actions.share_group(circle, cast.hana, cast.hana)
    with pytest.raises(Invalid):
        await sharing_actions.leave_group(circle, cast.hana, group_id)


async def test_what_is_said_in_a_group_is_no_choice_for_the_next_voice(circle: Circle, cast: Cast) -> None:
    group_id = await table(circle, cast)
    await actions.say(circle, cast.taro, "x", "me")
    await actions.say_to(circle, cast.taro, "x", to_shared(group_id))
    assert (await audience_actions.last_choice(circle.store.reads, cast.taro)).audience is Audience.ME
