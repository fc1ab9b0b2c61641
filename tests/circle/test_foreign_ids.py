"""Ids are checked for whose they are, not only for being there: a stranger walks every read and every verb."""

from collections.abc import Awaitable, Callable

import msgspec
import pytest
import sqlalchemy as sa

from kizuna.circle import (
    actions,
    audience_actions,
    audience_queries,
    block_actions,
    block_queries,
    edit_queries,
    friend_actions,
    friend_queries,
    group_actions,
    group_queries,
    queries,
    reaction_actions,
    reaction_queries,
    seen_as,
)
from kizuna.circle.audience import readers, readers_of
from kizuna.circle.models import Audience, Rule
from kizuna.circle.ports import Circle
from kizuna.ground.errors import NotFound
from kizuna.ground.ids import MAX_ID
from kizuna.store.schema import METADATA
from tests.circle.conftest import Cast, befriend


async def dump(circle: Circle) -> list[tuple[str, list[tuple[object, ...]]]]:
    """Every row of the circle's store."""
    return [
        (table.name, [tuple(row) for row in await circle.store.reads.all(sa.select(table))])
        for table in METADATA["circle"].sorted_tables
    ]


async def test_a_stranger_gets_and_changes_nothing(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro)
    root = await actions.say(circle, cast.hana, "ひみつ", "friends")
    answer = await actions.reply(circle, cast.taro, root, "うん")
    await friend_actions.request_friend(circle, cast.ken, "hana", "ken です")
    (request,) = await friend_queries.requests_in(circle.store.reads, cast.hana)
    invite_id, _ = await friend_actions.make_invite(circle, cast.hana)
    group = await group_actions.make_group(circle, cast.hana, "ひみつの名")
    await group_actions.change_members(circle, cast.hana, group, [cast.taro])
    to_group = Rule(audience=Audience.GROUPS, groups=frozenset({group}))
    await actions.say_to(circle, cast.hana, "ひみつ", to_group)
    await reaction_actions.react(circle, cast.taro, root, "love")
    await actions.edit_voice(circle, cast.taro, answer, "うん、うん")
    await block_actions.block(circle, cast.hana, cast.yuki)
    before = await dump(circle)
    ids = [root, answer, request.id, invite_id, group, cast.hana, 1, 0, -1, MAX_ID]
    mine = Rule(audience=Audience.ME)
    verbs: list[Callable[[int], Awaitable[object]]] = [
        lambda one: actions.reply(circle, cast.mallory, one, "x"),
        lambda one: actions.delete_voice(circle, cast.mallory, one),
        lambda one: friend_actions.accept(circle, cast.mallory, one),
        lambda one: friend_actions.decline(circle, cast.mallory, one),
        lambda one: friend_actions.withdraw(circle, cast.mallory, one),
        lambda one: friend_actions.end_invite(circle, cast.mallory, one),
        lambda one: actions.edit_voice(circle, cast.mallory, one, "x"),
        lambda one: reaction_actions.react(circle, cast.mallory, one, "love"),
        lambda one: audience_actions.change_audience(circle, cast.mallory, one, mine),
        lambda one: group_actions.rename_group(circle, cast.mallory, one, "x"),
        lambda one: group_actions.change_members(circle, cast.mallory, one, [cast.hana], [cast.taro]),
        lambda one: group_actions.delete_group(circle, cast.mallory, one),
        lambda one: seen_as.as_friend(circle.store.reads, cast.mallory, one),
    ]
    told: set[tuple[str, str | None]] = set()
    for one in ids:
        for verb in verbs:
            with pytest.raises(NotFound) as refused:
                await verb(one)
            told.add((str(refused.value), refused.value.field))
        await friend_actions.remove_friend(circle, cast.mallory, one)
        await reaction_actions.unreact(circle, cast.mallory, one)
        await block_actions.unblock(circle, cast.mallory, one)
    assert len(told) == 1, "refusal and absence look the same"
    assert await dump(circle) == before
    for one in ids:
        db = circle.store.reads
        assert await queries.load(db, cast.mallory, [one]) == []
        assert await queries.room(db, cast.mallory, one) is None
        assert await queries.why(db, cast.mallory, one) is None
        assert await queries.who(db, cast.mallory, one) is None
        assert await queries.profile_ids(db, cast.mallory, one) == []
        assert not (await readers_of(db, cast.mallory, one)).ids
        assert not (
            await readers(db, cast.mallory, msgspec.structs.replace(to_group, groups=frozenset({one})))
        ).ids
        assert await audience_queries.rule_of(db, cast.mallory, one) is None
        assert await edit_queries.versions(db, cast.mallory, one) == []
        assert await reaction_queries.responders(db, cast.mallory, one) == []
        assert await group_queries.group(db, cast.mallory, one) is None
        assert await group_queries.members(db, cast.mallory, one) == []
        assert await group_queries.uses(db, cast.mallory, one) == (0, 0)
    assert [one.close for one in await group_queries.groups(circle.store.reads, cast.mallory)] == [True]
    assert await block_queries.blocks(circle.store.reads, cast.mallory) == []
    assert await queries.timeline_ids(circle.store.reads, cast.mallory) == []
    assert await friend_queries.friends(circle.store.reads, cast.mallory) == []
    assert await friend_queries.requests_in(circle.store.reads, cast.mallory) == []


async def test_who_asked_cannot_accept_for_the_other(circle: Circle, cast: Cast) -> None:
    await friend_actions.request_friend(circle, cast.ken, "hana")
    (request,) = await friend_queries.requests_out(circle.store.reads, cast.ken)
    for verb in (friend_actions.accept, friend_actions.decline):
        with pytest.raises(NotFound):
            await verb(circle, cast.ken, request.id)
    with pytest.raises(NotFound):
        await friend_actions.withdraw(circle, cast.hana, request.id)


async def test_numbers_tell_nothing_of_what_one_may_not_read(circle: Circle, cast: Cast) -> None:
    """Two worlds that differ only in rooms that Yuki may not read are equal to her."""
    await befriend(circle, cast.hana, cast.taro, cast.yuki)
    root = await actions.say(circle, cast.hana, "みんなへ", "friends")

    async def yuki_sees() -> list[object]:
        db = circle.store.reads
        return [
            await queries.load(db, cast.yuki, [root]),
            await queries.room(db, cast.yuki, root),
            await queries.timeline_ids(db, cast.yuki),
            await queries.profile_ids(db, cast.yuki, cast.hana),
            await friend_queries.profile(db, cast.yuki, "hana"),
            await queries.who(db, cast.yuki, root),
            await queries.why(db, cast.yuki, root),
            await reaction_queries.responders(db, cast.yuki, root),
            await group_queries.groups(db, cast.yuki),
        ]

    before = await yuki_sees()
    gone = await actions.reply(circle, cast.taro, root, "まちがえた")
    await actions.delete_voice(circle, cast.taro, gone)
    hidden = await actions.say(circle, cast.hana, "太郎へ", "people", [cast.taro])
    await actions.reply(circle, cast.taro, hidden, "はい")
    await actions.say(circle, cast.hana, "ひとりごと", "me")
    group = await group_actions.make_group(circle, cast.hana, "x")
    await group_actions.change_members(circle, cast.hana, group, [cast.yuki, cast.taro])
    await reaction_actions.react(circle, cast.taro, hidden, "love")
    await block_actions.block(circle, cast.hana, cast.mallory)
    await audience_actions.change_audience(
        circle, cast.hana, root, Rule(audience=Audience.FRIENDS, not_people=frozenset({cast.taro}))
    )
    await befriend(circle, cast.hana, cast.ken)
    assert await yuki_sees() == before
