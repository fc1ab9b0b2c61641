"""Ids are checked for whose they are, not only for being there: a stranger walks every read and every verb."""

from collections.abc import Awaitable, Callable

import pytest
import sqlalchemy as sa

from kizuna.circle import actions, friend_actions, friend_queries, queries
from kizuna.circle.audience import readers_of
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
    before = await dump(circle)
    ids = [root, answer, request.id, invite_id, cast.hana, 1, 0, -1, MAX_ID]
    verbs: list[Callable[[int], Awaitable[object]]] = [
        lambda one: actions.reply(circle, cast.mallory, one, "x"),
        lambda one: actions.delete_voice(circle, cast.mallory, one),
        lambda one: friend_actions.accept(circle, cast.mallory, one),
        lambda one: friend_actions.decline(circle, cast.mallory, one),
        lambda one: friend_actions.withdraw(circle, cast.mallory, one),
        lambda one: friend_actions.end_invite(circle, cast.mallory, one),
    ]
    told: set[tuple[str, str | None]] = set()
    for one in ids:
        for verb in verbs:
            with pytest.raises(NotFound) as refused:
                await verb(one)
            told.add((str(refused.value), refused.value.field))
        await friend_actions.remove_friend(circle, cast.mallory, one)
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
        ]

    before = await yuki_sees()
    hidden = await actions.say(circle, cast.hana, "太郎へ", "people", [cast.taro])
    await actions.reply(circle, cast.taro, hidden, "はい")
    await actions.say(circle, cast.hana, "ひとりごと", "me")
    gone = await actions.reply(circle, cast.taro, root, "まちがえた")
    await actions.delete_voice(circle, cast.taro, gone)
    await befriend(circle, cast.hana, cast.ken)
    assert await yuki_sees() == before
