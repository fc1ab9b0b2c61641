"""All SQL on notifications of the circle: the store circle."""

from typing import Final

import sqlalchemy as sa

from kizuna.notifications.kinds import CircleKind
from kizuna.notifications.tables import CIRCLE_NOTIFICATION, CIRCLE_OFF, CIRCLE_SEEN
from kizuna.store.dialect import insert_ignore
from kizuna.store.store import Db, Tx

_N: Final = CIRCLE_NOTIFICATION.c
_face_id: Final[sa.BindParameter[int]] = sa.bindparam("face_id")
_ADD: Final = insert_ignore(CIRCLE_NOTIFICATION)
_IS_OFF: Final = sa.select(CIRCLE_OFF.c.kind).where(
    CIRCLE_OFF.c.face_id == _face_id, CIRCLE_OFF.c.kind == sa.bindparam("kind")
)
_DROP_SUBJECT: Final = sa.delete(CIRCLE_NOTIFICATION).where(_N.subject_id == sa.bindparam("subject_id"))
_DROP_BETWEEN: Final = sa.delete(CIRCLE_NOTIFICATION).where(
    _N.subject_id == 0, _N.face_id == _face_id, _N.from_id == sa.bindparam("from_id")
)
_DROP_FACE: Final = (
    sa.delete(CIRCLE_NOTIFICATION).where(sa.or_(_N.face_id == _face_id, _N.from_id == _face_id)),
    sa.delete(CIRCLE_OFF).where(CIRCLE_OFF.c.face_id == _face_id),
    sa.delete(CIRCLE_SEEN).where(CIRCLE_SEEN.c.face_id == _face_id),
)


async def is_off(db: Db, face_id: int, kind: str) -> bool:
    """Whether a face does not want to be told of a kind."""
    return await db.first(_IS_OFF, {"face_id": face_id, "kind": kind}) is not None


async def add(tx: Tx, face_id: int, kind: CircleKind, from_id: int, subject_id: int) -> int | None:
    """A new notification; answers its id, or None when it stands already. ``subject_id`` is a voice, or 0."""
    made = tx.new_id()
    row = {"id": made, "face_id": face_id, "kind": kind, "from_id": from_id, "subject_id": subject_id}
    return made if await tx.run(_ADD, row) else None


async def drop_subject(tx: Tx, voice_id: int) -> None:
    """Take away all that is about one voice."""
    await tx.run(_DROP_SUBJECT, {"subject_id": voice_id})


async def drop_between(tx: Tx, a_id: int, b_id: int) -> None:
    """Take away what two faces were told of their friendship."""
    for face_id, from_id in ((a_id, b_id), (b_id, a_id)):
        await tx.run(_DROP_BETWEEN, {"face_id": face_id, "from_id": from_id})


async def drop_face(tx: Tx, face_id: int) -> None:
    """Take away all that a face was told, and all that others were told of it."""
    for statement in _DROP_FACE:
        await tx.run(statement, {"face_id": face_id})
