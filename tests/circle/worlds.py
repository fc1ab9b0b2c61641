"""Random circles for the property tests, and what the rule says about them, written here anew in other words."""

from dataclasses import dataclass

import sqlalchemy as sa
from hypothesis import strategies as st

from kizuna.circle.models import Audience, Rule
from kizuna.circle.tables import (
    BLOCK,
    FACE,
    FRIEND_GROUP,
    FRIEND_GROUP_MEMBER,
    FRIENDSHIP,
    GROUP_PARTICIPANT,
    VOICE,
    VOICE_GROUP,
    VOICE_NOT_GROUP,
    VOICE_NOT_PERSON,
    VOICE_PERSON,
)
from kizuna.store.store import Store, Tx

FACES = 6
GROUPS = 4
faces = st.integers(0, FACES - 1)
pairs = st.sets(st.tuples(faces, faces).filter(lambda pair: pair[0] < pair[1]))
crowds = st.frozensets(faces, max_size=3)
numbers = st.frozensets(st.integers(0, GROUPS - 1), max_size=2)


@dataclass(frozen=True)
class Grouping:
    owner: int
    members: frozenset[int]
    """Anybody: who is no friend, or no longer, counts for nothing."""
    joined: frozenset[int]
    """Who said yes when it was shared; again anybody."""
    shared: bool


@dataclass(frozen=True)
class Chosen:
    """A rule in the numbers of a world."""

    audience: Audience
    people: frozenset[int]
    groups: frozenset[int]
    not_people: frozenset[int]
    not_groups: frozenset[int]


@dataclass(frozen=True)
class Opened:
    author: int
    rule: Chosen
    deleted: bool
    replies: list[tuple[int, bool]]
    """(author, deleted): anybody may once have been entitled to answer."""


@dataclass(frozen=True)
class World:
    friends: set[tuple[int, int]]
    ended: set[tuple[int, int]]
    blocks: set[tuple[int, int]]
    """(who blocks, whom): here also between friends, which the verbs never leave behind."""
    gone: set[int]
    away: set[int]
    """Suspended, which looks as if they were gone."""
    groups: list[Grouping]
    rooms: list[Opened]


rules = st.builds(
    Chosen,
    audience=st.sampled_from(Audience),
    people=crowds,
    groups=numbers,
    not_people=st.one_of(st.just(frozenset[int]()), crowds),
    not_groups=st.one_of(st.just(frozenset[int]()), numbers),
)
rooms = st.builds(
    Opened,
    author=faces,
    rule=rules,
    deleted=st.sampled_from([False, False, False, True]),
    replies=st.lists(st.tuples(faces, st.booleans()), max_size=3),
)
worlds = st.builds(
    World,
    friends=pairs,
    ended=pairs,
    blocks=st.sets(st.tuples(faces, faces).filter(lambda pair: pair[0] != pair[1]), max_size=3),
    gone=st.sets(faces, max_size=1),
    away=st.sets(faces, max_size=1),
    groups=st.lists(
        st.builds(
            Grouping,
            owner=faces,
            members=st.frozensets(faces),
            joined=st.frozensets(faces, min_size=3),
            shared=st.sampled_from([True, True, False]),
        ),
        min_size=GROUPS,
        max_size=GROUPS,
    ),
    rooms=st.lists(rooms, max_size=4),
)


class Built:
    """A world in the store, and what the rule says about it."""

    def __init__(self, world: World, store: Store) -> None:
        self.world = world
        self.face = [store.ids.new() for _ in range(FACES)]
        self.group = [store.ids.new() for _ in world.groups]
        self.room = [store.ids.new() for _ in world.rooms]
        self.reply = [[store.ids.new() for _ in room.replies] for room in world.rooms]
        self.friends = world.friends - world.ended
        self.gone = world.gone | world.away

    def rule(self, chosen: Chosen) -> Rule:
        """The rule by ids."""
        return Rule(
            audience=chosen.audience,
            people=frozenset(self.face[one] for one in chosen.people),
            groups=frozenset(self.group[one] for one in chosen.groups),
            not_people=frozenset(self.face[one] for one in chosen.not_people),
            not_groups=frozenset(self.group[one] for one in chosen.not_groups),
        )

    async def write(self, tx: Tx) -> None:
        """Put everything into the store, and end what has ended."""
        for number, face_id in enumerate(self.face):
            row = {"id": face_id, "handle": f"f{face_id}", "display_name": "", "bio": "", "bio_html": ""}
            gone = 1 if number in self.world.gone else None
            state = {"created_at": 1, "deleted_at": gone, "suspended": number in self.world.away}
            await tx.run(sa.insert(FACE).values(row | state))
        for one, other in self.friends:
            for a, b in ((one, other), (other, one)):
                await tx.run(sa.insert(FRIENDSHIP).values(a_id=self.face[a], b_id=self.face[b], since_at=1))
        for by, other in self.world.blocks:
            row = {"by_id": self.face[by], "face_id": self.face[other], "blocked_at": 1}
            await tx.run(sa.insert(BLOCK).values(row))
        for group, group_id in zip(self.world.groups, self.group, strict=True):
            shared_at = 1 if group.shared else None
            row = {"id": group_id, "owner_id": self.face[group.owner], "name": "", "created_at": 1}
            await tx.run(sa.insert(FRIEND_GROUP).values(row | {"shared_at": shared_at}))
            for number in range(FACES):
                joined_at = 1 if number in group.joined else None
                row = {"group_id": group_id, "face_id": self.face[number], "asked_at": 1}
                await tx.run(sa.insert(GROUP_PARTICIPANT).values(row | {"joined_at": joined_at}))
            for member in group.members:
                row = {"group_id": group_id, "face_id": self.face[member], "added_at": 1}
                await tx.run(sa.insert(FRIEND_GROUP_MEMBER).values(row))
        for opened, room_id, reply_ids in zip(self.world.rooms, self.room, self.reply, strict=True):
            await self._voice(tx, room_id, opened.author, room_id, opened.deleted, opened.rule)
            for (author, deleted), reply_id in zip(opened.replies, reply_ids, strict=True):
                await self._voice(tx, reply_id, author, room_id, deleted)

    async def _voice(
        self,
        tx: Tx,
        voice_id: int,
        author: int,
        room_id: int,
        deleted: bool,
        rule: Chosen | None = None,
    ) -> None:
        row = {"id": voice_id, "author_id": self.face[author], "room_id": room_id, "text": "x", "html": "x"}
        more = {
            "parent_id": None if rule else room_id,
            "audience": rule.audience if rule else None,
            "created_at": 1,
            "deleted_at": 1 if deleted else None,
        }
        await tx.run(sa.insert(VOICE).values(row | more))
        lists = self.rule(rule) if rule else Rule(audience=Audience.ME)
        for table, column, ids in (
            (VOICE_PERSON, "face_id", lists.people),
            (VOICE_GROUP, "group_id", lists.groups),
            (VOICE_NOT_PERSON, "face_id", lists.not_people),
            (VOICE_NOT_GROUP, "group_id", lists.not_groups),
        ):
            for one in ids:
                await tx.run(sa.insert(table).values({"voice_id": voice_id, column: one}))

    def are_friends(self, one: int, other: int) -> bool:
        return (min(one, other), max(one, other)) in self.friends

    def are_apart(self, one: int, other: int) -> bool:
        return (one, other) in self.world.blocks or (other, one) in self.world.blocks

    def are_further(self, one: int, other: int) -> bool:
        return any(
            self.are_friends(one, between) and self.are_friends(between, other)
            for between in range(FACES)
            if between not in self.gone
            and not self.are_apart(one, between)
            and not self.are_apart(between, other)
        )

    def members(self, author: int, groups: frozenset[int]) -> set[int]:
        chosen = [self.world.groups[number] for number in groups]
        return {member for group in chosen if group.owner == author for member in group.members}

    def take_part(self, number: int, *who: int) -> bool:
        group = self.world.groups[number]
        return group.shared and all(
            one in group.joined and (one == group.owner or self.are_friends(one, group.owner)) for one in who
        )

    def sees(self, viewer: int, author: int, rule: Chosen) -> bool:
        """The rule, said once more in other words."""
        if viewer in self.gone or author in self.gone:
            return False
        if viewer == author:
            return True
        kept_out = rule.not_people | self.members(author, rule.not_groups)
        if viewer in kept_out or self.are_apart(viewer, author):
            return False
        friend = self.are_friends(viewer, author)
        return {
            Audience.ME: False,
            Audience.PEOPLE: friend and viewer in rule.people,
            Audience.GROUPS: friend and viewer in self.members(author, rule.groups),
            Audience.FRIENDS: friend,
            Audience.FOF: friend or self.are_further(viewer, author),
            Audience.SHARED: any(self.take_part(number, viewer, author) for number in rule.groups),
        }[rule.audience]

    def sees_room(self, viewer: int, number: int) -> bool:
        room = self.world.rooms[number]
        return not room.deleted and self.sees(viewer, room.author, room.rule)

    def readable(self, viewer: int) -> set[int]:
        """Every id that the viewer may read."""
        found: set[int] = set()
        for number, room in enumerate(self.world.rooms):
            if self.sees_room(viewer, number):
                found.add(self.room[number])
                for (author, deleted), reply_id in zip(room.replies, self.reply[number], strict=True):
                    if not deleted and author not in self.gone:
                        found.add(reply_id)
        return found
