"""Invariant 3: lists, single reads, rooms, the predicate and the preview all agree with a model written here anew."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from kizuna.circle import queries
from kizuna.circle.audience import facts, may_read, readers, readers_of
from kizuna.circle.models import Audience
from kizuna.circle.tables import FACE, FRIENDSHIP, VOICE, VOICE_PERSON
from kizuna.store.open import Stores, open_stores
from kizuna.store.store import Store, Tx
from tests.fakes import FakeClock

FACES = 5
faces = st.integers(0, FACES - 1)
pairs = st.sets(st.tuples(faces, faces).filter(lambda pair: pair[0] < pair[1]))


@dataclass(frozen=True)
class Opened:
    author: int
    audience: Audience
    people: frozenset[int]
    deleted: bool
    replies: list[tuple[int, bool]]
    """(author, deleted): anybody may once have been entitled to answer."""


@dataclass(frozen=True)
class World:
    friends: set[tuple[int, int]]
    ended: set[tuple[int, int]]
    gone: set[int]
    rooms: list[Opened]


rooms = st.builds(
    Opened,
    author=faces,
    audience=st.sampled_from(Audience),
    people=st.frozensets(faces),
    deleted=st.sampled_from([False, False, False, True]),
    replies=st.lists(st.tuples(faces, st.booleans()), max_size=3),
)
worlds = st.builds(
    World, friends=pairs, ended=pairs, gone=st.sets(faces, max_size=1), rooms=st.lists(rooms, max_size=4)
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """One store for all worlds: they stand side by side, each a crowd of strangers to the others."""
    stores = open_stores(tmp_path_factory.mktemp("gate"), FakeClock())
    yield stores
    stores.abandon()


class Built:
    """A world in the store, and what the rule says about it."""

    def __init__(self, world: World, store: Store) -> None:
        self.world = world
        self.face = [store.ids.new() for _ in range(FACES)]
        self.room = [store.ids.new() for _ in world.rooms]
        self.reply = [[store.ids.new() for _ in room.replies] for room in world.rooms]
        self.friends = world.friends - world.ended

    async def write(self, tx: Tx) -> None:
        for number, face_id in enumerate(self.face):
            row = {"id": face_id, "handle": f"f{face_id}", "display_name": "", "bio": "", "bio_html": ""}
            await tx.run(
                sa.insert(FACE).values(
                    row | {"created_at": 1, "deleted_at": 1 if number in self.world.gone else None}
                )
            )
        for one, other in self.world.friends:
            for a, b in ((one, other), (other, one)):
                await tx.run(sa.insert(FRIENDSHIP).values(a_id=self.face[a], b_id=self.face[b], since_at=1))
        for opened, room_id, reply_ids in zip(self.world.rooms, self.room, self.reply, strict=True):
            await self._voice(tx, room_id, opened.author, room_id, opened.deleted, opened.audience)
            for person in opened.people:
                await tx.run(sa.insert(VOICE_PERSON).values(voice_id=room_id, face_id=self.face[person]))
            for (author, deleted), reply_id in zip(opened.replies, reply_ids, strict=True):
                await self._voice(tx, reply_id, author, room_id, deleted)
        for one, other in self.world.friends & self.world.ended:
            for a, b in ((one, other), (other, one)):
                await tx.run(
                    sa.delete(FRIENDSHIP).where(
                        FRIENDSHIP.c.a_id == self.face[a], FRIENDSHIP.c.b_id == self.face[b]
                    )
                )

    async def _voice(
        self,
        tx: Tx,
        voice_id: int,
        author: int,
        room_id: int,
        deleted: bool,
        audience: Audience | None = None,
    ) -> None:
        row = {"id": voice_id, "author_id": self.face[author], "room_id": room_id, "text": "x", "html": "x"}
        more = {
            "parent_id": room_id if audience is None else None,
            "audience": audience,
            "created_at": 1,
            "deleted_at": 1 if deleted else None,
        }
        await tx.run(sa.insert(VOICE).values(row | more))

    def are_friends(self, one: int, other: int) -> bool:
        return (min(one, other), max(one, other)) in self.friends

    def sees(self, viewer: int, author: int, audience: Audience, people: frozenset[int]) -> bool:
        """The rule, said once more in other words."""
        if viewer in self.world.gone or author in self.world.gone:
            return False
        if viewer == author:
            return True
        if audience is Audience.ME or not self.are_friends(viewer, author):
            return False
        return audience is Audience.FRIENDS or viewer in people

    def sees_room(self, viewer: int, number: int) -> bool:
        room = self.world.rooms[number]
        return not room.deleted and self.sees(viewer, room.author, room.audience, room.people)

    def readable(self, viewer: int) -> set[int]:
        found: set[int] = set()
        for number, room in enumerate(self.world.rooms):
            if self.sees_room(viewer, number):
                found.add(self.room[number])
                for (author, deleted), reply_id in zip(room.replies, self.reply[number], strict=True):
                    if not deleted and author not in self.world.gone:
                        found.add(reply_id)
        return found


@settings(max_examples=60, deadline=None)
@given(world=worlds)
def test_every_way_to_read_agrees(opened: Stores, world: World) -> None:
    async def go() -> None:
        built = Built(world, opened.circle)
        await opened.circle.write(built.write)
        for viewer in range(FACES):
            await check_reads(opened.circle, built, viewer)
        for number, room in enumerate(world.rooms):
            if not room.deleted:
                expected = {
                    built.face[v] for v in range(FACES) if v != room.author and built.sees_room(v, number)
                }
                shown = await readers_of(opened.circle.reads, built.face[room.author], built.room[number])
                assert {face.id for face in shown} == expected
                assert not await readers_of(
                    opened.circle.reads, built.face[room.author - 1], built.room[number]
                )

    asyncio.run(go())


async def check_reads(store: Store, built: Built, viewer: int) -> None:
    db, viewer_id, expected = store.reads, built.face[viewer], built.readable(viewer)
    everything = [*built.room, *(reply for replies in built.reply for reply in replies)]
    assert {voice.id for voice in await queries.load(db, viewer_id, everything)} == expected
    for voice_id in everything:
        known = await facts(db, voice_id)
        assert known is not None
        answers = (
            may_read(viewer_id, known),
            bool(await queries.load(db, viewer_id, [voice_id])),
            await queries.room(db, viewer_id, voice_id) is not None,
            await queries.room_to_answer(db, viewer_id, voice_id) is not None,
            await queries.why(db, viewer_id, voice_id) is not None,
            await queries.who(db, viewer_id, voice_id) is not None,
        )
        assert set(answers) == {voice_id in expected}
    roots = sorted(expected & set(built.room), reverse=True)
    assert await queries.timeline_ids(db, viewer_id) == roots
    by_author = [one for face_id in built.face for one in await queries.profile_ids(db, viewer_id, face_id)]
    assert sorted(by_author, reverse=True) == roots
    for root in roots:
        room = await queries.room(db, viewer_id, root)
        assert room is not None
        assert {reply.id for reply in room.replies} == expected & set(built.reply[built.room.index(root)])
        assert room.root.replies == len(room.replies)


@settings(max_examples=60, deadline=None)
@given(world=worlds, author=faces, audience=st.sampled_from(Audience), people=st.frozensets(faces))
def test_the_preview_is_what_the_gate_will_do(
    opened: Stores, world: World, author: int, audience: Audience, people: frozenset[int]
) -> None:
    async def go() -> None:
        built = Built(world, opened.circle)
        await opened.circle.write(built.write)
        named = [built.face[person] for person in people]
        shown = await readers(opened.circle.reads, built.face[author], audience, named)
        expected = {v for v in range(FACES) if v != author and built.sees(v, author, audience, people)}
        assert {face.id for face in shown} == {built.face[viewer] for viewer in expected}

    asyncio.run(go())
