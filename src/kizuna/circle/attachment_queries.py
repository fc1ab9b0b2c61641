"""The pictures of voices. Who may see one is who may read its voice at this moment: the gate is in every read."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from kizuna.circle.audience import readable_by
from kizuna.circle.tables import ATTACHMENT, FACE, VOICE
from kizuna.media.columns import PICTURE_FIELDS, picture_row
from kizuna.media.models import SIZES, Picture
from kizuna.store.store import Db, Row, Tx

_VIEWER: Final = sa.bindparam("viewer_id", type_=sa.BigInteger)
_V: Final = VOICE.alias("v")
_FIELDS: Final = [ATTACHMENT.c[name] for name in PICTURE_FIELDS]
_READABLE: Final = (
    sa.select(*_FIELDS, ATTACHMENT.c.voice_id)
    .join_from(ATTACHMENT, _V, _V.c.id == ATTACHMENT.c.voice_id)
    .where(readable_by(_VIEWER, _V))
)
_OF_VOICES: Final = _READABLE.where(ATTACHMENT.c.voice_id.in_(sa.bindparam("ids", expanding=True))).order_by(
    ATTACHMENT.c.voice_id, ATTACHMENT.c.position
)
_ONE: Final = _READABLE.where(ATTACHMENT.c.id == sa.bindparam("picture_id"))
_MINE: Final = (
    sa.select(*_FIELDS, ATTACHMENT.c.voice_id)
    .join_from(ATTACHMENT, _V, _V.c.id == ATTACHMENT.c.voice_id)
    .where(_V.c.author_id == _VIEWER, ATTACHMENT.c.voice_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(ATTACHMENT.c.voice_id, ATTACHMENT.c.position)
)
_KNOWN: Final = sa.select(ATTACHMENT.c.key).where(ATTACHMENT.c.key.in_(sa.bindparam("keys", expanding=True)))
_PORTRAITS: Final = sa.select(FACE.c.avatar).where(FACE.c.avatar.in_(sa.bindparam("files", expanding=True)))
_PORTRAIT: Final = sa.select(FACE.c.avatar).where(FACE.c.id == sa.bindparam("face_id"))


async def pictures(db: Db, viewer_id: int, voice_ids: Sequence[int]) -> dict[int, tuple[Picture, ...]]:
    """The pictures of those of these voices that the viewer may read, in order."""
    return _by_voice(
        await db.all(_OF_VOICES, {"viewer_id": viewer_id, "ids": list(voice_ids)}) if voice_ids else ()
    )


async def picture(db: Db, viewer_id: int, picture_id: int) -> Picture | None:
    """One picture, if the viewer may read its voice now."""
    row = await db.first(_ONE, {"viewer_id": viewer_id, "picture_id": picture_id})
    return None if row is None else _picture(row)


async def own_pictures(db: Db, viewer_id: int, voice_ids: Sequence[int]) -> dict[int, tuple[Picture, ...]]:
    """The pictures of those of these voices that the viewer said, also where they cannot read any more; in order."""
    return _by_voice(await db.all(_MINE, {"viewer_id": viewer_id, "ids": list(voice_ids)}))


async def known(db: Db, keys: Collection[str]) -> set[str]:
    """Those of these keys that a voice or a face has. For the keeping of files; nothing of it is ever shown."""
    files = [f"{key}.{extension}" for key in keys for extension in ("jpg", "webp")]
    portraits = {row.avatar.partition(".")[0] for row in await db.all(_PORTRAITS, {"files": files})}
    return portraits | {row.key for row in await db.all(_KNOWN, {"keys": list(keys)})}


async def attach(tx: Tx, voice_id: int, some: Sequence[Picture]) -> None:
    """Insert the pictures of a new voice."""
    for position, each in enumerate(some):
        row = picture_row(each) | {"id": tx.new_id(), "voice_id": voice_id, "position": position}
        await tx.run(sa.insert(ATTACHMENT).values(row))


async def drop_of_voice(tx: Tx, voice_id: int) -> list[str]:
    """Remove the pictures of a voice, and of the room that it opened; answers the names of their files."""
    return await _drop(tx, sa.select(_V.c.id).where(_V.c.id == voice_id))


async def drop_of_author(tx: Tx, author_id: int) -> list[str]:
    """Remove the pictures of all that a face said, and of the rooms it opened; answers the names of their files."""
    return await _drop(tx, sa.select(_V.c.id).where(_V.c.author_id == author_id))


async def portrait(tx: Tx, face_id: int) -> str | None:
    """The name of a face's avatar, before it is replaced."""
    found: str | None = await tx.scalar(_PORTRAIT, {"face_id": face_id})
    return found


async def _drop(tx: Tx, chosen: sa.Select[Any]) -> list[str]:
    gone = sa.select(VOICE.c.id).where(sa.or_(VOICE.c.id.in_(chosen), VOICE.c.room_id.in_(chosen)))
    rows = await tx.all(sa.select(*_FIELDS).where(ATTACHMENT.c.voice_id.in_(gone)))
    if rows:
        await tx.run(sa.delete(ATTACHMENT).where(ATTACHMENT.c.voice_id.in_(gone)))
    return [_picture(row).file(size) for row in rows for size in SIZES]


def _by_voice(rows: Sequence[Row]) -> dict[int, tuple[Picture, ...]]:
    found: defaultdict[int, list[Picture]] = defaultdict(list)
    for row in rows:
        found[row.voice_id].append(_picture(row))
    return {voice_id: tuple(some) for voice_id, some in found.items()}


def _picture(row: Row) -> Picture:
    return msgspec.convert({name: getattr(row, name) for name in PICTURE_FIELDS}, Picture)
