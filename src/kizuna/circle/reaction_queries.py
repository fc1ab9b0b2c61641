"""Reading and writing reactions. Whoever may read a room sees all reactions in it, as he reads all replies."""

from collections import defaultdict
from collections.abc import Collection
from typing import Final

import sqlalchemy as sa

from kizuna.circle.audience import lives, readable_by
from kizuna.circle.models import Face, Mood, Responder
from kizuna.circle.tables import BLOCK, FACE, REACTION, VOICE
from kizuna.store.dialect import upsert
from kizuna.store.store import Db, Row, Tx

_VIEWER: Final = sa.bindparam("viewer_id", type_=sa.BigInteger)
_VOICE_ID: Final = sa.bindparam("voice_id", type_=sa.BigInteger)
_V: Final = VOICE.alias("v")
_R: Final = REACTION.c
_MOODS: Final = (
    sa.select(
        _R.voice_id,
        _R.kind,
        sa.func.count().label("given"),
        sa.func.max(sa.case((_R.face_id == _VIEWER, 1), else_=0)).label("mine"),
    )
    .join_from(REACTION, FACE, FACE.c.id == _R.face_id)
    .where(_R.voice_id.in_(sa.bindparam("ids", expanding=True)), lives(FACE))
    .group_by(_R.voice_id, _R.kind)
)
_FOLDED: Final = sa.exists().where(BLOCK.c.by_id == _VIEWER, BLOCK.c.face_id == FACE.c.id).correlate(FACE)
_RESPONDERS: Final = (
    sa.select(
        FACE.c.id,
        FACE.c.handle,
        FACE.c.display_name,
        FACE.c.avatar,
        _R.kind,
        _FOLDED.label("folded"),
    )
    .join_from(REACTION, FACE, FACE.c.id == _R.face_id)
    .join(_V, _V.c.id == _R.voice_id)
    .where(_R.voice_id == _VOICE_ID, lives(FACE), readable_by(_VIEWER, _V))
    .order_by(_R.reacted_at, FACE.c.id)
    .limit(sa.bindparam("limit"))
)
_OWN: Final = (
    sa.select(_R.voice_id, _R.kind, VOICE.c.room_id)
    .join_from(REACTION, VOICE, VOICE.c.id == _R.voice_id)
    .where(_R.voice_id == _VOICE_ID, _R.face_id == _VIEWER)
)
_OTHERS: Final = (
    sa.select(_R.face_id)
    .join(VOICE, VOICE.c.id == _R.voice_id)
    .where(VOICE.c.room_id == sa.bindparam("room_id"), VOICE.c.deleted_at.is_(None), _R.face_id != _VIEWER)
    .limit(1)
)


async def moods(db: Db, viewer_id: int, ids: Collection[int]) -> dict[int, list[Row]]:
    """``kind, given, mine`` by voice, of voices that the gate has let this viewer load."""
    found: defaultdict[int, list[Row]] = defaultdict(list)
    if ids:
        for row in await db.all(_MOODS, {"viewer_id": viewer_id, "ids": list(ids)}):
            found[row.voice_id].append(row)
    return found


async def responders(db: Db, viewer_id: int, voice_id: int, *, limit: int = 500) -> list[Responder]:
    """Who reacted to a voice that the viewer may read, in order; nobody where he may not."""
    rows = await db.all(_RESPONDERS, {"viewer_id": viewer_id, "voice_id": voice_id, "limit": limit})
    return [
        Responder(Face(row.id, row.handle, row.display_name, row.avatar), Mood(row.kind), bool(row.folded))
        for row in rows
    ]


async def own_reaction(db: Db, viewer_id: int, voice_id: int) -> Row | None:
    """``kind, room_id`` of the viewer's own reaction, also where he cannot read any more."""
    return await db.first(_OWN, {"viewer_id": viewer_id, "voice_id": voice_id})


async def others_reacted(db: Db, viewer_id: int, room_id: int) -> bool:
    """Whether anybody but the viewer reacted to anything in this room. For the verbs of its author."""
    return await db.first(_OTHERS, {"viewer_id": viewer_id, "room_id": room_id}) is not None


async def set_reaction(tx: Tx, voice_id: int, face_id: int, mood: Mood) -> None:
    """React, or react otherwise."""
    row = {"voice_id": voice_id, "face_id": face_id, "kind": mood.value, "reacted_at": tx.now_ms}
    change = upsert(REACTION, ["voice_id", "face_id"], ["kind", "reacted_at"])
    await tx.run(change.values(row))


async def drop_reaction(tx: Tx, voice_id: int, face_id: int) -> None:
    """Take a reaction back."""
    await tx.run(sa.delete(REACTION).where(_R.voice_id == voice_id, _R.face_id == face_id))


async def drop_reactions_of(tx: Tx, face_id: int) -> None:
    """Forget every reaction of a face."""
    await tx.run(sa.delete(REACTION).where(_R.face_id == face_id))
