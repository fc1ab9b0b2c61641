"""Boosts, favourites, follows and accounts, on a real store."""

import asyncio

import pytest
import sqlalchemy as sa

from kizuna.ground.errors import Conflict, Forbidden, Invalid, NotFound
from kizuna.ground.events import Event
from kizuna.ground.ids import MAX_ID
from kizuna.square import actions, events, queries, rules
from kizuna.square.models import Flags, Relationship
from kizuna.square.relations import relationships, viewer_flags
from kizuna.square.tables import ACCOUNT, POST
from kizuna.store.store import Tx
from tests.square.world import ABSENT, HANA, KEN, MAI, World, run


def test_a_boost_shows_the_original(world: World) -> None:
    post_id = world.post(HANA, "a @mai #b", visibility="unlisted")
    boost_id = run(actions.boost(world.square, KEN, post_id))
    boost = world.seen(boost_id)
    assert (boost.author.handle, boost.post.text, boost.post.visibility) == ("ken", "", "unlisted")
    assert boost.original == world.seen(post_id) == boost.proper
    assert boost.proper.post.boosts_count == 1
    assert world.account(KEN).statuses_count == 1


def test_boosting_again_is_the_same_boost(world: World, changes: list[Event]) -> None:
    post_id = world.post(HANA, "a")
    first = run(actions.boost(world.square, KEN, post_id))
    assert run(actions.boost(world.square, KEN, post_id)) == first
    own = run(actions.boost(world.square, HANA, post_id))
    assert run(actions.boost(world.square, KEN, own)) == first, "a boost of a boost is one of the original"
    assert world.seen(post_id).post.boosts_count == 2
    assert [type(event) for event in changes].count(events.Boosted) == 2


def test_a_boost_can_be_taken_back_and_made_again(world: World) -> None:
    post_id = world.post(HANA, "a")
    boost_id = run(actions.boost(world.square, KEN, post_id))
    assert run(actions.unboost(world.square, KEN, post_id)) == post_id
    assert run(actions.unboost(world.square, KEN, post_id)) == post_id
    assert world.status(boost_id) is None
    assert (world.seen(post_id).post.boosts_count, world.account(KEN).statuses_count) == (0, 0)
    again = run(actions.boost(world.square, KEN, post_id))
    assert again != boost_id
    assert run(actions.delete_post(world.square, KEN, again)).post.boost_of_id == post_id
    assert world.status(again) is None
    assert world.seen(post_id).post.boosts_count == 0


def test_another_persons_boost_cannot_be_deleted(world: World) -> None:
    boost_id = run(actions.boost(world.square, KEN, world.post(HANA, "a")))
    with pytest.raises(NotFound):
        run(actions.delete_post(world.square, HANA, boost_id))


def test_two_favourites_at_once_are_one(world: World) -> None:
    post_id = world.post(HANA, "a")

    async def race() -> None:
        act = [actions.favourite, actions.boost]
        await asyncio.gather(*(verb(world.square, KEN, post_id) for verb in act for _ in range(5)))

    run(race())
    assert (world.seen(post_id).post.favourites_count, world.seen(post_id).post.boosts_count) == (1, 1)
    assert len(world.rows(sa.select(POST))) == 2


def test_a_favourite_is_of_the_original(world: World) -> None:
    post_id = world.post(HANA, "a")
    boost_id = run(actions.boost(world.square, KEN, post_id))
    assert run(actions.favourite(world.square, MAI, boost_id)) == post_id
    assert run(viewer_flags(world.square, MAI, [post_id])) == Flags(frozenset({post_id}))
    assert run(viewer_flags(world.square, KEN, [post_id])) == Flags(boosted=frozenset({post_id}))
    for _ in range(2):
        run(actions.unfavourite(world.square, MAI, post_id))
    assert world.seen(post_id).post.favourites_count == 0


@pytest.mark.parametrize("post_id", [ABSENT, MAX_ID])
def test_nothing_can_be_done_to_what_is_not_there(world: World, post_id: int) -> None:
    gone = world.post(HANA, "a")
    run(actions.delete_post(world.square, HANA, gone))
    for verb in (actions.boost, actions.unboost, actions.favourite, actions.unfavourite):
        for target in (post_id, gone):
            with pytest.raises(NotFound):
                run(verb(world.square, KEN, target))


def test_somebody_without_an_account_does_nothing(world: World) -> None:
    post_id = world.post(HANA, "a")
    for verb in (actions.boost, actions.favourite):
        with pytest.raises(NotFound):
            run(verb(world.square, ABSENT, post_id))
    assert (world.seen(post_id).post.boosts_count, world.seen(post_id).post.favourites_count) == (0, 0)


def test_following_counts_on_both_sides(world: World, changes: list[Event]) -> None:
    for _ in range(2):
        run(actions.follow(world.square, KEN, HANA))
    assert (world.account(KEN).following_count, world.account(HANA).followers_count) == (1, 1)
    assert run(relationships(world.square, KEN, [HANA, MAI, ABSENT])) == [
        Relationship(HANA, following=True, followed_by=False),
        Relationship(MAI, following=False, followed_by=False),
        Relationship(ABSENT, following=False, followed_by=False),
    ]
    assert run(relationships(world.square, HANA, [KEN]))[0].followed_by
    for _ in range(2):
        run(actions.unfollow(world.square, KEN, HANA))
    assert (world.account(KEN).following_count, world.account(HANA).followers_count) == (0, 0)
    assert changes == [events.Followed(KEN, HANA), events.Unfollowed(KEN, HANA)]


def test_whom_one_cannot_follow(world: World) -> None:
    with pytest.raises(Forbidden):
        run(actions.follow(world.square, HANA, HANA))
    for verb in (actions.follow, actions.unfollow):
        with pytest.raises(NotFound):
            run(verb(world.square, HANA, ABSENT))
    with pytest.raises(NotFound):
        run(actions.follow(world.square, ABSENT, HANA))


def test_nobody_follows_without_end(world: World) -> None:
    async def many(tx: Tx) -> None:
        await tx.run(sa.update(ACCOUNT).values(following_count=rules.MOST_FOLLOWED))

    run(world.square.store.write(many))
    with pytest.raises(Invalid):
        run(actions.follow(world.square, HANA, KEN))


def test_an_account_is_made_once_and_told_again(world: World) -> None:
    async def again(tx: Tx) -> None:
        await actions.make_account(tx, HANA, "hana", "Somebody else")

    run(world.square.store.write(again))
    assert world.account(HANA).display_name == "Hana"

    async def taken(tx: Tx) -> None:
        await actions.make_account(tx, ABSENT, "hana")

    with pytest.raises(Conflict):
        run(world.square.store.write(taken))


def test_a_profile_is_edited(world: World) -> None:
    note = "\"絆\" & 'tie' @ken #絆\nhttps://a.example"
    account = run(actions.edit_profile(world.square, HANA, " 花 ", note))
    assert (account.display_name, account.name, account.note) == ("花", "花", note)
    assert account == world.account(HANA)
    assert '/@ken"' in account.note_html
    assert run(actions.edit_profile(world.square, HANA, "", "")).name == "hana"
    for name, about in (("a" * 31, ""), ("a\u202eb", ""), ("a", "b" * 501), ("a", "\0")):
        with pytest.raises(Invalid):
            run(actions.edit_profile(world.square, HANA, name, about))
    with pytest.raises(NotFound):
        run(actions.edit_profile(world.square, ABSENT, "a", "b"))


def test_accounts_are_found_by_handle(world: World) -> None:
    found = run(queries.account_by_handle(world.square.store.reads, "HANA"))
    assert found is not None
    assert found.id == HANA
    assert run(queries.account_by_handle(world.square.store.reads, "ha")) is None
