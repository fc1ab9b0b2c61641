"""The one gate: who may read what in the circle (ARCHITECTURE.md, invariants 3 to 5).

A room is a voice with all its replies. Its author always reads it; besides him

- *only me*: nobody,
- *friends*: who is a friend of the author at this moment,
- *people*: who is named by the author **and** a friend of his at this moment.

A reply has no audience of its own: whoever may read the room may read every reply in it, and nobody else may. What is
deleted, and what a deleted face wrote, nobody reads. Nothing is remembered, so removing a friend works at once.

The rule stands here three times: ``readable_by`` for rows, ``readers`` for the preview before anything is said (both
built on the one SQL expression ``_allows``) and ``may_read`` for facts in memory. Property tests hold them equal.
"""

from collections.abc import Collection
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from kizuna.circle.models import Audience, Face
from kizuna.circle.tables import FACE, FRIENDSHIP, VOICE, VOICE_PERSON
from kizuna.store.store import Db

Column = sa.ColumnElement[Any]


def _allows(viewer: Column, author: Column, audience: Column, named: Column) -> sa.ColumnElement[bool]:
    friendship = FRIENDSHIP.alias()
    friends = sa.exists().where(friendship.c.a_id == viewer, friendship.c.b_id == author)
    return sa.or_(
        viewer == author,
        sa.and_(
            sa.or_(audience == Audience.FRIENDS.value, sa.and_(audience == Audience.PEOPLE.value, named)),
            friends.correlate_except(friendship),
        ),
    )


def _lives(face_id: Column) -> sa.ColumnElement[bool]:
    face = FACE.alias()
    return sa.exists().where(face.c.id == face_id, face.c.deleted_at.is_(None)).correlate_except(face)


def readable_by(viewer: Column, voice: sa.FromClause) -> sa.ColumnElement[bool]:
    """The condition that ``viewer`` may read this row of VOICE (or of an alias of it), root or reply, now."""
    room = VOICE.alias()
    person = VOICE_PERSON.alias()
    named = sa.exists().where(person.c.voice_id == room.c.id, person.c.face_id == viewer)
    room_readable = sa.exists().where(
        room.c.id == voice.c.room_id,
        room.c.deleted_at.is_(None),
        _lives(room.c.author_id),
        _allows(viewer, room.c.author_id, room.c.audience, named.correlate_except(person)),
    )
    return sa.and_(
        voice.c.deleted_at.is_(None),
        _lives(voice.c.author_id),
        _lives(viewer),
        room_readable.correlate_except(room),
    )


class Facts(msgspec.Struct, frozen=True):
    """What ``may_read`` needs to know of a voice. Itself closed: never shown to anybody."""

    author_id: int
    """Of the room."""
    audience: Audience
    people: frozenset[int]
    """Those named by the author."""
    friends: frozenset[int]
    """The author's friends at this moment."""
    gone: bool
    """The voice or its room is deleted, or the face that wrote one of them."""


def may_read(viewer_id: int, facts: Facts) -> bool:
    """The gate for facts in memory, such as one event that goes to many streams. Equal to ``readable_by``."""
    if facts.gone:
        return False
    if viewer_id == facts.author_id:
        return True
    if viewer_id not in facts.friends:
        return False
    match facts.audience:
        case Audience.ME:
            return False
        case Audience.FRIENDS:
            return True
        case Audience.PEOPLE:
            return viewer_id in facts.people


_VOICE: Final = VOICE.alias("v")
_ROOM: Final = VOICE.alias("room")
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
_NAMED: Final = sa.select(VOICE_PERSON.c.face_id).where(VOICE_PERSON.c.voice_id == sa.bindparam("voice_id"))
_LIVE_FRIENDS: Final = (
    sa.select(FRIENDSHIP.c.b_id)
    .join(FACE, FACE.c.id == FRIENDSHIP.c.b_id)
    .where(FRIENDSHIP.c.a_id == sa.bindparam("face_id"), FACE.c.deleted_at.is_(None))
)


async def facts(db: Db, voice_id: int) -> Facts | None:
    """The facts about a voice or reply, for ``may_read``; None when there is no such row."""
    row = await db.first(_FACTS, {"voice_id": voice_id})
    if row is None:
        return None
    named = await db.all(_NAMED, {"voice_id": row.id})
    friends = await db.all(_LIVE_FRIENDS, {"face_id": row.author_id})
    return Facts(
        author_id=row.author_id,
        audience=Audience(row.audience),
        people=frozenset(person.face_id for person in named),
        friends=frozenset(friend.b_id for friend in friends),
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


def _candidates(author: Column) -> sa.ColumnElement[bool]:
    # Only narrows the search: every reader is a friend of the author (the property tests would notice another).
    friend = FRIENDSHIP.alias()
    return FACE.c.id.in_(sa.select(friend.c.b_id).where(friend.c.a_id == author).correlate_except(friend))


_AUTHOR: Final = sa.bindparam("author_id", type_=sa.BigInteger)
_PREVIEW: Final = (
    sa.select(FACE.c.id, FACE.c.handle, FACE.c.display_name)
    .where(
        _candidates(_AUTHOR),
        FACE.c.id != _AUTHOR,
        _lives(_AUTHOR),
        _lives(FACE.c.id),
        _allows(
            FACE.c.id,
            _AUTHOR,
            sa.bindparam("audience", type_=sa.Text),
            FACE.c.id.in_(sa.bindparam("people", expanding=True)),
        ),
    )
    .order_by(FACE.c.handle)
)
_READERS: Final = (
    sa.select(FACE.c.id, FACE.c.handle, FACE.c.display_name)
    .join_from(FACE, _ROOM, sa.true())
    .where(
        _ROOM.c.id == sa.bindparam("room_id"),
        _ROOM.c.author_id == _AUTHOR,
        _candidates(_ROOM.c.author_id),
        FACE.c.id != _ROOM.c.author_id,
        readable_by(FACE.c.id, _ROOM),
    )
    .order_by(FACE.c.handle)
)


async def readers(db: Db, author_id: int, audience: Audience, people: Collection[int] = ()) -> list[Face]:
    """Who besides the author would read a room with this audience, if he opened it now; by handle."""
    rows = await db.all(
        _PREVIEW, {"author_id": author_id, "audience": audience.value, "people": sorted(set(people))}
    )
    return [Face(row.id, row.handle, row.display_name) for row in rows]


async def readers_of(db: Db, author_id: int, room_id: int) -> list[Face]:
    """Who besides its author reads this room now, by handle. Empty for everybody who is not its author."""
    rows = await db.all(_READERS, {"author_id": author_id, "room_id": room_id})
    return [Face(row.id, row.handle, row.display_name) for row in rows]
