"""Signing up: the reservation, the saga to the planes, what a crash leaves, races, invites."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa

from kizuna.ground.config import Config
from kizuna.ground.errors import Forbidden, Gone, Invalid, TooMany, Unavailable
from kizuna.people import actions, queries
from kizuna.people.actions import activate, finish_reservations, sign_up
from kizuna.people.invites import check_invite, create_invite, end_invite, my_invites
from kizuna.people.models import SignUp
from kizuna.people.ports import People
from kizuna.people.sessions import sign_in, start_session
from kizuna.people.tables import CREDENTIAL, INVITE, PERSON, PERSON_FACE
from kizuna.store.store import Tx
from kizuna.store.tables import OUTBOX
from tests.fakes import FakeClock
from tests.people.world import PASSWORD, configured, join, member, planes

SQUARE_ONLY = Config(planes=("square",))


async def count(people: People, table: sa.Table) -> int:
    return await people.store.reads.scalar(sa.select(sa.func.count()).select_from(table))


async def nothing_is_written(people: People) -> None:
    for table in (PERSON, PERSON_FACE, CREDENTIAL, OUTBOX["people"]):
        assert await count(people, table) == 0, table.name


async def test_a_person_gets_the_faces_reserved_for_them(people: People) -> None:
    person_id = await join(people, "Hana", display_name=" 花 ", locale="en-GB", email=" Hana@Example.com ")
    viewer = await queries.viewer_of_person(people.store.reads, person_id)
    assert viewer is not None
    assert viewer.square_id is not None
    assert viewer.circle_id is not None
    assert viewer.square_id != viewer.circle_id
    assert viewer.locale == "en"
    row = await people.store.reads.first(sa.select(PERSON))
    assert row is not None
    assert (row.email, row.reserved_name) == ("Hana@Example.com", "")
    assert PASSWORD not in str(await people.store.reads.all(sa.select(CREDENTIAL)))


async def test_a_server_with_one_plane_reserves_one_face(people: People) -> None:
    people = configured(people, SQUARE_ONLY)
    viewer = await queries.viewer_of_person(people.store.reads, await join(people, "hana", locale="fr"))
    assert viewer is not None
    assert viewer.circle_id is None
    assert viewer.locale == "ja"  # the server's


BAD_DRAFTS: Final = (
    ("handle", {"handle": "ha na"}),
    ("handle", {"handle": "x" * 31}),
    ("handle", {"handle": "admin"}),
    ("handle", {"handle": "\ud800"}),
    ("password", {"password": "short"}),
    ("password", {"password": "x" * 257}),
    ("password", {"handle": "hanahanahana", "password": "HanaHanaHana"}),
    ("display_name", {"display_name": "x" * 31}),
    ("display_name", {"display_name": "a\x00b"}),
    ("email", {"email": "hana"}),
    ("email", {"email": "hana@"}),
    ("email", {"email": "ha na@example.com"}),
    ("email", {"email": "h@e.com\nBcc: x@e.com"}),
    ("email", {"email": "\ud800@example.com"}),
    ("email", {"email": "x" * 250 + "@e.com"}),
)


async def test_a_bad_draft_writes_nothing(people: People) -> None:
    for field, parts in BAD_DRAFTS:
        draft = SignUp(**{"handle": "hana", "password": PASSWORD, **parts})
        with pytest.raises(Invalid) as refused:
            await sign_up(people, draft, "192.0.2.1")
        assert refused.value.field == field, parts
    await nothing_is_written(people)


async def test_a_handle_and_its_look_alikes_are_taken_once(people: People) -> None:
    await join(people, "taro")
    for handle in ("taro", "TARO", "tar0"):
        with pytest.raises(Invalid) as refused:
            await join(people, handle)
        assert refused.value.field == "handle"
    assert await count(people, PERSON) == 1


async def test_an_address_known_already_is_no_obstacle_and_no_news(people: People) -> None:
    await join(people, "hana", email="hana@example.com")
    await join(people, "ken", email="HANA@example.com")
    assert await count(people, PERSON) == 2


async def test_of_those_who_race_for_a_handle_exactly_one_wins(people: People) -> None:
    handles = ["taro", "tar0", "TARO", "taro"] * 5
    async with planes(people):
        drafts = [SignUp(handle=handle, password=PASSWORD) for handle in handles]
        outcomes = await asyncio.gather(
            *(sign_up(people, draft, f"192.0.2.{place}") for place, draft in enumerate(drafts)),
            return_exceptions=True,
        )
    kinds = Counter(type(outcome) for outcome in outcomes)
    assert kinds == {int: 1, Invalid: len(handles) - 1}
    assert await count(people, PERSON) == await count(people, CREDENTIAL) == 1
    assert await count(people, PERSON_FACE) == 2


async def test_planes_that_do_not_answer_leave_it_for_later(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "ACTIVATION_SECONDS", 0.02)
    with pytest.raises(Unavailable):
        await sign_up(people, SignUp(handle="hana", password=PASSWORD), "192.0.2.1")
    with pytest.raises(Unavailable):  # the password is right, the person not yet there
        await sign_in(people, "hana", PASSWORD, "192.0.2.1", "")
    async with planes(people):
        await settled(people)
    assert (await sign_in(people, "hana", PASSWORD, "192.0.2.1", "")).viewer.square_id is not None


async def settled(people: People) -> None:
    """Wait until every event has been acted on."""
    count = sa.select(sa.func.count()).select_from(OUTBOX["people"])
    async with asyncio.timeout(20):
        while await people.store.reads.scalar(count):  # noqa: ASYNC110 - it is not ours to set an event there
            await asyncio.sleep(0.005)


async def leave_half(people: People, handle: str) -> None:
    """A sign-up whose event was lost for good, as when a plane refused it until nobody tried any more."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions, "ACTIVATION_SECONDS", 0.001)
        with pytest.raises(Unavailable):
            await sign_up(people, SignUp(handle=handle, password=PASSWORD), f"address of {handle}")

    async def forget(tx: Tx) -> None:
        await tx.run(sa.delete(OUTBOX["people"]))

    await people.store.write(forget)


async def make_one_face(people: People, plane: str) -> None:
    async def apply(tx: Tx) -> None:
        face = await tx.first(sa.select(PERSON_FACE).where(PERSON_FACE.c.plane == plane))
        assert face is not None
        await activate(tx, face.plane, face.face_id)

    await people.store.write(apply)


@pytest.mark.parametrize("made", [None, "square", "circle"])
async def test_start_up_completes_leftovers(people: People, made: str | None) -> None:
    await leave_half(people, "hana")
    if made is not None:
        await make_one_face(people, made)
    faces = {row.face_id for row in await people.store.reads.all(sa.select(PERSON_FACE.c.face_id))}
    assert await finish_reservations(people) == 1
    assert await finish_reservations(people) == 1  # a crash in between: told twice
    async with planes(people):
        await settled(people)
    assert await finish_reservations(people) == 0
    viewer = (await sign_in(people, "hana", PASSWORD, "192.0.2.1", "")).viewer
    assert {viewer.square_id, viewer.circle_id} == faces


async def test_start_up_gives_up_faces_of_a_plane_that_is_gone(people: People) -> None:
    await leave_half(people, "hana")
    await make_one_face(people, "square")
    people = configured(people, SQUARE_ONLY)
    await finish_reservations(people)
    viewer = (await sign_in(people, "hana", PASSWORD, "192.0.2.1", "")).viewer
    assert viewer.square_id is not None
    assert viewer.circle_id is None


async def test_start_up_removes_a_person_to_whom_no_face_is_left(people: People) -> None:
    host = await member(people, "host")
    invite_id, code = await create_invite(people, host.viewer, 1, 1)
    invited = configured(people, Config(planes=("circle",), sign_up="invite"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(actions, "ACTIVATION_SECONDS", 0.001)
        with pytest.raises(Unavailable):
            await sign_up(invited, SignUp(handle="hana", password=PASSWORD, invite=code), "192.0.2.1")
    assert not await check_invite(people, code)
    await finish_reservations(configured(people, SQUARE_ONLY))
    assert await count(people, PERSON) == await count(people, CREDENTIAL) == 1
    assert await check_invite(people, code)
    assert [invite.id for invite in await my_invites(people, host.viewer)] == [invite_id]
    await join(people, "hana")


async def test_activation_of_a_face_that_nobody_reserved_changes_nothing(people: People) -> None:
    await people.store.write(lambda tx: activate(tx, "square", 1))
    await nothing_is_written(people)


async def test_a_closed_server_lets_nobody_in(people: People) -> None:
    closed = configured(people, Config(sign_up="closed"))
    with pytest.raises(Forbidden):
        await join(closed, "hana")
    await nothing_is_written(people)


async def test_an_invite_lets_in_as_many_as_it_is_for(people: People) -> None:
    host = await member(people, "host")
    invite_id, code = await create_invite(people, host.viewer, 2, 7)
    invited = configured(people, Config(sign_up="invite"))
    with pytest.raises(Forbidden):
        await join(invited, "hana")
    with pytest.raises(Gone):
        await join(invited, "hana", invite=code + "x")
    outcomes = await asyncio.gather(
        *(join(invited, handle, invite=code) for handle in ("hana", "ken", "yuki", "taro")),
        return_exceptions=True,
    )
    assert Counter(type(outcome) for outcome in outcomes) == {int: 2, Gone: 2}
    invite = (await my_invites(people, host.viewer))[0]
    assert (invite.id, invite.uses, invite.is_open(people.clock.now_ms())) == (invite_id, 2, False)
    assert await count(people, PERSON) == 3


async def test_an_invite_ends(people: People, clock: FakeClock) -> None:
    host, other = await member(people, "host"), await member(people, "other")
    _, expiring = await create_invite(people, host.viewer, 1, 1)
    invite_id, code = await create_invite(people, host.viewer, 1, 90)
    assert await check_invite(people, code)
    assert await check_invite(people, expiring)
    clock.advance(24 * 60 * 60)
    assert not await check_invite(people, expiring)
    with pytest.raises(Exception, match="not found"):
        await end_invite(people, other.viewer, invite_id)
    assert await check_invite(people, code)
    await end_invite(people, host.viewer, invite_id)
    await end_invite(people, host.viewer, invite_id)
    assert not await check_invite(people, code)
    stored = await people.store.reads.all(sa.select(INVITE))
    assert code not in str(stored)


async def test_where_no_invite_is_needed_it_counts_but_is_no_obstacle(people: People) -> None:
    host = await member(people, "host")
    _, code = await create_invite(people, host.viewer, 1, 1, twin=(7, "the circle's own"))
    assert code == "the circle's own"
    await join(people, "hana", invite=code)
    await join(people, "ken", invite=code)
    await join(people, "yuki", invite="nonsense")
    assert [invite.uses for invite in await my_invites(people, host.viewer)] == [1]


async def test_an_invite_has_bounds(people: People) -> None:
    host = await member(people, "host")
    for uses, days in ((0, 1), (101, 1), (1, 0), (1, 91)):
        with pytest.raises(Invalid):
            await create_invite(people, host.viewer, uses, days)
    assert await my_invites(people, host.viewer) == []


async def test_an_address_signs_up_five_people_in_half_an_hour(people: People, clock: FakeClock) -> None:
    for handle in ("one", "two", "three", "four", "five"):
        await join(people, handle, address="2001:db8::1")
    with pytest.raises(TooMany) as refused:
        await join(people, "six", address="2001:db8::2")
    assert 0 < refused.value.retry_after <= 6 * 60
    await join(people, "six", address="2001:db8:0:1::1")
    clock.advance(refused.value.retry_after)
    await join(people, "seven", address="2001:db8::1")


@pytest.mark.sqlite("reads the file")
async def test_what_was_acknowledged_is_on_disk(people: People, tmp_path: Path) -> None:
    await start_session(people, await join(people, "hana"), "")
    copy = sa.create_engine(f"sqlite:///{tmp_path}/data/people.db", poolclass=sa.pool.NullPool)
    with copy.connect() as connection:
        assert connection.execute(sa.select(PERSON_FACE.c.handle)).scalars().all() == ["hana", "hana"]
    copy.dispose()


async def handles_of(people: People, person_id: int) -> dict[str, str]:
    mine = sa.select(PERSON_FACE.c.plane, PERSON_FACE.c.handle).where(PERSON_FACE.c.person_id == person_id)
    return {row.plane: row.handle for row in await people.store.reads.all(mine)}


async def test_each_plane_may_have_a_handle_of_its_own(people: People) -> None:
    hana = await join(people, "hana", circle_handle="Yuki")
    assert await handles_of(people, hana) == {"square": "hana", "circle": "yuki"}
    ken = await join(people, "ken", circle_handle="hana")
    assert await handles_of(people, ken) == {"square": "ken", "circle": "hana"}, (
        "names of the planes are apart"
    )
    both = await join(people, "mei", circle_handle="mei")
    assert await handles_of(people, both) == {"square": "mei", "circle": "mei"}
    for login in ("hana", "yuki"):
        session = await sign_in(people, login, PASSWORD, "here", "Test/1.0")
        assert session.viewer.person_id in (hana, ken)


async def test_a_taken_circle_handle_is_told_last_and_not_why(people: People) -> None:
    await join(people, "hana", circle_handle="yuki")
    before = await count(people, PERSON)
    told: set[str] = set()
    for handle, circle_handle in (("yuki", None), ("ren", "yuki"), ("ren", "YUKI")):
        with pytest.raises(Invalid) as refused:
            await join(people, handle, **({"circle_handle": circle_handle} if circle_handle else {}))
        assert refused.value.field == "circle_handle"
        told.add(str(refused.value))
    assert len(told) == 1
    for handle, circle_handle, field in (("hana", "yuki", "handle"), ("ren", "ad min", "circle_handle")):
        with pytest.raises(Invalid) as refused:
            await join(people, handle, circle_handle=circle_handle)
        assert refused.value.field == field
    with pytest.raises(Invalid) as refused:
        await sign_up(people, SignUp(handle="ren", circle_handle="yuki", password="short"), "here")
    assert refused.value.field == "password", "the rest of the form comes first"
    assert await count(people, PERSON) == before
