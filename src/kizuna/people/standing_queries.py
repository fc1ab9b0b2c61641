"""All SQL on the standing of persons, and on finding whom a moderator looks for."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from kizuna.ground.config import Plane
from kizuna.people.models import Role, Standing
from kizuna.people.tables import PERSON, PERSON_FACE, STANDING
from kizuna.store.dialect import upsert
from kizuna.store.store import Db, Row, Tx

_STANDING: Final = sa.select(STANDING.c.role, STANDING.c.silenced_at, STANDING.c.suspended_at).where(
    STANDING.c.person_id == sa.bindparam("person_id")
)
_FACES: Final = sa.select(PERSON_FACE.c.plane, PERSON_FACE.c.face_id).where(
    PERSON_FACE.c.person_id == sa.bindparam("person_id")
)
_LISTED: Final = (
    sa.select(
        PERSON_FACE.c.face_id,
        PERSON_FACE.c.person_id,
        PERSON_FACE.c.handle,
        PERSON.c.created_at,
        STANDING.c.role,
        STANDING.c.silenced_at,
        STANDING.c.suspended_at,
    )
    .select_from(
        PERSON_FACE.join(PERSON, PERSON.c.id == PERSON_FACE.c.person_id).outerjoin(
            STANDING, STANDING.c.person_id == PERSON.c.id
        )
    )
    .where(PERSON_FACE.c.plane == sa.bindparam("plane"), PERSON.c.activated_at.is_not(None))
)


async def standing(db: Db, person_id: int) -> Standing:
    """How somebody stands; an ordinary member when nothing was ever decided."""
    row = await db.first(_STANDING, {"person_id": person_id})
    return Standing() if row is None else Standing(Role(row.role), row.silenced_at, row.suspended_at)


async def set_standing(tx: Tx, person_id: int, now: Standing) -> None:
    """Write down how somebody stands."""
    row = {
        "person_id": person_id,
        "role": now.role.value,
        "silenced_at": now.silenced_at,
        "suspended_at": now.suspended_at,
        "changed_at": tx.now_ms,
    }
    columns = ["role", "silenced_at", "suspended_at", "changed_at"]
    await tx.run(upsert(STANDING, ["person_id"], columns).values(row))


async def staff_count(db: Db, role: Role) -> int:
    """How many persons have a role and can sign in."""
    return await db.scalar(
        sa.select(sa.func.count()).where(STANDING.c.role == role.value, STANDING.c.suspended_at.is_(None))
    )


async def faces(db: Db, person_id: int) -> dict[Plane, int]:
    """The faces of a person, by plane."""
    return {row.plane: row.face_id for row in await db.all(_FACES, {"person_id": person_id})}


async def listed(
    db: Db, plane: Plane, *, begins: str = "", state: str = "", below: int | None = None, limit: int = 40
) -> Sequence[Row]:
    """Faces of one plane, newest first: (face_id, person_id, handle, created_at, role, silenced_at, suspended_at).

    ``begins`` narrows to handles that begin so, ``state`` to "silenced", "suspended" or "staff".
    """
    wanted = _LISTED
    if begins:
        wanted = wanted.where(PERSON_FACE.c.handle.startswith(begins.lower(), autoescape=True))
    if below is not None:
        wanted = wanted.where(PERSON_FACE.c.face_id < below)
    states = {
        "silenced": STANDING.c.silenced_at.is_not(None),
        "suspended": STANDING.c.suspended_at.is_not(None),
        "staff": STANDING.c.role != Role.MEMBER.value,
    }
    if state in states:
        wanted = wanted.where(states[state])
    return await db.all(wanted.order_by(PERSON_FACE.c.face_id.desc()).limit(limit), {"plane": plane})


async def listed_face(db: Db, plane: Plane, face_id: int) -> Row | None:
    """One face as ``listed`` shows it."""
    return await db.first(_LISTED.where(PERSON_FACE.c.face_id == face_id), {"plane": plane})


async def handles(db: Db, person_id: int) -> dict[Plane, str]:
    """The handles of a person, by plane."""
    wanted = sa.select(PERSON_FACE.c.plane, PERSON_FACE.c.handle).where(PERSON_FACE.c.person_id == person_id)
    return {row.plane: row.handle for row in await db.all(wanted)}


async def person_of_handle(db: Db, planes: Sequence[Plane], handle: str) -> int | None:
    """Who carries a handle, looked for in these planes in order."""
    wanted = sa.select(PERSON_FACE.c.plane, PERSON_FACE.c.person_id).where(PERSON_FACE.c.handle == handle)
    by_plane = {row.plane: row.person_id for row in await db.all(wanted)}
    return next((by_plane[plane] for plane in planes if plane in by_plane), None)
