"""Reading and writing earlier wordings. Whoever may read a room may read them: an edit cannot unsay before readers."""

from typing import Any, Final

import sqlalchemy as sa

from kizuna.circle import render
from kizuna.circle.audience import readable_by
from kizuna.circle.models import Version
from kizuna.circle.tables import VOICE, VOICE_VERSION
from kizuna.store.store import Db, Row, Tx

_VIEWER: Final = sa.bindparam("viewer_id", type_=sa.BigInteger)
_VOICE_ID: Final = sa.bindparam("voice_id", type_=sa.BigInteger)
_V: Final = VOICE.alias("v")
_READABLE: Final = sa.and_(_V.c.id == _VOICE_ID, readable_by(_VIEWER, _V))
_WRITTEN: Final = sa.func.coalesce(_V.c.edited_at, _V.c.created_at).label("written_at")
_NOW: Final = sa.select(_V.c.text, _V.c.html, _WRITTEN).where(_READABLE)
_EARLIER: Final = (
    sa.select(VOICE_VERSION.c.text, VOICE_VERSION.c.html, VOICE_VERSION.c.written_at)
    .join(_V, _V.c.id == VOICE_VERSION.c.voice_id)
    .where(_READABLE)
    .order_by(VOICE_VERSION.c.id.desc())
    .limit(sa.bindparam("limit"))
)
_EDITS: Final = (
    sa.select(sa.func.count())
    .where(VOICE_VERSION.c.voice_id == _V.c.id)
    .correlate(_V)
    .scalar_subquery()
    .label("edits")
)
_TO_EDIT: Final = sa.select(_V.c.room_id, _V.c.text, _V.c.html, _WRITTEN, _EDITS).where(
    _READABLE, _V.c.author_id == _VIEWER
)


async def versions(db: Db, viewer_id: int, voice_id: int, *, limit: int = 100) -> list[Version]:
    """Every wording of a voice that the viewer may read, newest first; none where he may not."""
    asked = {"viewer_id": viewer_id, "voice_id": voice_id, "limit": limit}
    return [render.version(row) for row in [*await db.all(_NOW, asked), *await db.all(_EARLIER, asked)]]


async def voice_to_edit(db: Db, viewer_id: int, voice_id: int) -> Row | None:
    """``room_id, text, html, written_at, edits`` of a voice that the viewer wrote and may read."""
    return await db.first(_TO_EDIT, {"viewer_id": viewer_id, "voice_id": voice_id})


async def reword(tx: Tx, voice_id: int, before: Row, text: str, html: str) -> None:
    """Give a voice another wording, and keep the one before."""
    kept = {
        "id": tx.new_id(),
        "voice_id": voice_id,
        "text": before.text,
        "html": before.html,
        "written_at": before.written_at,
    }
    await tx.run(sa.insert(VOICE_VERSION).values(kept))
    change = sa.update(VOICE).where(VOICE.c.id == voice_id)
    await tx.run(change.values(text=text, html=html, edited_at=tx.now_ms))


async def drop_versions(tx: Tx, chosen: sa.Select[Any]) -> None:
    """Forget the earlier wordings of these voices."""
    await tx.run(sa.delete(VOICE_VERSION).where(VOICE_VERSION.c.voice_id.in_(chosen)))
