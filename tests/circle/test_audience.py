"""Invariant 3: lists, single reads, rooms, the predicate and the preview all agree with a model written anew."""

import asyncio
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kizuna.circle import edit_queries, queries, reaction_queries
from kizuna.circle.audience import Facts, Readers, facts, may_read, readers, readers_of
from kizuna.circle.models import Audience, Rule
from kizuna.circle.rules import narrows
from kizuna.circle.tables import REACTION
from kizuna.ground.config import Config
from kizuna.store.open import Stores, open_configured
from kizuna.store.store import Store, Tx
from tests.circle.worlds import FACES, GROUPS, Built, Chosen, Grouping, Opened, World, faces, rules, worlds
from tests.databases import placed
from tests.dose import dose
from tests.fakes import FakeClock


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """One store for all worlds: they stand side by side, each a crowd of strangers to the others."""
    stores = open_configured(placed(Config(data=tmp_path_factory.mktemp("gate"))), FakeClock())
    yield stores
    stores.abandon()


ONE_AWAY = World(
    friends={(2, 4)},
    ended=set(),
    blocks=set(),
    gone=set(),
    away={4},
    groups=[Grouping(owner=4, members=frozenset(), joined=frozenset({2, 4}), shared=True)] * GROUPS,
    rooms=[
        Opened(
            author=2,
            rule=Chosen(Audience.SHARED, frozenset(), frozenset({0}), frozenset(), frozenset()),
            deleted=False,
            replies=[],
        )
    ],
)
"""Who takes part in a shared group is suspended: found by chance once, one world in some hundreds."""


@settings(max_examples=60, deadline=None)
@given(world=worlds)
@example(world=ONE_AWAY)
def test_every_way_to_read_agrees(opened: Stores, world: World) -> None:
    look_everywhere(opened, world)


@pytest.mark.proof
@settings(max_examples=dose(300, 10_000), deadline=None)
@given(world=worlds)
def test_every_way_to_read_agrees_in_many_worlds(opened: Stores, world: World) -> None:
    look_everywhere(opened, world)


def look_everywhere(opened: Stores, world: World) -> None:
    async def go() -> None:
        built = Built(world, opened.circle)
        await opened.circle.write(built.write)
        await opened.circle.write(lambda tx: react_to_all(tx, built))
        for viewer in range(FACES):
            await check_reads(opened.circle, built, viewer)
        for number, room in enumerate(world.rooms):
            if not room.deleted:
                expected = {v for v in range(FACES) if v != room.author and built.sees_room(v, number)}
                shown = await readers_of(opened.circle.reads, built.face[room.author], built.room[number])
                check_shown(built, room.author, room.rule, shown, expected)
                other = built.face[room.author - 1]
                nobody = await readers_of(opened.circle.reads, other, built.room[number])
                assert not nobody.ids

    asyncio.run(go())


async def react_to_all(tx: Tx, built: Built) -> None:
    """Everybody has once reacted to everything."""
    for voice_id in (*built.room, *(reply for replies in built.reply for reply in replies)):
        for face_id in built.face:
            row = {"voice_id": voice_id, "face_id": face_id, "kind": "hug", "reacted_at": 1}
            await tx.run(sa.insert(REACTION).values(row))


def check_shown(built: Built, author: int, rule: Chosen, shown: Readers, expected: set[int]) -> None:
    """Everybody is in it; by name who is a friend or takes part, as a number who is not."""
    assert shown.ids == {built.face[viewer] for viewer in expected}
    by_name = rule.audience is Audience.SHARED
    named = {built.face[viewer] for viewer in expected if by_name or built.are_friends(viewer, author)}
    assert {face.id for face in shown.friends} == named
    assert shown.shown.count == len(expected)


async def check_reads(store: Store, built: Built, viewer: int) -> None:
    db, viewer_id, expected = store.reads, built.face[viewer], built.readable(viewer)
    everything = [*built.room, *(reply for replies in built.reply for reply in replies)]
    loaded = await queries.load(db, viewer_id, everything)
    assert {voice.id for voice in loaded} == expected
    assert {voice.moods[0][1] for voice in loaded} <= {FACES - len(built.gone)}
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
            bool(await edit_queries.versions(db, viewer_id, voice_id)),
            bool(await reaction_queries.responders(db, viewer_id, voice_id)),
        )
        assert set(answers) == {voice_id in expected}
    roots = sorted(expected & set(built.room), reverse=True)
    near = [one for one in roots if is_near(built, viewer, built.room.index(one))]
    assert await queries.timeline_ids(db, viewer_id) == near
    by_author = [one for face_id in built.face for one in await queries.profile_ids(db, viewer_id, face_id)]
    assert sorted(by_author, reverse=True) == roots
    for root in roots:
        room = await queries.room(db, viewer_id, root)
        assert room is not None
        assert {reply.id for reply in room.replies} == expected & set(built.reply[built.room.index(root)])
        assert room.root.replies == len(room.replies)


def is_near(built: Built, viewer: int, number: int) -> bool:
    """Whether a room belongs on the viewer's timeline: his own, or a friend's."""
    author = built.world.rooms[number].author
    return viewer == author or built.are_friends(viewer, author)


@settings(max_examples=60, deadline=None)
@given(world=worlds, author=faces, rule=rules)
def test_the_preview_is_what_the_gate_will_do(
    opened: Stores, world: World, author: int, rule: Chosen
) -> None:
    async def go() -> None:
        built = Built(world, opened.circle)
        await opened.circle.write(built.write)
        shown = await readers(opened.circle.reads, built.face[author], built.rule(rule))
        expected = {v for v in range(FACES) if v != author and built.sees(v, author, rule)}
        check_shown(built, author, rule, shown, expected)

    asyncio.run(go())


crowd = st.frozensets(faces)
memberships = st.fixed_dictionaries(dict.fromkeys(range(3), crowd))
some_rules = st.builds(
    Rule,
    audience=st.sampled_from(Audience),
    people=crowd,
    groups=st.frozensets(st.integers(0, 2)),
    not_people=st.frozensets(faces, max_size=1),
    not_groups=st.frozensets(st.integers(0, 2), max_size=1),
)


@settings(max_examples=600, deadline=None)
@given(new=some_rules, old=some_rules, members=memberships, friends=crowd, further=crowd)
def test_a_narrower_rule_lets_nobody_in(
    new: Rule, old: Rule, members: dict[int, frozenset[int]], friends: frozenset[int], further: frozenset[int]
) -> None:
    """Whatever becomes of friendships and groups: what is called narrower needs nobody to be warned."""

    def reading(rule: Rule) -> set[int]:
        listed = rule.people
        if rule.audience in (Audience.GROUPS, Audience.SHARED):
            listed = frozenset(one for number in rule.groups for one in members[number])
        excepted = rule.not_people | {one for number in rule.not_groups for one in members[number]}
        known = Facts(
            author_id=-1,
            audience=rule.audience,
            listed=listed,
            excepted=excepted,
            friends=friends,
            further=further,
        )
        return {viewer for viewer in range(FACES) if may_read(viewer, known)}

    assert narrows(old, old)
    if narrows(new, old):
        assert reading(new) <= reading(old)


def test_for_oneself_alone_is_narrower_than_anything() -> None:
    old = Rule(audience=Audience.FRIENDS, not_people=frozenset({1}), not_groups=frozenset({2}))
    assert narrows(Rule(audience=Audience.ME), old)
