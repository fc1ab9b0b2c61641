"""Whoever the staff suspends is to everybody like one that never was, and comes back with everything."""

from collections.abc import Awaitable, Callable

import pytest

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
from kizuna.circle.audience import facts, may_read, readers, readers_of
from kizuna.circle.models import Audience, Rule
from kizuna.circle.ports import Circle
from kizuna.ground.errors import Invalid, NotFound
from tests.circle.conftest import Cast, befriend
from tests.circle.test_foreign_ids import dump

NEVER = 117_000_000_000_000_000
TO_FRIENDS = Rule(audience=Audience.FRIENDS)


async def stand(circle: Circle, face_id: int, *, suspended: bool) -> None:
    await circle.store.write(lambda tx: actions.set_standing(tx, face_id, suspended=suspended))


async def kept(circle: Circle) -> dict[str, list[str]]:
    """What is in the store, but for what is only on its way."""
    return {
        name: sorted(map(repr, rows)) for name, rows in await dump(circle) if name not in ("outbox", "inbox")
    }


async def test_a_suspended_face_is_like_none_and_comes_back_whole(circle: Circle, cast: Cast) -> None:
    db = circle.store.reads
    await befriend(circle, cast.taro, cast.hana, cast.yuki, cast.ken)
    said = await actions.say(circle, cast.hana, "ひみつ", "friends")
    root = await actions.say(circle, cast.taro, "みんなへ", "fof")
    answer = await actions.reply(circle, cast.hana, root, "うん")
    await reaction_actions.react(circle, cast.hana, root, "love")
    await reaction_actions.react(circle, cast.yuki, root, "love")
    await friend_actions.request_friend(circle, cast.hana, "ken", "hana です")
    group = await group_actions.make_group(circle, cast.taro, "近い人")
    await group_actions.change_members(circle, cast.taro, group, [cast.hana, cast.yuki])
    await block_actions.block(circle, cast.mallory, cast.hana)
    _, code = await friend_actions.make_invite(circle, cast.hana)

    async def seen(viewer: int) -> list[object]:
        known = await facts(db, said)
        assert known is not None
        return [
            await queries.load(db, viewer, [said, root, answer]),
            await queries.room(db, viewer, root),
            await queries.room(db, viewer, said),
            await queries.timeline_ids(db, viewer),
            await queries.profile_ids(db, viewer, cast.hana),
            await queries.who(db, viewer, answer),
            await queries.why(db, viewer, said),
            await edit_queries.versions(db, viewer, said),
            await reaction_queries.responders(db, viewer, root),
            await friend_queries.profile(db, viewer, "hana"),
            await friend_queries.profile_by_id(db, viewer, cast.hana),
            await friend_queries.friends(db, viewer),
            await friend_queries.requests_in(db, viewer),
            await group_queries.groups(db, viewer),
            await group_queries.members(db, viewer, group),
            await block_queries.blocks(db, viewer),
            may_read(viewer, known),
        ]

    everybody = (cast.taro, cast.yuki, cast.ken, cast.mallory)
    before, rows = [await seen(one) for one in everybody], await kept(circle)
    await stand(circle, cast.hana, suspended=True)
    hidden = [await seen(one) for one in everybody]
    for one, told in zip(everybody, hidden, strict=True):
        assert "hana" not in repr(told).lower()
        assert "うん" not in repr(told)
        found = await queries.room(db, one, root)
        assert found is None or (found.replies == [] and found.root.replies == 0)
    with pytest.raises(NotFound):
        await friend_actions.take_invite(circle, code, cast.ken)
    shown = await queries.room(db, cast.taro, root)
    assert shown is not None
    assert [given for _, given in shown.root.moods] == [1]
    assert (await readers_of(db, cast.taro, root)).ids == {cast.yuki, cast.ken}
    assert (await readers(db, cast.taro, TO_FRIENDS)).ids == {cast.yuki, cast.ken}
    assert (await seen_as.as_member(db, cast.hana, further=True)).voices == []
    await stand(circle, cast.hana, suspended=False)
    assert [await seen(one) for one in everybody] == before
    assert await kept(circle) == rows


async def test_no_path_leads_past_a_suspended_friend(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro, cast.yuki)
    root = await actions.say(circle, cast.taro, "だれかへ", "fof")
    assert await queries.load(circle.store.reads, cast.yuki, [root])
    await stand(circle, cast.hana, suspended=True)
    assert await queries.load(circle.store.reads, cast.yuki, [root]) == []
    assert not (await readers(circle.store.reads, cast.taro, Rule(audience=Audience.FOF))).ids


async def test_the_ids_of_a_suspended_friend_are_like_ids_that_never_were(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro)
    said = await actions.say(circle, cast.hana, "ひみつ", "friends")
    mine = await actions.say(circle, cast.taro, "みんなへ", "friends")
    answer = await actions.reply(circle, cast.hana, mine, "うん")
    await stand(circle, cast.hana, suspended=True)
    verbs: list[Callable[[int], Awaitable[object]]] = [
        lambda one: actions.reply(circle, cast.taro, one, "x"),
        lambda one: actions.edit_voice(circle, cast.taro, one, "x"),
        lambda one: reaction_actions.react(circle, cast.taro, one, "love"),
        lambda one: audience_actions.change_audience(circle, cast.taro, one, TO_FRIENDS),
        lambda one: seen_as.as_friend(circle.store.reads, cast.taro, one),
        lambda one: actions.say(circle, cast.taro, "x", "people", [one]),
        lambda one: group_actions.change_members(circle, cast.taro, cast.taro, [one]),
    ]
    before = await dump(circle)
    for verb in verbs:
        told: set[str] = set()
        for one in (said, answer, cast.hana, NEVER):
            with pytest.raises((NotFound, Invalid)) as refused:
                await verb(one)
            told.add(repr(refused.value))
        assert len(told) == 1, told
    for writes in (
        actions.say(circle, cast.hana, "まだいる", "friends"),
        actions.reply(circle, cast.hana, said, "まだいる"),
        friend_actions.request_friend(circle, cast.hana, "ken"),
        group_actions.make_group(circle, cast.hana, "x"),
    ):
        with pytest.raises(NotFound):
            await writes
    assert await dump(circle) == before


async def test_an_exception_for_a_suspended_friend_outlives_the_suspension(
    circle: Circle, cast: Cast
) -> None:
    await befriend(circle, cast.taro, cast.hana, cast.yuki)
    but_hana = Rule(audience=Audience.FRIENDS, not_people=frozenset({cast.hana}))
    root = await actions.say_to(circle, cast.taro, "ないしょ", but_hana)
    await stand(circle, cast.hana, suspended=True)
    # The form cannot show her, so it does not name her.
    await audience_actions.change_audience(circle, cast.taro, root, TO_FRIENDS, agreed=0)
    rule = await audience_queries.rule_of(circle.store.reads, cast.taro, root)
    assert rule == but_hana
    assert (await audience_actions.last_choice(circle.store.reads, cast.taro)).audience is Audience.ME
    await stand(circle, cast.hana, suspended=False)
    assert await queries.load(circle.store.reads, cast.hana, [root]) == []
    assert await audience_actions.last_choice(circle.store.reads, cast.taro) == but_hana


async def test_a_face_is_made_once_also_when_it_was_suspended_meanwhile(circle: Circle, cast: Cast) -> None:
    await stand(circle, cast.hana, suspended=True)
    before = await kept(circle)
    await circle.store.write(lambda tx: actions.make_face(tx, cast.hana, "hana"))
    assert await kept(circle) == before
    await circle.store.write(lambda tx: actions.remove_face(tx, cast.hana))
    assert not await friend_queries.is_live(circle.store.reads, cast.hana)
