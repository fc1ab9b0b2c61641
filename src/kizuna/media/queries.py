"""Staged uploads: each is found by the person who staged it, and by nobody else."""

from collections.abc import Collection, Sequence
from typing import Final

import sqlalchemy as sa

from kizuna.media.columns import PICTURE_FIELDS, picture_row, words_row
from kizuna.media.models import Picture, Words
from kizuna.media.tables import UPLOAD
from kizuna.store.store import Db, Tx

_FIELDS: Final = [UPLOAD.c[name] for name in PICTURE_FIELDS]
_OWN: Final = sa.and_(
    UPLOAD.c.person_id == sa.bindparam("owner"),
    UPLOAD.c.id.in_(sa.bindparam("ids", expanding=True)),
    UPLOAD.c.claim.is_(None),
    UPLOAD.c.created_at > sa.bindparam("after"),
)
_STAGED: Final = sa.select(*_FIELDS).where(_OWN)
_CLAIM: Final = sa.update(UPLOAD).where(_OWN).values(claim=sa.bindparam("new_claim"))
_CLAIMED: Final = sa.select(*_FIELDS).where(UPLOAD.c.claim == sa.bindparam("claim"))
_OLD: Final = (
    sa.select(*_FIELDS)
    .where(UPLOAD.c.created_at <= sa.bindparam("until"))
    .order_by(UPLOAD.c.created_at)
    .limit(sa.bindparam("limit"))
)
_OF_PERSON: Final = sa.select(*_FIELDS).where(UPLOAD.c.person_id == sa.bindparam("owner"))
_COUNT: Final = (
    sa.select(sa.func.count()).select_from(UPLOAD).where(UPLOAD.c.person_id == sa.bindparam("owner"))
)
_KNOWN: Final = sa.select(UPLOAD.c.key).where(UPLOAD.c.key.in_(sa.bindparam("keys", expanding=True)))


async def stage(tx: Tx, person_id: int, picture: Picture) -> None:
    """Insert an upload."""
    row = picture_row(picture) | {"person_id": person_id, "created_at": tx.now_ms, "claim": None}
    await tx.run(sa.insert(UPLOAD).values(row))


async def staged(db: Db, person_id: int, ids: Sequence[int], after: int) -> dict[int, Picture]:
    """Those of these uploads that this person staged since ``after`` and has not attached."""
    rows = await db.all(_STAGED, {"owner": person_id, "ids": list(ids), "after": after})
    return {row.id: Picture(**dict(zip(PICTURE_FIELDS, row, strict=True))) for row in rows}


async def claim(tx: Tx, person_id: int, ids: Collection[int], after: int, mark: str) -> bool:
    """Mark all of these as attached by one write; False when one of them cannot be (some may be marked then)."""
    params = {"owner": person_id, "ids": list(ids), "after": after, "new_claim": mark}
    return await tx.run(_CLAIM, params) == len(ids)


async def claimed(db: Db, mark: str) -> dict[int, Picture]:
    """What one write has marked."""
    rows = await db.all(_CLAIMED, {"claim": mark})
    return {row.id: Picture(**dict(zip(PICTURE_FIELDS, row, strict=True))) for row in rows}


async def release(tx: Tx, mark: str) -> None:
    """Let uploads be attached again."""
    await tx.run(sa.update(UPLOAD).where(UPLOAD.c.claim == mark).values(claim=None))


async def describe(tx: Tx, upload_id: int, words: Words) -> None:
    """Change what is said about an upload."""
    if row := words_row(words):
        await tx.run(sa.update(UPLOAD).where(UPLOAD.c.id == upload_id).values(row))


async def drop(tx: Tx, ids: Sequence[int]) -> None:
    """Remove uploads."""
    await tx.run(sa.delete(UPLOAD).where(UPLOAD.c.id.in_(list(ids))))


async def count(db: Db, person_id: int) -> int:
    """How many uploads a person has staged."""
    return await db.scalar(_COUNT, {"owner": person_id})


async def of_person(db: Db, person_id: int) -> list[Picture]:
    """Everything a person has staged."""
    rows = await db.all(_OF_PERSON, {"owner": person_id})
    return [Picture(**dict(zip(PICTURE_FIELDS, row, strict=True))) for row in rows]


async def old(db: Db, until: int, limit: int) -> list[Picture]:
    """Uploads staged at ``until`` or before, oldest first."""
    rows = await db.all(_OLD, {"until": until, "limit": limit})
    return [Picture(**dict(zip(PICTURE_FIELDS, row, strict=True))) for row in rows]


async def known(db: Db, keys: Collection[str]) -> set[str]:
    """Those of these keys that an upload has."""
    return {row.key for row in await db.all(_KNOWN, {"keys": list(keys)})}
