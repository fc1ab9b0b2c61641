"""Posting, replying and deleting, on a real store."""

import asyncio

import pytest
import sqlalchemy as sa

from kizuna.ground.errors import Invalid, NotFound
from kizuna.ground.events import Event
from kizuna.ground.ids import MAX_ID
from kizuna.jobs.idempotency import make_key
from kizuna.square import actions, events, load
from kizuna.square.models import Application, Draft
from kizuna.square.tables import FAVOURITE, MENTION, POST, POST_TAG
from kizuna.store.tables import OUTBOX
from tests.square.world import ABSENT, HANA, KEN, MAI, World, run


def test_a_post_is_what_was_written(world: World) -> None:
    post_id = world.post(
        HANA,
        "やあ @ken\r\n #絆",
        visibility="unlisted",
        spoiler_text="あ",
        language="ja",
        application=Application("Phanpy", "https://phanpy.social"),
    )
    seen = world.seen(post_id)
    assert (seen.post.text, seen.post.visibility, seen.post.spoiler_text) == (
        "やあ @ken\n #絆",
        "unlisted",
        "あ",
    )
    assert (seen.post.sensitive, seen.post.language, seen.post.application_name) == (True, "ja", "Phanpy")
    assert seen.author.handle == "hana"
    assert [mention.handle for mention in seen.mentions] == ["ken"]
    assert seen.tags == ("絆",)
    assert seen.post.created_at == world.clock.now_ms() == post_id >> 16
    assert (world.account(HANA).statuses_count, world.account(HANA).last_status_at) == (
        1,
        world.clock.now_ms(),
    )


def test_what_cannot_be_posted_writes_nothing(world: World) -> None:
    for refused in (
        Draft(text=""),
        Draft(text="a" * 501),
        Draft(text="a\0"),
        Draft(text=" ".join(["#a"] * 10_000)),
        Draft(text="a", visibility="private"),
        Draft(text="a", visibility="direct"),
        Draft(text="a", visibility="friends"),
        Draft(text="a", language="<b>"),
    ):
        with pytest.raises(Invalid):
            run(actions.post(world.square, HANA, refused))
    with pytest.raises(NotFound):
        run(actions.post(world.square, ABSENT, Draft(text="a")))
    assert world.rows(sa.select(POST)) == []
    assert world.account(HANA).statuses_count == 0


def test_unknown_accounts_are_not_mentioned(world: World) -> None:
    seen = world.seen(world.post(HANA, "@nobody @ken@elsewhere.example @ken@localhost:3000 @KEN"))
    assert [mention.account_id for mention in seen.mentions] == [KEN]
    assert "@nobody" in seen.post.html
    assert "/@nobody" not in seen.post.html


def test_thirty_hashtags_are_kept(world: World) -> None:
    assert len(world.seen(world.post(HANA, " ".join(f"#t{number}" for number in range(99)))).tags) == 30


def test_a_repeat_with_the_same_key_is_the_same_post(world: World) -> None:
    key = make_key(HANA, 7, "k", b"body")
    first = world.post(HANA, "a", key)
    assert world.post(HANA, "a", key) == first
    assert world.post(HANA, "a", make_key(HANA, 8, "k", b"body")) != first
    assert world.post(KEN, "a", make_key(KEN, 7, "k", b"body")) != first
    with pytest.raises(Invalid):
        world.post(HANA, "b", make_key(HANA, 7, "k", b"other"))
    assert world.account(HANA).statuses_count == 2


def test_the_repeat_of_a_reply_is_the_same_also_when_what_it_answers_is_gone(world: World) -> None:
    root, key = world.post(HANA, "a"), make_key(KEN, 7, "k", b"body")
    reply = world.post(KEN, "b", key, in_reply_to_id=root)
    run(actions.delete_post(world.square, HANA, root))
    assert world.post(KEN, "b", key, in_reply_to_id=root) == reply
    with pytest.raises(NotFound):
        world.post(KEN, "b", make_key(KEN, 7, "new", b"body"), in_reply_to_id=root)


def test_two_at_once_with_the_same_key_are_one(world: World) -> None:
    key = make_key(HANA, 7, "k", b"body")

    async def twice() -> list[int]:
        draft = Draft(text="a")
        return await asyncio.gather(*(actions.post(world.square, HANA, draft, key) for _ in range(5)))

    assert len(set(run(twice()))) == 1
    assert len(world.rows(sa.select(POST))) == 1


def test_a_reply_knows_its_thread(world: World) -> None:
    root = world.post(HANA, "a")
    reply = world.seen(world.post(KEN, "b", in_reply_to_id=root)).post
    below = world.seen(world.post(MAI, "c", in_reply_to_id=reply.id)).post
    assert (reply.in_reply_to_id, reply.in_reply_to_account_id, reply.root_id) == (root, HANA, root)
    assert (below.in_reply_to_id, below.in_reply_to_account_id, below.root_id) == (reply.id, KEN, root)
    assert world.seen(root).post.replies_count == 1


def test_a_reply_to_a_boost_is_one_to_the_original(world: World) -> None:
    root = world.post(HANA, "a")
    boost = run(actions.boost(world.square, KEN, root))
    assert world.seen(world.post(MAI, "b", in_reply_to_id=boost)).post.in_reply_to_id == root


@pytest.mark.parametrize("parent", [ABSENT, 1, MAX_ID])
def test_a_reply_to_nothing_is_refused(world: World, parent: int) -> None:
    with pytest.raises(NotFound):
        world.post(HANA, "a", in_reply_to_id=parent)
    assert world.account(HANA).statuses_count == 0


def test_a_reply_to_a_deleted_post_is_refused(world: World) -> None:
    root = world.post(HANA, "a")
    run(actions.delete_post(world.square, HANA, root))
    with pytest.raises(NotFound):
        world.post(KEN, "b", in_reply_to_id=root)


def test_a_reply_that_meets_the_deletion_leaves_nothing(world: World) -> None:
    """The parent is there when the reply is prepared, and gone when it is applied."""
    root = world.post(HANA, "a")

    async def race() -> tuple[object, object]:
        deletion = actions.delete_post(world.square, HANA, root)
        reply = actions.post(world.square, KEN, Draft(text="b", in_reply_to_id=root))
        return await asyncio.gather(deletion, reply, return_exceptions=True)

    assert isinstance(run(race())[1], NotFound)
    assert world.account(KEN).statuses_count == 0
    assert len(world.rows(sa.select(POST))) == 1


def test_a_deleted_post_vanishes_with_all_that_hung_on_it(world: World, changes: list[Event]) -> None:
    post_id = world.post(HANA, "秘密 @ken #絆", spoiler_text="秘")
    reply = world.post(KEN, "b", in_reply_to_id=post_id)
    boost = run(actions.boost(world.square, KEN, post_id))
    run(actions.favourite(world.square, MAI, post_id))
    was = run(actions.delete_post(world.square, HANA, post_id))
    assert (was.post.text, was.post.spoiler_text, was.post.favourites_count) == ("秘密 @ken #絆", "秘", 1)
    assert world.status(post_id) is None
    assert world.status(boost) is None
    assert world.seen(reply).post.in_reply_to_id == post_id
    assert (
        world.rows(sa.select(MENTION))
        == world.rows(sa.select(POST_TAG))
        == world.rows(sa.select(FAVOURITE))
        == []
    )
    assert all("秘" not in str(row) for row in world.rows(sa.select(POST)))
    assert (world.account(HANA).statuses_count, world.account(KEN).statuses_count) == (0, 1)
    assert changes[-1] == events.PostDeleted(post_id, HANA, None, ("絆",), (KEN,))


def test_deleting_twice_counts_once(world: World) -> None:
    world.post(HANA, "stays")
    root = world.post(HANA, "a")
    reply = world.post(KEN, "b", in_reply_to_id=root)
    run(actions.delete_post(world.square, KEN, reply))
    with pytest.raises(NotFound):
        run(actions.delete_post(world.square, KEN, reply))
    assert (world.seen(root).post.replies_count, world.account(KEN).statuses_count) == (0, 0)


@pytest.mark.parametrize("post_id", [ABSENT, MAX_ID])
def test_only_ones_own_can_be_deleted(world: World, post_id: int) -> None:
    mine = world.post(HANA, "a")
    for target in (mine, post_id):
        with pytest.raises(NotFound):
            run(actions.delete_post(world.square, KEN, target))
    assert world.seen(mine)


def test_a_thread_holds_together_around_a_deleted_post(world: World) -> None:
    root = world.post(HANA, "root")
    gone = world.post(KEN, "gone", in_reply_to_id=root)
    below = world.post(MAI, "below", in_reply_to_id=gone)
    other = world.post(MAI, "other", in_reply_to_id=root)
    last = world.post(HANA, "last", in_reply_to_id=below)
    run(actions.delete_post(world.square, KEN, gone))
    reads = world.square.store.reads
    assert run(load.load_thread(reads, world.seen(root).post)).descendants == (below, last, other)
    assert run(load.load_thread(reads, world.seen(last).post)).ancestors == (root, below)
    assert run(load.load_thread(reads, world.seen(below).post)).descendants == (last,)


def test_a_long_thread_is_bounded(world: World) -> None:
    ids = [world.post(HANA, "0")]
    for number in range(1, load.MOST_ANCESTORS + 20):
        ids.append(world.post(HANA, str(number), in_reply_to_id=ids[-1]))
    thread = run(load.load_thread(world.square.store.reads, world.seen(ids[-1]).post))
    assert thread.ancestors == tuple(ids[-1 - load.MOST_ANCESTORS : -1])
    assert len(run(load.load_thread(world.square.store.reads, world.seen(ids[0]).post)).descendants) == 100


def test_every_change_is_told_twice(world: World, changes: list[Event]) -> None:
    """To the caches before the answer, and to the outbox for all that follows."""
    post_id = world.post(HANA, "a @ken #b")
    assert changes == [events.Posted(post_id, HANA, "public", None, None, (KEN,), ("b",))]
    kinds = [row.kind for row in world.rows(sa.select(OUTBOX["square"].c.kind))]
    assert kinds == ["square.account_made"] * 3 + ["square.posted"]
