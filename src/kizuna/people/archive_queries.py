"""All SQL on archives, and on what people themselves put into one."""

from collections.abc import Sequence

import sqlalchemy as sa

from kizuna.people.tables import ARCHIVE, PERSON, PERSON_FACE
from kizuna.store.dialect import upsert
from kizuna.store.store import Db, Row, Tx


async def archive(db: Db, person_id: int) -> Row | None:
    """The archive that a person asked for last."""
    return await db.first(sa.select(ARCHIVE).where(ARCHIVE.c.person_id == person_id))


async def ask(tx: Tx, person_id: int, file: str) -> None:
    """An archive is to be made, instead of an earlier one."""
    row = {
        "id": tx.new_id(),
        "person_id": person_id,
        "file": file,
        "state": "making",
        "bytes": 0,
        "asked_at": tx.now_ms,
        "made_at": None,
        "expires_at": None,
    }
    await tx.run(upsert(ARCHIVE, ["person_id"], [name for name in row if name != "person_id"]).values(row))


async def settle(tx: Tx, person_id: int, file: str, **values: object) -> bool:
    """What became of an archive; False when another was asked for meanwhile, or the person left."""
    mine = sa.and_(ARCHIVE.c.person_id == person_id, ARCHIVE.c.file == file)
    return await tx.run(sa.update(ARCHIVE).where(mine).values(**values)) == 1


async def kept_files(db: Db, now_ms: int) -> set[str]:
    """The files that somebody may still want, or that are being made."""
    alive = sa.or_(ARCHIVE.c.expires_at.is_(None), ARCHIVE.c.expires_at > now_ms)
    return {row.file for row in await db.all(sa.select(ARCHIVE.c.file).where(alive))}


async def drop_expired(tx: Tx) -> None:
    """Forget archives that nobody may load down any more."""
    await tx.run(sa.delete(ARCHIVE).where(ARCHIVE.c.expires_at <= tx.now_ms))


async def person(db: Db, person_id: int) -> Row | None:
    """A person's row."""
    return await db.first(sa.select(PERSON).where(PERSON.c.id == person_id))


async def faces(db: Db, person_id: int) -> Sequence[Row]:
    """The faces of a person: (plane, face_id, handle)."""
    columns = (PERSON_FACE.c.plane, PERSON_FACE.c.face_id, PERSON_FACE.c.handle)
    mine = sa.select(*columns).where(PERSON_FACE.c.person_id == person_id)
    return await db.all(mine.order_by(PERSON_FACE.c.plane))
