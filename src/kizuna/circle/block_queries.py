"""Reading and writing blocks. Each is asked for by who set it: nobody else is ever shown one."""

from typing import Final

import sqlalchemy as sa

from kizuna.circle import render
from kizuna.circle.audience import between, lives, readable_by
from kizuna.circle.models import Face
from kizuna.circle.tables import BLOCK, FACE, VOICE
from kizuna.store.dialect import insert_ignore
from kizuna.store.store import Db, Tx

_VIEWER: Final = sa.bindparam("viewer_id", type_=sa.BigInteger)
_OTHER: Final = sa.bindparam("face_id", type_=sa.BigInteger)
_BLOCKS: Final = (
    sa.select(FACE.c.id.label("face_id"), FACE.c.handle, FACE.c.display_name, FACE.c.avatar)
    .join_from(BLOCK, FACE, FACE.c.id == BLOCK.c.face_id)
    .where(BLOCK.c.by_id == _VIEWER, lives(FACE), FACE.c.handle > sa.bindparam("after"))
    .order_by(FACE.c.handle)
    .limit(sa.bindparam("limit"))
)
_STANDS: Final = sa.select(sa.case((between(_VIEWER, _OTHER), 1), else_=0))
_V: Final = VOICE.alias("v")
_WROTE: Final = sa.select(_V.c.id).where(
    _V.c.id == sa.bindparam("voice_id"), _V.c.author_id == _OTHER, readable_by(_VIEWER, _V)
)


async def blocks(db: Db, viewer_id: int, *, after: str = "", limit: int = 1000) -> list[Face]:
    """Whom the viewer has blocked, by handle; ``after`` is the last handle of the page before."""
    rows = await db.all(_BLOCKS, {"viewer_id": viewer_id, "after": after, "limit": limit})
    return [render.face(row) for row in rows]


async def blocked_between(db: Db, viewer_id: int, face_id: int) -> bool:
    """Whether a block stands between two faces, whoever set it. For decisions: neither may be told by the answer."""
    return bool(await db.scalar(_STANDS, {"viewer_id": viewer_id, "face_id": face_id}))


async def wrote(db: Db, viewer_id: int, voice_id: int, face_id: int) -> bool:
    """Whether a face wrote a voice that the viewer may read."""
    asked = {"viewer_id": viewer_id, "voice_id": voice_id, "face_id": face_id}
    return await db.first(_WROTE, asked) is not None


async def add_block(tx: Tx, by_id: int, face_id: int) -> bool:
    """Set a block; answers whether there was none."""
    row = {"by_id": by_id, "face_id": face_id, "blocked_at": tx.now_ms}
    return await tx.run(insert_ignore(BLOCK).values(row)) > 0


async def drop_block(tx: Tx, by_id: int, face_id: int) -> bool:
    """End a block; answers whether there was one."""
    return await tx.run(sa.delete(BLOCK).where(BLOCK.c.by_id == by_id, BLOCK.c.face_id == face_id)) > 0
