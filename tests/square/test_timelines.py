"""Every list: what is in it, in which order, how it is paged, and that an index answers it."""

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from kizuna.square import actions, load, timeline_queries
from kizuna.square.models import Edge, Page
from tests.square.world import HANA, KEN, MAI, World, run


def home(world: World, account_id: int) -> list[int]:
    reads = world.square.store.reads
    followees = run(timeline_queries.followee_ids(reads, account_id))
    return run(timeline_queries.home_ids(reads, account_id, followees, Page()))


def test_home_is_what_one_follows(world: World) -> None:
    run(actions.follow(world.square, HANA, KEN))
    own = world.post(HANA, "own")
    kens = world.post(KEN, "ken")
    mais = world.post(MAI, "mai")
    to_mai = world.post(KEN, "to mai", in_reply_to_id=mais)
    to_hana = world.post(KEN, "to hana", in_reply_to_id=own)
    boosted = run(actions.boost(world.square, KEN, mais))
    assert home(world, HANA) == [boosted, to_hana, kens, own]
    assert home(world, MAI) == [mais]
    run(actions.follow(world.square, HANA, MAI))
    assert home(world, HANA) == [boosted, to_hana, to_mai, mais, kens, own]
    run(actions.delete_post(world.square, KEN, kens))
    run(actions.delete_post(world.square, MAI, mais))
    assert home(world, HANA) == [to_hana, to_mai, own]


def test_ones_own_reply_is_in_ones_home_whomever_it_answers(world: World) -> None:
    mais = world.post(MAI, "mai")
    mine = world.post(HANA, "to mai", in_reply_to_id=mais)
    run(actions.follow(world.square, KEN, HANA))
    assert home(world, HANA) == [mine]
    assert home(world, KEN) == []


def test_public_is_what_was_said_to_everybody(world: World) -> None:
    said = world.post(HANA, "a")
    world.post(HANA, "b", visibility="unlisted")
    world.post(KEN, "c", in_reply_to_id=said)
    run(actions.boost(world.square, KEN, said))
    last = world.post(KEN, "d")
    deleted = world.post(KEN, "e")
    run(actions.delete_post(world.square, KEN, deleted))
    assert run(timeline_queries.public_ids(world.square.store.reads, Page())) == [last, said]


def test_an_account_with_and_without_replies_and_boosts(world: World) -> None:
    mais = world.post(MAI, "m")
    said = world.post(HANA, "a", visibility="unlisted")
    to_self = world.post(HANA, "b", in_reply_to_id=said)
    to_mai = world.post(HANA, "c", in_reply_to_id=mais)
    boosted = run(actions.boost(world.square, HANA, mais))
    reads = world.square.store.reads

    def ids(**which: bool) -> list[int]:
        return run(timeline_queries.account_ids(reads, HANA, Page(), **which))

    assert ids() == [boosted, to_mai, to_self, said]
    assert ids(replies=False) == [boosted, to_self, said]
    assert ids(boosts=False) == [to_mai, to_self, said]
    assert ids(replies=False, boosts=False) == [to_self, said]


def test_a_tag_is_found_in_any_form(world: World) -> None:
    first = world.post(HANA, "#ＴＯＫＹＯ")
    world.post(HANA, "#tokyo", visibility="unlisted")
    second = world.post(KEN, "#Tokyo #other", in_reply_to_id=first)
    gone = world.post(KEN, "#tokyo")
    run(actions.delete_post(world.square, KEN, gone))
    assert run(timeline_queries.tag_ids(world.square.store.reads, "tokyo", Page())) == [second, first]


def test_pages(world: World) -> None:
    ids = [world.post(HANA, str(number)) for number in range(6)][::-1]
    reads = world.square.store.reads

    def part(**page: int) -> list[int]:
        return run(timeline_queries.account_ids(reads, HANA, Page(**page)))

    assert part() == ids
    assert part(limit=2) == ids[:2]
    assert part(limit=2, max_id=ids[1]) == ids[2:4]
    assert part(limit=2, since_id=ids[4]) == ids[:2], "the newest above it"
    assert part(limit=2, min_id=ids[4]) == ids[2:4], "those just above it, newest first too"
    assert part(max_id=ids[1], since_id=ids[4]) == part(max_id=ids[1], min_id=ids[4]) == ids[2:4]
    assert part(max_id=1) == part(since_id=1 << 62) == part(limit=0) == []


def test_lists_of_accounts(world: World) -> None:
    post_id = world.post(HANA, "a")
    other = world.post(HANA, "b")
    for account_id in (KEN, MAI):
        world.clock.advance(1)
        run(actions.favourite(world.square, account_id, post_id))
        run(actions.boost(world.square, account_id, post_id))
        run(actions.follow(world.square, account_id, HANA))
    run(actions.favourite(world.square, KEN, other))
    reads = world.square.store.reads

    def who(edges: list[Edge]) -> list[int]:
        return [edge.account_id for edge in edges]

    favours = run(timeline_queries.favourited_by(reads, post_id, Page()))
    assert who(favours) == [MAI, KEN]
    assert who(run(timeline_queries.favourited_by(reads, post_id, Page(max_id=favours[0].id)))) == [KEN]
    assert who(run(timeline_queries.favourited_by(reads, post_id, Page(limit=1, min_id=1)))) == [KEN]
    assert who(run(timeline_queries.boosted_by(reads, post_id, Page()))) == [MAI, KEN]
    assert who(run(timeline_queries.followers(reads, HANA, Page()))) == [MAI, KEN]
    assert who(run(timeline_queries.following(reads, KEN, Page()))) == [HANA]
    assert [post for _, post in run(timeline_queries.favourites(reads, KEN, Page()))] == [other, post_id]


@pytest.mark.parametrize(
    ("prefix", "found"),
    [("ha", [HANA]), ("", [HANA, KEN, MAI]), ("hana", [HANA]), ("hanak", []), ("_", []), ("%", [])],
)
def test_search_for_handles(world: World, prefix: str, found: list[int]) -> None:
    assert run(timeline_queries.search_accounts(world.square.store.reads, prefix, 10)) == found


def test_a_page_keeps_its_order_and_leaves_out_what_is_gone(world: World) -> None:
    first = world.post(HANA, "a")
    boosted = run(actions.boost(world.square, KEN, first))
    gone = world.post(KEN, "b")
    run(actions.delete_post(world.square, KEN, gone))
    page = run(load.load_page(world.square.store.reads, [gone, boosted, 1, first]))
    assert [status.post.id for status in page] == [boosted, first]


@pytest.mark.sqlite("reads its plans")
@pytest.mark.parametrize(
    ("both", "params", "index"),
    [
        (
            "_HOME",
            {"authors": [1, 2, 3], "account_id": 1},
            "ix_post_account_id_id_in_reply_to_account_id (account_id=?",
        ),
        ("_PUBLIC", {}, "INDEX ix_post_public (id>?"),
        ("_TAG", {"tag": "a"}, "ix_post_tag_tag_post_id (tag=?"),
        ("_FAVOURITED_BY", {"post_id": 1}, "ix_favourite_post_id_id (post_id=?"),
        ("_FOLLOWERS", {"account_id": 1}, "ix_follow_followee_id_id (followee_id=?"),
    ],
)
def test_an_index_answers(world: World, both: str, params: dict[str, object], index: str) -> None:
    for statement in getattr(timeline_queries, both):
        bounds = {"below": 9, "above": 1, "limit": 20}
        compiled = statement.params(**params, **bounds).compile(
            dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
        )
        plan = world.rows(sa.text(f"EXPLAIN QUERY PLAN {compiled}"))
        assert index in plan[0].detail, [row.detail for row in plan]
        if both != "_HOME":
            assert not any("TEMP B-TREE" in row.detail for row in plan)
