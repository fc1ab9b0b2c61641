"""Reading and writing voices. Whatever answers with something written takes the viewer, and the gate with it.

A list is read in two steps: ``timeline_ids`` or ``profile_ids``, then ``load``. Both ask the gate, so ids that were
kept for a while are safe to load.
"""

from collections.abc import Collection, Sequence
from typing import Any, Final

import sqlalchemy as sa

from kizuna.circle import attachment_queries, render
from kizuna.circle.audience import lives, readable_by, readers_of
from kizuna.circle.audience_queries import add_lists, drop_lists, rule_of
from kizuna.circle.edit_queries import drop_versions
from kizuna.circle.models import Audience, Room, Rule, Voice, Who, Why
from kizuna.circle.reaction_queries import moods
from kizuna.circle.tables import BLOCK, FACE, FRIENDSHIP, REACTION, VOICE
from kizuna.ground.ids import MAX_ID
from kizuna.store.store import Db, Row, Tx

_VIEWER: Final = sa.bindparam("viewer_id", type_=sa.BigInteger)
_V: Final = VOICE.alias("v")
_ROOM: Final = VOICE.alias("room")


def _rooms(by_author: sa.ColumnElement[bool], *, newest: bool) -> sa.Select[Any]:
    """One page of ids of the readable rooms of some authors."""
    return (
        sa.select(_V.c.id)
        .where(
            by_author,
            _V.c.parent_id.is_(None),
            _V.c.id < sa.bindparam("below"),
            _V.c.id > sa.bindparam("above"),
            readable_by(_VIEWER, _V),
        )
        .order_by(_V.c.id.desc() if newest else _V.c.id)
        .limit(sa.bindparam("limit"))
    )


# SQLite walks the index (author, parent, id) friend by friend and leaves each as soon as the page is full of newer
# ones. Taking a page per friend by a correlated subquery instead was ten times slower.
_NEAR: Final = sa.select(FRIENDSHIP.c.b_id).where(FRIENDSHIP.c.a_id == _VIEWER).union_all(sa.select(_VIEWER))
_TIMELINE: Final = {newest: _rooms(_V.c.author_id.in_(_NEAR), newest=newest) for newest in (True, False)}
_PROFILE: Final = {
    newest: _rooms(_V.c.author_id == sa.bindparam("face_id"), newest=newest) for newest in (True, False)
}


async def timeline_ids(
    db: Db,
    viewer_id: int,
    *,
    max_id: int | None = None,
    since_id: int | None = None,
    min_id: int | None = None,
    limit: int = 20,
) -> list[int]:
    """The viewer's own rooms and those of friends that he may read, newest first.

    Bounds exclude themselves. ``since_id`` keeps the newest page above it, ``min_id`` the one directly above it.
    """
    return await _ids(db, _TIMELINE, {"viewer_id": viewer_id}, max_id, since_id, min_id, limit)


async def profile_ids(
    db: Db,
    viewer_id: int,
    face_id: int,
    *,
    max_id: int | None = None,
    since_id: int | None = None,
    min_id: int | None = None,
    limit: int = 20,
) -> list[int]:
    """The rooms of one face that the viewer may read, newest first; bounds as in ``timeline_ids``."""
    params: dict[str, object] = {"viewer_id": viewer_id, "face_id": face_id}
    return await _ids(db, _PROFILE, params, max_id, since_id, min_id, limit)


async def _ids(
    db: Db,
    statements: dict[bool, sa.Select[Any]],
    params: dict[str, object],
    max_id: int | None,
    since_id: int | None,
    min_id: int | None,
    limit: int,
) -> list[int]:
    newest = min_id is None
    params |= {
        "below": MAX_ID if max_id is None else max_id,
        "above": max(since_id or 0, min_id or 0),
        "limit": limit,
    }
    ids = [int(row.id) for row in await db.all(statements[newest], params)]
    return ids if newest else ids[::-1]


def _reply_count() -> sa.ColumnElement[int]:
    reply, author = VOICE.alias(), FACE.alias()
    count = (
        sa.select(sa.func.count())
        .join_from(reply, author, author.c.id == reply.c.author_id)
        .where(
            reply.c.room_id == _V.c.id,
            reply.c.parent_id.is_not(None),
            reply.c.deleted_at.is_(None),
            lives(author),
        )
        .correlate(_V)
        .scalar_subquery()
    )
    return sa.case((_V.c.parent_id.is_(None), count), else_=0).label("replies")


_FOLDED: Final = (
    sa.exists().where(BLOCK.c.by_id == _VIEWER, BLOCK.c.face_id == FACE.c.id).correlate(FACE).label("folded")
)
_READABLE: Final = (
    sa.select(
        _V.c.id,
        _V.c.author_id,
        _V.c.room_id,
        _V.c.parent_id,
        _V.c.text,
        _V.c.html,
        _V.c.created_at,
        _V.c.edited_at,
        _ROOM.c.author_id.label("owner_id"),
        _ROOM.c.audience.label("room_audience"),
        FACE.c.id.label("face_id"),
        FACE.c.handle,
        FACE.c.display_name,
        _FOLDED,
        FACE.c.avatar,
        _reply_count(),
    )
    .join_from(_V, _ROOM, _ROOM.c.id == _V.c.room_id)
    .join(FACE, FACE.c.id == _V.c.author_id)
    .where(readable_by(_VIEWER, _V))
)
_LOAD: Final = _READABLE.where(_V.c.id.in_(sa.bindparam("ids", expanding=True)))
_REPLIES: Final = (
    _READABLE.where(
        _V.c.room_id == sa.bindparam("room_id"),
        _V.c.parent_id.is_not(None),
        _V.c.id > sa.bindparam("after"),
    )
    .order_by(_V.c.id)
    .limit(sa.bindparam("limit"))
)


async def load(db: Db, viewer_id: int, ids: Sequence[int]) -> list[Voice]:
    """Those of these voices that the viewer may read now, in the given order, with reactions and pictures."""
    rows = await db.all(_LOAD, {"viewer_id": viewer_id, "ids": list(ids)}) if ids else ()
    found = {voice.id: voice for voice in await _present(db, viewer_id, rows)}
    return [found[one] for one in ids if one in found]


async def _present(db: Db, viewer_id: int, rows: Sequence[Row]) -> list[Voice]:
    ids = [row.id for row in rows]
    given = await moods(db, viewer_id, ids)
    pictures = await attachment_queries.pictures(db, viewer_id, ids)
    return [render.voice(row, viewer_id, given.get(row.id, ()), pictures.get(row.id, ())) for row in rows]


async def room(db: Db, viewer_id: int, voice_id: int, *, after: int = 0, limit: int = 100) -> Room | None:
    """The whole room of a voice or reply: its root and a page of replies, or None if it is not for this viewer."""
    asked = await load(db, viewer_id, [voice_id])
    if not asked:
        return None
    root = asked[0] if asked[0].parent_id is None else (await load(db, viewer_id, [asked[0].room_id]))[0]
    params = {"viewer_id": viewer_id, "room_id": root.id, "after": after, "limit": limit + 1}
    replies = await _present(db, viewer_id, await db.all(_REPLIES, params))
    more = len(replies) > limit
    return Room(root=root, replies=replies[:limit], next_after=replies[limit - 1].id if more else None)


_OWNER: Final = FACE.alias("owner")
_NEAR_OWNER: Final = (
    sa.exists().where(FRIENDSHIP.c.a_id == _VIEWER, FRIENDSHIP.c.b_id == _OWNER.c.id).correlate(_OWNER)
)
_WHY: Final = (
    sa.select(
        _V.c.room_id,
        _ROOM.c.audience.label("room_audience"),
        _OWNER.c.id.label("face_id"),
        _OWNER.c.handle,
        _OWNER.c.display_name,
        _NEAR_OWNER.label("near"),
        _OWNER.c.avatar,
    )
    .join_from(_V, _ROOM, _ROOM.c.id == _V.c.room_id)
    .join(_OWNER, _OWNER.c.id == _ROOM.c.author_id)
    .where(_V.c.id == sa.bindparam("voice_id"), readable_by(_VIEWER, _V))
)


async def why(db: Db, viewer_id: int, voice_id: int) -> Why | None:
    """Why the viewer sees a voice, or None when he does not."""
    row = await db.first(_WHY, {"viewer_id": viewer_id, "voice_id": voice_id})
    return None if row is None else render.why(row, viewer_id)


async def who(db: Db, viewer_id: int, voice_id: int) -> Who | None:
    """Who sees a voice now: rule and names for the author of its room, the kind of audience for its other readers."""
    row = await db.first(_WHY, {"viewer_id": viewer_id, "voice_id": voice_id})
    if row is None:
        return None
    own = row.face_id == viewer_id
    return Who(
        audience=render.shown(Audience(row.room_audience), own=own),
        owner=render.face(row),
        readers=(await readers_of(db, viewer_id, row.room_id)).shown if own else None,
        rule=await rule_of(db, viewer_id, row.room_id) if own else None,
    )


# Writing. The verbs of ``actions.py`` decide; these run inside their transaction.

_ROOM_TO_ANSWER: Final = sa.select(_V.c.room_id).where(
    _V.c.id == sa.bindparam("voice_id"), readable_by(_VIEWER, _V)
)
_TO_DELETE: Final = (
    sa.select(_V.c.author_id, _V.c.room_id, _V.c.deleted_at)
    .join_from(_V, _ROOM, _ROOM.c.id == _V.c.room_id)
    .where(
        _V.c.id == sa.bindparam("voice_id"),
        sa.or_(_V.c.author_id == _VIEWER, _ROOM.c.author_id == _VIEWER),
    )
)
_TIED_AMONG: Final = (
    sa.select(FACE.c.id)
    .join(FRIENDSHIP, FRIENDSHIP.c.b_id == FACE.c.id)
    .where(FRIENDSHIP.c.a_id == _VIEWER, FACE.c.id.in_(sa.bindparam("people", expanding=True)))
)
_FRIENDS_AMONG: Final = _TIED_AMONG.where(lives(FACE))
_AWAY_AMONG: Final = _TIED_AMONG.where(FACE.c.suspended.is_(True))


async def room_to_answer(db: Db, viewer_id: int, parent_id: int) -> int | None:
    """The room in which a reply to this voice belongs, if the viewer may read it now."""
    room_id: int | None = await db.scalar(_ROOM_TO_ANSWER, {"viewer_id": viewer_id, "voice_id": parent_id})
    return room_id


async def friends_among(db: Db, viewer_id: int, people: Collection[int]) -> set[int]:
    """Those of these faces that are the viewer's friends."""
    rows = await db.all(_FRIENDS_AMONG, {"viewer_id": viewer_id, "people": list(people)})
    return {row.id for row in rows}


async def friends_away(db: Db, viewer_id: int, people: Collection[int]) -> set[int]:
    """Those of these faces that are the viewer's friends and suspended: back one day. For decisions."""
    rows = await db.all(_AWAY_AMONG, {"viewer_id": viewer_id, "people": list(people)}) if people else ()
    return {row.id for row in rows}


async def voice_to_delete(db: Db, actor_id: int, voice_id: int) -> Row | None:
    """``author_id, room_id, deleted_at`` of a voice that the actor wrote or that stands in his room."""
    return await db.first(_TO_DELETE, {"viewer_id": actor_id, "voice_id": voice_id})


async def add_voice(tx: Tx, row: dict[str, object]) -> None:
    """A new reply. Written at once, so that the deletion of its room in the same group finds it."""
    await tx.run(sa.insert(VOICE).values(row))


async def add_room(tx: Tx, row: dict[str, object], rule: Rule) -> None:
    """A new voice with the rule of its room."""
    await add_voice(tx, row)
    await add_lists(tx, int(str(row["id"])), rule)


async def empty_voice(tx: Tx, voice_id: int) -> None:
    """Delete a voice, and the room with it if it opened one: the rows stay, what was said is gone."""
    await _empty(tx, sa.select(_V.c.id).where(_V.c.id == voice_id))


async def empty_author(tx: Tx, author_id: int) -> None:
    """Delete all that a face said, and the rooms it opened."""
    await _empty(tx, sa.select(_V.c.id).where(_V.c.author_id == author_id))


async def _empty(tx: Tx, chosen: sa.Select[Any]) -> None:
    gone = sa.or_(VOICE.c.id.in_(chosen), VOICE.c.room_id.in_(chosen))
    voices = sa.select(VOICE.c.id).where(gone)
    await drop_lists(tx, voices)
    await drop_versions(tx, voices)
    await tx.run(sa.delete(REACTION).where(REACTION.c.voice_id.in_(voices)))
    await tx.run(
        sa.update(VOICE)
        .where(gone, VOICE.c.deleted_at.is_(None))
        .values(text="", html="", deleted_at=tx.now_ms)
    )
