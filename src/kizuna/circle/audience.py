"""The one gate: who may read what in the circle (ARCHITECTURE.md, invariants 3 to 5).

A room is a voice with all its replies. Its author always reads it; besides him

- *only me*: nobody,
- *people*: who is named by the author **and** a friend of his at this moment,
- *groups*: who is in one of the author's groups that it was said to **and** a friend of his at this moment,
- *friends*: who is a friend of the author at this moment,
- *friends of friends*: those, and whoever is at this moment a friend of a friend of the author,
- *shared*: who at this moment takes part, as the author does, in the shared group it was said in; both as friends of
  the group's owner, or as its owner,

and never whom the author excepted, by name or as a member of one of his groups, nor anybody between whom and the
author stands a block, whoever set it. A path to a friend of a friend does not lead past a block either.

A reply has no audience of its own: whoever may read the room may read every reply in it, and nobody else may. What is
deleted, and what a deleted or suspended face wrote, nobody reads. Nothing is remembered, so removing a friend works at
once.

The rule stands here three times: ``readable_by`` for rows, ``readers`` for the preview before anything is said (both
built on the one SQL expression ``_allows``) and ``may_read`` for facts in memory. Property tests hold them equal.
"""

from typing import Any, Final

import msgspec
import sqlalchemy as sa

from kizuna.circle.models import Audience, Face, Reading, Rule
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
from kizuna.store.store import Db

Column = sa.ColumnElement[Any]
Condition = sa.ColumnElement[bool]


def _is(audience: Column, kind: Audience) -> Condition:
    return audience == kind.value


def lives(face: sa.FromClause) -> Condition:
    """The condition that this row of FACE (or of an alias of it) is there for others: not deleted, not suspended."""
    return sa.and_(face.c.deleted_at.is_(None), face.c.suspended.is_(False))


def _lives(face_id: Column) -> Condition:
    face = FACE.alias()
    return sa.exists().where(face.c.id == face_id, lives(face)).correlate_except(face)


def between(one: Column, other: Column) -> Condition:
    """The condition that a block stands between two faces, whoever set it."""
    there, back = BLOCK.alias(), BLOCK.alias()
    return sa.or_(
        sa.exists().where(there.c.by_id == one, there.c.face_id == other).correlate_except(there),
        sa.exists().where(back.c.by_id == other, back.c.face_id == one).correlate_except(back),
    )


def _friends(one: Column, other: Column) -> Condition:
    friendship = FRIENDSHIP.alias()
    return (
        sa.exists().where(friendship.c.a_id == one, friendship.c.b_id == other).correlate_except(friendship)
    )


def _further(one: Column, other: Column) -> Condition:
    """Whether somebody living is a friend of both, with no block on the way."""
    here, there = FRIENDSHIP.alias(), FRIENDSHIP.alias()
    return (
        sa.exists()
        .where(
            here.c.a_id == one,
            there.c.a_id == here.c.b_id,
            there.c.b_id == other,
            _lives(here.c.b_id),
            sa.not_(between(one, here.c.b_id)),
            sa.not_(between(here.c.b_id, other)),
        )
        .correlate_except(here, there)
    )


def _allows(
    viewer: Column,
    author: Column,
    audience: Column,
    listed: Condition,
    together: Condition,
    excepted: Condition,
) -> Condition:
    """The rule. ``listed``: the viewer is named, or in a group, as this audience asks; ``together``: he takes part in
    the shared group."""
    near = sa.and_(
        sa.or_(audience.in_([Audience.FRIENDS.value, Audience.FOF.value]), listed), _friends(viewer, author)
    )
    far = sa.and_(_is(audience, Audience.FOF), _further(viewer, author))
    open_to = sa.and_(
        audience != Audience.ME.value,
        sa.or_(near, far, sa.and_(_is(audience, Audience.SHARED), together)),
        sa.not_(between(viewer, author)),
        sa.not_(excepted),
    )
    return sa.or_(viewer == author, open_to)


def _in_groups(face_id: Column, author: Column, chosen: sa.FromClause, room_id: Column) -> Condition:
    """Whether a face is a member of a group that ``chosen`` lists for this room. A group of another never counts."""
    group, member = FRIEND_GROUP.alias(), FRIEND_GROUP_MEMBER.alias()
    return (
        sa.exists()
        .where(
            chosen.c.voice_id == room_id,
            member.c.group_id == chosen.c.group_id,
            member.c.face_id == face_id,
            group.c.id == chosen.c.group_id,
            group.c.owner_id == author,
        )
        .correlate_except(chosen, member, group)
    )


def takes_part(face_id: Column, group: sa.FromClause) -> Condition:
    """The condition that a face takes part in this row of FRIEND_GROUP (or of an alias of it), a shared one, now."""
    participant = GROUP_PARTICIPANT.alias()
    return sa.and_(
        group.c.shared_at.is_not(None),
        group.c.deleted_at.is_(None),
        sa.or_(group.c.owner_id == face_id, _friends(face_id, group.c.owner_id)),
        sa.exists()
        .where(
            participant.c.group_id == group.c.id,
            participant.c.face_id == face_id,
            participant.c.joined_at.is_not(None),
        )
        .correlate_except(participant),
    )


def _together(face_id: Column, author: Column, room_id: Column) -> Condition:
    """Whether a face takes part, with the author, in the shared group that a room stands in."""
    chosen, group = VOICE_GROUP.alias(), FRIEND_GROUP.alias()
    return (
        sa.exists()
        .where(
            chosen.c.voice_id == room_id,
            group.c.id == chosen.c.group_id,
            takes_part(face_id, group),
            takes_part(author, group),
        )
        .correlate_except(chosen, group)
    )


def _named(face_id: Column, chosen: sa.FromClause, room_id: Column) -> Condition:
    return (
        sa.exists().where(chosen.c.voice_id == room_id, chosen.c.face_id == face_id).correlate_except(chosen)
    )


def readable_by(viewer: Column, voice: sa.FromClause) -> Condition:
    """The condition that ``viewer`` may read this row of VOICE (or of an alias of it), root or reply, now."""
    room = VOICE.alias()
    author, audience = room.c.author_id, room.c.audience
    listed = sa.or_(
        sa.and_(_is(audience, Audience.PEOPLE), _named(viewer, VOICE_PERSON.alias(), room.c.id)),
        sa.and_(_is(audience, Audience.GROUPS), _in_groups(viewer, author, VOICE_GROUP.alias(), room.c.id)),
    )
    excepted = sa.or_(
        _named(viewer, VOICE_NOT_PERSON.alias(), room.c.id),
        _in_groups(viewer, author, VOICE_NOT_GROUP.alias(), room.c.id),
    )
    room_readable = sa.exists().where(
        room.c.id == voice.c.room_id,
        room.c.deleted_at.is_(None),
        _lives(author),
        _allows(viewer, author, audience, listed, _together(viewer, author, room.c.id), excepted),
    )
    return sa.and_(
        voice.c.deleted_at.is_(None),
        _lives(voice.c.author_id),
        _lives(viewer),
        room_readable.correlate_except(room),
    )


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What ``may_read`` needs to know of a voice. Itself closed: never shown to anybody."""

    author_id: int
    """Of the room."""
    audience: Audience
    listed: frozenset[int] = frozenset()
    """Those named by the author, the members of the groups he said it to, or who takes part in the shared group."""
    excepted: frozenset[int] = frozenset()
    """Those he excepted, by name or as members of a group."""
    blocked: frozenset[int] = frozenset()
    """Those between whom and him stands a block."""
    friends: frozenset[int] = frozenset()
    """The author's friends at this moment."""
    further: frozenset[int] = frozenset()
    """Their friends; known only for the audience that asks."""
    gone: bool = False
    """The voice or its room is deleted, or the face that wrote one of them is deleted or suspended."""


def may_read(viewer_id: int, facts: Facts) -> bool:
    """The gate for facts in memory, such as one event that goes to many streams. Equal to ``readable_by``."""
    if facts.gone:
        return False
    if viewer_id == facts.author_id:
        return True
    if viewer_id in facts.blocked or viewer_id in facts.excepted:
        return False
    match facts.audience:
        case Audience.ME:
            return False
        case Audience.PEOPLE | Audience.GROUPS:
            return viewer_id in facts.friends and viewer_id in facts.listed
        case Audience.FRIENDS:
            return viewer_id in facts.friends
        case Audience.FOF:
            return viewer_id in facts.friends or viewer_id in facts.further
        case Audience.SHARED:
            return viewer_id in facts.listed


_VOICE: Final = VOICE.alias("v")
_ROOM: Final = VOICE.alias("room")
_ROOM_ID: Final = sa.bindparam("room_id", type_=sa.BigInteger)
_AUTHOR: Final = sa.bindparam("author_id", type_=sa.BigInteger)
_FACTS: Final = (
    sa.select(
        _ROOM.c.id,
        _ROOM.c.author_id,
        _ROOM.c.audience,
        sa.not_(
            sa.and_(
                _VOICE.c.deleted_at.is_(None),
                _ROOM.c.deleted_at.is_(None),
                _lives(_VOICE.c.author_id),
                _lives(_ROOM.c.author_id),
            )
        ).label("gone"),
    )
    .join_from(_VOICE, _ROOM, _ROOM.c.id == _VOICE.c.room_id)
    .where(_VOICE.c.id == sa.bindparam("voice_id"))
)


def _members(chosen: sa.Table) -> sa.Select[Any]:
    return (
        sa.select(FRIEND_GROUP_MEMBER.c.face_id)
        .join(chosen, chosen.c.group_id == FRIEND_GROUP_MEMBER.c.group_id)
        .join(FRIEND_GROUP, FRIEND_GROUP.c.id == chosen.c.group_id)
        .where(chosen.c.voice_id == _ROOM_ID, FRIEND_GROUP.c.owner_id == _AUTHOR)
    )


def _people(chosen: sa.Table) -> sa.Select[Any]:
    return sa.select(chosen.c.face_id).where(chosen.c.voice_id == _ROOM_ID)


_PARTICIPANTS: Final = (
    sa.select(GROUP_PARTICIPANT.c.face_id)
    .join(VOICE_GROUP, VOICE_GROUP.c.group_id == GROUP_PARTICIPANT.c.group_id)
    .join(FRIEND_GROUP, FRIEND_GROUP.c.id == VOICE_GROUP.c.group_id)
    .where(
        VOICE_GROUP.c.voice_id == _ROOM_ID,
        _lives(GROUP_PARTICIPANT.c.face_id),
        takes_part(GROUP_PARTICIPANT.c.face_id, FRIEND_GROUP),
        takes_part(_AUTHOR, FRIEND_GROUP),
    )
)
_LISTED: Final = {
    Audience.PEOPLE: _people(VOICE_PERSON),
    Audience.GROUPS: _members(VOICE_GROUP),
    Audience.SHARED: _PARTICIPANTS,
}
_EXCEPTED: Final = _people(VOICE_NOT_PERSON).union(_members(VOICE_NOT_GROUP))
_BLOCKED: Final = (
    sa.select(BLOCK.c.face_id.label("face_id"))
    .where(BLOCK.c.by_id == _AUTHOR)
    .union(sa.select(BLOCK.c.by_id).where(BLOCK.c.face_id == _AUTHOR))
)
_LIVE_FRIENDS: Final = (
    sa.select(FRIENDSHIP.c.b_id.label("face_id"))
    .join(FACE, FACE.c.id == FRIENDSHIP.c.b_id)
    .where(FRIENDSHIP.c.a_id == _AUTHOR, lives(FACE))
)


def _far(author: Column) -> sa.Select[Any]:
    """The friends of an author's friends, along paths without a block."""
    here, there = FRIENDSHIP.alias(), FRIENDSHIP.alias()
    return (
        sa.select(there.c.b_id.label("face_id"))
        .distinct()
        .join_from(here, there, there.c.a_id == here.c.b_id)
        .where(
            here.c.a_id == author,
            _lives(here.c.b_id),
            _lives(there.c.b_id),
            sa.not_(between(author, here.c.b_id)),
            sa.not_(between(here.c.b_id, there.c.b_id)),
        )
    )


_FAR: Final = _far(_AUTHOR)


async def facts(db: Db, voice_id: int) -> Facts | None:
    """The facts about a voice or reply, for ``may_read``; None when there is no such row."""
    row = await db.first(_FACTS, {"voice_id": voice_id})
    if row is None:
        return None
    audience, asked = Audience(row.audience), {"room_id": row.id, "author_id": row.author_id}

    async def faces(statement: sa.Executable | None) -> frozenset[int]:
        return (
            frozenset() if statement is None else frozenset(one[0] for one in await db.all(statement, asked))
        )

    return Facts(
        author_id=row.author_id,
        audience=audience,
        listed=await faces(_LISTED.get(audience)),
        excepted=await faces(_EXCEPTED),
        blocked=await faces(_BLOCKED),
        friends=await faces(_LIVE_FRIENDS),
        further=await faces(_FAR if audience is Audience.FOF else None),
        gone=bool(row.gone),
    )


class Answered(msgspec.Struct, frozen=True):
    """Whom a reply concerns: the author of what it answers, and the owner of the room."""

    parent_author_id: int
    owner_id: int


_PARENT: Final = VOICE.alias("parent")
_ANSWERED: Final = (
    sa.select(_PARENT.c.author_id.label("parent_author_id"), _ROOM.c.author_id.label("owner_id"))
    .join_from(_VOICE, _ROOM, _ROOM.c.id == _VOICE.c.room_id)
    .join(_PARENT, _PARENT.c.id == _VOICE.c.parent_id)
    .where(_VOICE.c.id == sa.bindparam("voice_id"))
)


async def answered(db: Db, voice_id: int) -> Answered | None:
    """Whom a reply concerns; each still has to pass the gate. None when there is no such reply."""
    row = await db.first(_ANSWERED, {"voice_id": voice_id})
    return None if row is None else Answered(*row)


# Candidates only narrow the search: every reader is a friend of the author, a friend of one, or takes part in the group
# (the property tests would notice another). Friends and those who take part are named, the others counted.
_FACE: Final = (FACE.c.id, FACE.c.handle, FACE.c.display_name, FACE.c.avatar)
_AUDIENCE: Final = sa.bindparam("audience", type_=sa.Text)


def _ids(name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(name, type_=sa.BigInteger, expanding=True)


def _member_of(name: str) -> Condition:
    member, group = FRIEND_GROUP_MEMBER.alias(), FRIEND_GROUP.alias()
    return (
        sa.exists()
        .where(
            member.c.group_id.in_(_ids(name)),
            member.c.face_id == FACE.c.id,
            group.c.id == member.c.group_id,
            group.c.owner_id == _AUTHOR,
        )
        .correlate_except(member, group)
    )


def _takes_part_in(name: str) -> Condition:
    group = FRIEND_GROUP.alias()
    return (
        sa.exists()
        .where(group.c.id.in_(_ids(name)), takes_part(FACE.c.id, group), takes_part(_AUTHOR, group))
        .correlate_except(group)
    )


def _near(author: Column) -> Condition:
    friend = FRIENDSHIP.alias()
    return FACE.c.id.in_(sa.select(friend.c.b_id).where(friend.c.a_id == author).correlate_except(friend))


_FORETOLD: Final = sa.and_(
    FACE.c.id != _AUTHOR,
    _lives(_AUTHOR),
    _lives(FACE.c.id),
    _allows(
        FACE.c.id,
        _AUTHOR,
        _AUDIENCE,
        sa.or_(
            sa.and_(_is(_AUDIENCE, Audience.PEOPLE), FACE.c.id.in_(_ids("people"))),
            sa.and_(_is(_AUDIENCE, Audience.GROUPS), _member_of("groups")),
        ),
        _takes_part_in("groups"),
        sa.or_(FACE.c.id.in_(_ids("not_people")), _member_of("not_groups")),
    ),
)
_NOT_NEAR: Final = sa.and_(FACE.c.id.in_(_FAR), sa.not_(_friends(FACE.c.id, _AUTHOR)))
_PREVIEW: Final = sa.select(*_FACE).where(_near(_AUTHOR), _FORETOLD).order_by(FACE.c.handle)
_ASKED: Final = FACE.c.id.in_(
    sa.select(GROUP_PARTICIPANT.c.face_id).where(GROUP_PARTICIPANT.c.group_id.in_(_ids("groups")))
)
_PREVIEW_SHARED: Final = sa.select(*_FACE).where(_ASKED, _FORETOLD).order_by(FACE.c.handle)
_PREVIEW_FURTHER: Final = sa.select(FACE.c.id).where(_NOT_NEAR, _FORETOLD)
_READS: Final = sa.and_(
    _ROOM.c.id == _ROOM_ID,
    _ROOM.c.author_id == _AUTHOR,
    FACE.c.id != _AUTHOR,
    readable_by(FACE.c.id, _ROOM),
)
_READERS: Final = (
    sa.select(*_FACE).join_from(FACE, _ROOM, sa.true()).where(_near(_AUTHOR), _READS).order_by(FACE.c.handle)
)
_READERS_SHARED: Final = (
    sa.select(*_FACE)
    .join_from(FACE, _ROOM, sa.true())
    .where(FACE.c.id.in_(_PARTICIPANTS), _is(_ROOM.c.audience, Audience.SHARED), _READS)
    .order_by(FACE.c.handle)
)
_READERS_FURTHER: Final = (
    sa.select(FACE.c.id)
    .join_from(FACE, _ROOM, sa.true())
    .where(_NOT_NEAR, _is(_ROOM.c.audience, Audience.FOF), _READS)
)


class Readers(msgspec.Struct, frozen=True):
    """Who reads besides the author. ``further`` are friends of friends: only their number may be shown."""

    friends: list[Face]
    """In a shared group: who takes part."""
    further: frozenset[int]

    @property
    def ids(self) -> frozenset[int]:
        """All of them."""
        return self.further | {face.id for face in self.friends}

    @property
    def shown(self) -> Reading:
        """What the author may be shown."""
        return Reading(self.friends, len(self.further))


async def readers(db: Db, author_id: int, rule: Rule) -> Readers:
    """Who besides the author would read a room with this rule, if he opened it now."""
    asked = {
        "author_id": author_id,
        "audience": rule.audience.value,
        "people": sorted(rule.people),
        "groups": sorted(rule.groups),
        "not_people": sorted(rule.not_people),
        "not_groups": sorted(rule.not_groups),
    }
    near = await db.all(_PREVIEW_SHARED if rule.audience is Audience.SHARED else _PREVIEW, asked)
    far = await db.all(_PREVIEW_FURTHER, asked) if rule.audience is Audience.FOF else ()
    return _readers(near, far)


async def readers_of(db: Db, author_id: int, room_id: int) -> Readers:
    """Who besides its author reads this room now. Nobody, to everybody who is not its author."""
    asked = {"author_id": author_id, "room_id": room_id}
    together = await db.all(_READERS_SHARED, asked)
    near = together or await db.all(_READERS, asked)
    return _readers(near, await db.all(_READERS_FURTHER, asked))


def _readers(near: Any, far: Any) -> Readers:
    return Readers(
        friends=[Face(row.id, row.handle, row.display_name, row.avatar) for row in near],
        further=frozenset(row.id for row in far),
    )
