"""All SQL on people who are not in yet."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from kizuna.people.tables import LEAVING, PERSON, PERSON_FACE
from kizuna.store.store import Db, Row, Tx

MOST_LISTED: Final = 200
_waiting: Final = sa.and_(
    PERSON.c.approved_at.is_(None),
    PERSON.c.activated_at.is_(None),
    ~sa.exists().where(LEAVING.c.person_id == PERSON.c.id),
)


async def admission(db: Db, person_id: int) -> Row | None:
    """How far somebody has come in; None for nobody, and for somebody who leaves."""
    columns = (
        PERSON.c.activated_at,
        PERSON.c.approved_at,
        PERSON.c.confirmed_at,
        PERSON.c.email,
        PERSON.c.locale,
        PERSON.c.invite_id,
    )
    leaves = sa.exists().where(LEAVING.c.person_id == PERSON.c.id)
    return await db.first(sa.select(*columns).where(PERSON.c.id == person_id, ~leaves))


async def unmade_faces(db: Db, person_id: int) -> Sequence[Row]:
    """The reserved faces of a person that no plane has made, with the name and language for them."""
    columns = (
        PERSON_FACE.c.plane,
        PERSON_FACE.c.face_id,
        PERSON_FACE.c.handle,
        PERSON.c.reserved_name,
        PERSON.c.locale,
    )
    return await db.all(
        sa.select(*columns)
        .join(PERSON, PERSON.c.id == PERSON_FACE.c.person_id)
        .where(PERSON_FACE.c.person_id == person_id, PERSON_FACE.c.made_at.is_(None))
        .order_by(PERSON_FACE.c.plane)
    )


async def applicants(db: Db) -> Sequence[Row]:
    """Who waits to be let in, the first first, with a handle; at most 200."""
    handle = (
        sa.select(PERSON_FACE.c.handle)
        .where(PERSON_FACE.c.person_id == PERSON.c.id)
        .limit(1)
        .scalar_subquery()
        .label("handle")
    )
    columns = (
        PERSON.c.id,
        PERSON.c.reserved_name,
        PERSON.c.email,
        PERSON.c.confirmed_at,
        PERSON.c.reason,
        PERSON.c.created_at,
    )
    return await db.all(sa.select(*columns, handle).where(_waiting).order_by(PERSON.c.id).limit(MOST_LISTED))


async def approve(tx: Tx, person_id: int) -> bool:
    """Let somebody in; False when they were not waiting. What they wrote for it is forgotten."""
    change = sa.update(PERSON).where(PERSON.c.id == person_id, _waiting)
    return await tx.run(change.values(approved_at=tx.now_ms, reason="")) == 1


async def unconfirmed(db: Db, before_ms: int) -> Sequence[Row]:
    """Who signed up before an instant and never confirmed an address, nor came in."""
    return await db.all(
        sa.select(PERSON.c.id, PERSON.c.invite_id).where(
            PERSON.c.activated_at.is_(None),
            PERSON.c.confirmed_at.is_(None),
            PERSON.c.created_at < before_ms,
            ~sa.exists().where(LEAVING.c.person_id == PERSON.c.id),
        )
    )
