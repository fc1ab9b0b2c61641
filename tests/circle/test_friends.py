"""Asking, answering, inviting and ending a friendship; what is silent cannot be told by the other side."""

import asyncio
from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from kizuna.circle import friend_actions, friend_queries
from kizuna.circle.actions import edit_profile
from kizuna.circle.models import Friendship
from kizuna.circle.ports import Circle
from kizuna.circle.tables import FRIEND_INVITE, FRIENDSHIP
from kizuna.ground.errors import Invalid, NotFound
from kizuna.store.store import Tx
from kizuna.store.tables import OUTBOX
from tests.circle.conftest import Cast, befriend
from tests.fakes import FakeClock


async def states(circle: Circle, one: int, other: int) -> tuple[Friendship, Friendship]:
    """How each sees the other; friends must be so in both directions."""
    db = circle.store.reads
    found = (
        await friend_queries.friendship_state(db, one, other),
        await friend_queries.friendship_state(db, other, one),
    )
    assert (found[0] is Friendship.FRIENDS) == (found[1] is Friendship.FRIENDS)
    return found


async def kinds(circle: Circle) -> Sequence[str]:
    """The events so far."""
    return [row.kind for row in await circle.store.reads.all(sa.select(OUTBOX["circle"].c.kind))]


async def test_ask_and_accept(circle: Circle, cast: Cast) -> None:
    db = circle.store.reads
    assert (
        await friend_actions.request_friend(circle, cast.taro, "HANA", " 同じ組の\n太郎です ")
        is Friendship.REQUESTED
    )
    assert await states(circle, cast.taro, cast.hana) == (Friendship.REQUESTED, Friendship.ASKED)
    (asked,) = await friend_queries.requests_in(db, cast.hana)
    assert (asked.face.handle, asked.note) == ("taro", "同じ組の 太郎です")
    assert [one.face.handle for one in await friend_queries.requests_out(db, cast.taro)] == ["hana"]
    assert await friend_actions.accept(circle, cast.hana, asked.id) == cast.taro
    assert await states(circle, cast.taro, cast.hana) == (Friendship.FRIENDS, Friendship.FRIENDS)
    assert (
        await friend_queries.requests_in(db, cast.hana)
        == await friend_queries.requests_out(db, cast.taro)
        == []
    )
    assert await friend_actions.request_friend(circle, cast.taro, "hana") is Friendship.FRIENDS
    with pytest.raises(NotFound):
        await friend_actions.accept(circle, cast.hana, asked.id)


async def test_two_who_ask_each_other_are_friends(circle: Circle, cast: Cast) -> None:
    answers = await asyncio.gather(
        friend_actions.request_friend(circle, cast.hana, "taro"),
        friend_actions.request_friend(circle, cast.taro, "hana"),
    )
    assert answers == [Friendship.REQUESTED, Friendship.FRIENDS]
    assert await states(circle, cast.hana, cast.taro) == (Friendship.FRIENDS, Friendship.FRIENDS)
    assert (await kinds(circle)).count("circle.befriended") == 1


async def test_a_decline_cannot_be_told_from_silence(circle: Circle, cast: Cast, clock: FakeClock) -> None:
    """Yuki declines, Ken does not answer: whatever Taro does, both look the same to him."""
    db = circle.store.reads

    async def look() -> list[object]:
        seen: list[object] = []
        for handle, other in (("yuki", cast.yuki), ("ken", cast.ken)):
            mine = [
                (one.note, one.created_at)
                for one in await friend_queries.requests_out(db, cast.taro)
                if one.face.handle == handle
            ]
            seen.append((await friend_queries.friendship_state(db, cast.taro, other), mine))
        return seen

    for handle in ("yuki", "ken"):
        await friend_actions.request_friend(circle, cast.taro, handle, "友達になって")
    (asked,) = await friend_queries.requests_in(db, cast.yuki)
    await friend_actions.decline(circle, cast.yuki, asked.id)
    await friend_actions.decline(circle, cast.yuki, asked.id)
    for _ in range(2):
        yuki, ken = await look()
        assert yuki == ken
        again = [
            await friend_actions.request_friend(circle, cast.taro, handle, "もう一度")
            for handle in ("yuki", "ken")
        ]
        assert again == [Friendship.REQUESTED] * 2
        clock.advance(60)
        for request in await friend_queries.requests_out(db, cast.taro):
            await friend_actions.withdraw(circle, cast.taro, request.id)
            with pytest.raises(NotFound):
                await friend_actions.withdraw(circle, cast.taro, request.id)
        yuki, ken = await look()
        assert yuki == ken == (Friendship.NONE, [])
        for handle in ("yuki", "ken"):
            await friend_actions.request_friend(circle, cast.taro, handle, "三度目")
    assert await friend_queries.requests_in(db, cast.yuki) == [], "a declined request does not come back"
    assert (await kinds(circle)).count("circle.requested") == 1 + 3
    assert await states(circle, cast.yuki, cast.taro) == (Friendship.NONE, Friendship.REQUESTED)
    assert await friend_actions.request_friend(circle, cast.yuki, "taro") is Friendship.FRIENDS


async def test_after_an_end_either_may_ask_anew(circle: Circle, cast: Cast) -> None:
    await befriend(circle, cast.hana, cast.taro)
    for _ in range(2):
        await friend_actions.remove_friend(circle, cast.hana, cast.taro)
    assert (await kinds(circle)).count("circle.unfriended") == 1
    assert await states(circle, cast.hana, cast.taro) == (Friendship.NONE, Friendship.NONE)
    assert await friend_actions.request_friend(circle, cast.taro, "hana") is Friendship.REQUESTED


@pytest.mark.parametrize(
    ("handle", "note"), [("hana", "あ" * 201), ("hana", "a\0"), ("hana", "\u202e"), ("taro", "")]
)
async def test_requests_that_cannot_be(circle: Circle, cast: Cast, handle: str, note: str) -> None:
    with pytest.raises(Invalid):
        await friend_actions.request_friend(circle, cast.taro, handle, note)
    assert await friend_queries.requests_in(circle.store.reads, cast.hana) == []


async def test_an_unknown_handle_is_not_found(circle: Circle, cast: Cast) -> None:
    for handle in ("nobody", "", "h\0", "a" * 10_000, "%"):
        with pytest.raises(NotFound):
            await friend_actions.request_friend(circle, cast.taro, handle)


async def test_only_friends_see_a_bio(circle: Circle, cast: Cast) -> None:
    await edit_profile(circle, cast.hana, display_name="花 ", bio="https://example.com が好き")
    await befriend(circle, cast.hana, cast.taro)
    for viewer, bio in ((cast.hana, True), (cast.taro, True), (cast.ken, False)):
        shown = await friend_queries.profile(circle.store.reads, viewer, "hana")
        assert shown is not None
        assert shown.face.name == "花"
        assert (bool(shown.bio), "href" in shown.bio_html) == (bio, bio)
    for name, about in (("花\n子", ""), ("花" * 51, ""), ("", "あ" * 501)):
        with pytest.raises(Invalid):
            await edit_profile(circle, cast.hana, display_name=name, bio=about)


async def test_fifty_take_an_invite_for_one(circle: Circle, cast: Cast) -> None:
    crowd = [circle.store.ids.new() for _ in range(50)]

    async def arrive(tx: Tx) -> None:
        for face_id in crowd:
            await friend_queries.add_face(
                tx,
                {
                    "id": face_id,
                    "handle": f"f{face_id}",
                    "display_name": "",
                    "bio": "",
                    "bio_html": "",
                    "created_at": 1,
                },
            )

    await circle.store.write(arrive)
    _, code = await friend_actions.make_invite(circle, cast.hana)
    answers = await asyncio.gather(
        *(friend_actions.take_invite(circle, code, face_id) for face_id in crowd), return_exceptions=True
    )
    assert [answer for answer in answers if not isinstance(answer, NotFound)] == [cast.hana]
    assert len(await friend_queries.friends(circle.store.reads, cast.hana)) == 1
    assert len(await circle.store.reads.all(sa.select(FRIENDSHIP))) == 2


async def test_an_invite_is_used_once_by_each_person(circle: Circle, cast: Cast) -> None:
    invite_id, code = await friend_actions.make_invite(circle, cast.hana, 3)
    assert (await friend_actions.see_invite(circle, code, cast.taro)).face.handle == "hana"
    for _ in range(2):
        assert await friend_actions.take_invite(circle, code, cast.taro) == cast.hana
    (invite,) = await friend_queries.invites(circle.store.reads, cast.hana, circle.clock.now_ms())
    assert (invite.id, invite.uses, invite.is_open(circle.clock.now_ms())) == (invite_id, 1, True)
    await friend_actions.remove_friend(circle, cast.hana, cast.taro)
    with pytest.raises(NotFound):
        await friend_actions.take_invite(circle, code, cast.taro)
    assert await friend_actions.take_invite(circle, code, cast.yuki) == cast.hana
    assert (await friend_actions.see_invite(circle, code, cast.hana)).state is Friendship.SELF
    with pytest.raises(Invalid):
        await friend_actions.take_invite(circle, code, cast.hana)


async def test_codes_that_open_nothing_look_alike(circle: Circle, cast: Cast, clock: FakeClock) -> None:
    ended_id, ended = await friend_actions.make_invite(circle, cast.hana)
    _, used = await friend_actions.make_invite(circle, cast.hana)
    await friend_actions.take_invite(circle, used, cast.yuki)
    _, expired = await friend_actions.make_invite(circle, cast.hana)
    await friend_actions.end_invite(circle, cast.hana, ended_id)
    for code in (ended, used):
        with pytest.raises(NotFound):
            await friend_actions.see_invite(circle, code, cast.taro)
    clock.advance(14 * 24 * 3600)
    told: set[tuple[str, int]] = set()
    for code in (ended, used, expired, "x" * 27, "", "あ" * 30, "a" * 10_000, "../" * 10, "\0" * 27):
        for verb in (friend_actions.see_invite, friend_actions.take_invite):
            with pytest.raises(NotFound) as refused:
                await verb(circle, code, cast.taro)
            told.add((str(refused.value), refused.value.status))
    assert len(told) == 1
    assert await friend_queries.invites(circle.store.reads, cast.hana, clock.now_ms()) == []
    rows = await circle.store.reads.all(sa.select(FRIEND_INVITE))
    assert not any(code in str(row) for row in rows for code in (ended, used, expired)), (
        "only hashes are kept"
    )


@pytest.mark.parametrize(("uses", "days"), [(0, 14), (-1, 14), (101, 14), (1, 0), (1, 31)])
async def test_an_invite_is_for_a_sensible_number(circle: Circle, cast: Cast, uses: int, days: int) -> None:
    with pytest.raises(Invalid):
        await friend_actions.make_invite(circle, cast.hana, uses, days)
    assert await circle.store.reads.first(sa.select(FRIEND_INVITE)) is None


async def test_since_when_friends_are_friends(circle: Circle, cast: Cast, clock: FakeClock) -> None:
    await befriend(circle, cast.hana, cast.taro)
    began = clock.now_ms()
    clock.advance(60)
    await befriend(circle, cast.hana, cast.yuki)
    db = circle.store.reads
    assert await friend_queries.since(db, cast.hana) == {cast.taro: began, cast.yuki: clock.now_ms()}
    assert await friend_queries.since(db, cast.taro) == {cast.hana: began}
