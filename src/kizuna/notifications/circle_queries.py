"""All SQL on notifications of the circle, and on how far somebody has read there: the store circle."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from kizuna.notifications.kinds import ALWAYS, CIRCLE_KINDS
from kizuna.notifications.models import CircleRow, Wanted
from kizuna.notifications.tables import CIRCLE_MARKER, CIRCLE_NOTIFICATION, CIRCLE_OFF
from kizuna.notifications.told_queries import Told
from kizuna.square.models import Marker, Page
from kizuna.store.dialect import upsert
from kizuna.store.store import Db, Row, Tx

TOLD: Final = Told(CIRCLE_NOTIFICATION, CIRCLE_OFF, "face_id", "subject_id")
_N: Final = CIRCLE_NOTIFICATION.c
_face_id: Final[sa.BindParameter[int]] = sa.bindparam("a_face_id")
_DROP_SUBJECT: Final = sa.delete(CIRCLE_NOTIFICATION).where(
    _N.subject_id == sa.bindparam("about_id"), _N.kind.not_in(sorted(ALWAYS))
)
_DROP_BETWEEN: Final = sa.delete(CIRCLE_NOTIFICATION).where(
    _N.subject_id == 0, _N.face_id == _face_id, _N.from_id == sa.bindparam("by_id")
)
_DROP_FACE: Final = (
    sa.delete(CIRCLE_NOTIFICATION).where(sa.or_(_N.face_id == _face_id, _N.from_id == _face_id)),
    sa.delete(CIRCLE_OFF).where(CIRCLE_OFF.c.face_id == _face_id),
    sa.delete(CIRCLE_MARKER).where(CIRCLE_MARKER.c.face_id == _face_id),
)
_MARK: Final = upsert(CIRCLE_MARKER, ["face_id", "timeline"], ["last_read_id", "version", "updated_at"])
_MARKERS: Final = sa.select(
    CIRCLE_MARKER.c.timeline,
    CIRCLE_MARKER.c.last_read_id,
    CIRCLE_MARKER.c.version,
    CIRCLE_MARKER.c.updated_at,
).where(CIRCLE_MARKER.c.face_id == _face_id)


def _shown(row: Row) -> CircleRow:
    return CircleRow(row.id, row.kind, row.from_id, row.about or None)


async def rows(db: Db, face_id: int, wanted: Wanted, page: Page) -> Sequence[CircleRow]:
    """A part of a face's rows, newest first. Nothing of it may be shown before the gate was asked."""
    return [_shown(row) for row in await TOLD.rows(db, face_id, wanted, page, CIRCLE_KINDS)]


async def row(db: Db, face_id: int, notification_id: int) -> CircleRow | None:
    """One of a face's rows."""
    found = await TOLD.row(db, face_id, notification_id)
    return None if found is None else _shown(found)


async def markers(db: Db, face_id: int) -> dict[str, Marker]:
    """How far a face has read, by timeline."""
    rows = await db.all(_MARKERS, {"a_face_id": face_id})
    return {row.timeline: Marker(row.last_read_id, row.version, row.updated_at) for row in rows}


async def set_marker(tx: Tx, face_id: int, timeline: str, last_read_id: int) -> Marker:
    """Keep how far a face has read a timeline."""
    known = (await markers(tx, face_id)).get(timeline)
    made = Marker(last_read_id, 1 if known is None else known.version + 1, tx.now_ms)
    row = {"last_read_id": made.last_read_id, "version": made.version, "updated_at": made.updated_at}
    await tx.run(_MARK, {"face_id": face_id, "timeline": timeline, **row})
    return made


async def drop_subject(tx: Tx, voice_id: int) -> None:
    """Take away all that is about one voice, but not that the staff has read it."""
    await tx.run(_DROP_SUBJECT, {"about_id": voice_id})


async def drop_between(tx: Tx, a_id: int, b_id: int) -> None:
    """Take away what two faces were told of their friendship."""
    for face_id, from_id in ((a_id, b_id), (b_id, a_id)):
        await tx.run(_DROP_BETWEEN, {"a_face_id": face_id, "by_id": from_id})


async def drop_face(tx: Tx, face_id: int) -> None:
    """Take away all that a face was told, and all that others were told of it."""
    for statement in _DROP_FACE:
        await tx.run(statement, {"a_face_id": face_id})
