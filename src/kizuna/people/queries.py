"""All SQL on persons, faces, credentials, sessions and invites. The OAuth tables are in oauth_queries.py."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import sqlalchemy as sa

from kizuna.ground.config import Plane
from kizuna.people.events import ReservedFace
from kizuna.people.handles import could_be_handle, skeleton
from kizuna.people.models import Viewer
from kizuna.people.scopes import EVERYTHING
from kizuna.people.tables import CREDENTIAL, INVITE, KEPT_HANDLE, PERSON, PERSON_FACE, SESSION, STANDING
from kizuna.store.dialect import insert_ignore, upsert
from kizuna.store.store import Db, Row, Tx

MOST_LISTED: Final = 100
_square: Final = PERSON_FACE.alias("square_face")
_circle: Final = PERSON_FACE.alias("circle_face")
_both_faces: Final = PERSON.outerjoin(
    _square, sa.and_(_square.c.person_id == PERSON.c.id, _square.c.plane == "square")
).outerjoin(_circle, sa.and_(_circle.c.person_id == PERSON.c.id, _circle.c.plane == "circle"))
_viewer_columns: Final = (
    PERSON.c.id.label("person_id"),
    PERSON.c.locale,
    _square.c.face_id.label("square_id"),
    _circle.c.face_id.label("circle_id"),
)

_VIEWER: Final = sa.select(*_viewer_columns, PERSON.c.activated_at).select_from(_both_faces)
_VIEWER_OF_PERSON: Final = _VIEWER.where(PERSON.c.id == sa.bindparam("person_id"))
_VIEWER_OF_SESSION: Final = (
    sa.select(*_viewer_columns, SESSION.c.id.label("session_id"), SESSION.c.seen_at)
    .select_from(_both_faces.join(SESSION, SESSION.c.person_id == PERSON.c.id))
    .where(SESSION.c.token_hash == sa.bindparam("digest"))
)


async def viewer_of_person(db: Db, person_id: int) -> Viewer | None:
    """A person with everything that is theirs; None while the sign-up is not finished."""
    row = await db.first(_VIEWER_OF_PERSON, {"person_id": person_id})
    if row is None or row.activated_at is None:
        return None
    return Viewer(
        person_id=row.person_id,
        square_id=row.square_id,
        circle_id=row.circle_id,
        locale=row.locale,
        scopes=EVERYTHING,
    )


async def viewer_of_session(db: Db, digest: bytes) -> tuple[Viewer, int] | None:
    """Who is behind a session, and when it was last seen."""
    row = await db.first(_VIEWER_OF_SESSION, {"digest": digest})
    if row is None:
        return None
    viewer = Viewer(
        person_id=row.person_id,
        square_id=row.square_id,
        circle_id=row.circle_id,
        locale=row.locale,
        session_id=row.session_id,
        scopes=EVERYTHING,
    )
    return viewer, row.seen_at


# Persons and faces


async def faces_of(db: Db, person_id: int) -> dict[str, int]:
    """The faces of a person by plane, made or reserved."""
    rows = await db.all(
        sa.select(PERSON_FACE.c.plane, PERSON_FACE.c.face_id).where(PERSON_FACE.c.person_id == person_id)
    )
    return {row.plane: row.face_id for row in rows}


async def taken_like(db: Db, planes: Sequence[Plane], handle: str, now_ms: int) -> str | None:
    """The handle that stands in the way of a new one: itself, or one that reads like it; None when it is free.

    One that was given up not long ago is not free.
    """
    rows = await db.all(
        sa.select(PERSON_FACE.c.handle).where(
            PERSON_FACE.c.plane.in_(planes), PERSON_FACE.c.skeleton == skeleton(handle)
        )
    )
    found = [str(row.handle) for row in rows]
    kept = sa.select(KEPT_HANDLE.c.skeleton).where(
        KEPT_HANDLE.c.plane.in_(planes),
        KEPT_HANDLE.c.skeleton == skeleton(handle),
        KEPT_HANDLE.c.until_at > now_ms,
    )
    if handle in found or await db.scalar(kept.limit(1)) is not None:
        return handle
    return next(iter(found), None)


async def add_person(tx: Tx, row: Mapping[str, object]) -> None:
    """A person, not yet activated."""
    await tx.run(sa.insert(PERSON).values(created_at=tx.now_ms, **row))


async def add_face(tx: Tx, person_id: int, face: ReservedFace) -> bool:
    """Reserve a handle in one plane; False when it or a look-alike is taken."""
    values = {
        "face_id": face.face_id,
        "person_id": person_id,
        "plane": face.plane,
        "handle": face.handle,
        "skeleton": skeleton(face.handle),
    }
    return await tx.run(insert_ignore(PERSON_FACE).values(values)) == 1


async def locale_of_face(db: Db, plane: Plane, face_id: int) -> str | None:
    """The language in which the person behind a face reads the pages; None when there is no such person."""
    statement = (
        sa.select(PERSON.c.locale)
        .join_from(PERSON_FACE, PERSON, PERSON.c.id == PERSON_FACE.c.person_id)
        .where(PERSON_FACE.c.face_id == face_id, PERSON_FACE.c.plane == plane)
    )
    row = await db.first(statement)
    return None if row is None else row.locale


async def person_of_face(db: Db, plane: Plane, face_id: int) -> int | None:
    """Whose face it is."""
    return await db.scalar(
        sa.select(PERSON_FACE.c.person_id).where(
            PERSON_FACE.c.face_id == face_id, PERSON_FACE.c.plane == plane
        )
    )


async def face_made(tx: Tx, face_id: int) -> None:
    """A plane has made the face."""
    await tx.run(
        sa.update(PERSON_FACE)
        .where(PERSON_FACE.c.face_id == face_id, PERSON_FACE.c.made_at.is_(None))
        .values(made_at=tx.now_ms)
    )


async def activate_if_complete(tx: Tx, person_id: int) -> bool:
    """Activate a person whose faces are all made; whether that happened now."""
    missing = sa.exists().where(PERSON_FACE.c.person_id == person_id, PERSON_FACE.c.made_at.is_(None))
    statement = (
        sa.update(PERSON)
        .where(PERSON.c.id == person_id, PERSON.c.activated_at.is_(None), ~missing)
        .values(activated_at=tx.now_ms, reserved_name="")
    )
    return await tx.run(statement) == 1


async def unfinished(db: Db, *, confirmed: bool) -> Sequence[Row]:
    """The faces, one row each, of all persons who were let in and are not activated.

    With ``confirmed`` only of those who have confirmed their address.
    """
    ready = PERSON.c.confirmed_at.is_not(None) if confirmed else sa.true()
    return await db.all(
        sa.select(
            PERSON.c.id,
            PERSON.c.reserved_name,
            PERSON.c.locale,
            PERSON.c.invite_id,
            PERSON_FACE.c.plane,
            PERSON_FACE.c.face_id,
            PERSON_FACE.c.handle,
            PERSON_FACE.c.made_at,
        )
        .join(PERSON_FACE, PERSON_FACE.c.person_id == PERSON.c.id)
        .where(PERSON.c.activated_at.is_(None), PERSON.c.approved_at.is_not(None), ready)
        .order_by(PERSON.c.id, PERSON_FACE.c.plane)
    )


async def drop_faces(tx: Tx, face_ids: Iterable[int]) -> None:
    """Give back handles that no plane will ever make."""
    await tx.run(sa.delete(PERSON_FACE).where(PERSON_FACE.c.face_id.in_(list(face_ids))))


async def drop_person(tx: Tx, person_id: int) -> None:
    """Remove a person who has no face left and never came in."""
    await tx.run(sa.delete(CREDENTIAL).where(CREDENTIAL.c.person_id == person_id))
    await tx.run(sa.delete(PERSON).where(PERSON.c.id == person_id, PERSON.c.activated_at.is_(None)))


async def a_handle(db: Db, person_id: int) -> str:
    """A handle of a person, the square's where there is one; empty for nobody."""
    faces = sa.select(PERSON_FACE.c.handle).where(PERSON_FACE.c.person_id == person_id)
    return await db.scalar(faces.order_by(PERSON_FACE.c.plane.desc()).limit(1)) or ""


async def set_locale(tx: Tx, person_id: int, locale: str) -> None:
    """The language of a person."""
    await tx.run(sa.update(PERSON).where(PERSON.c.id == person_id).values(locale=locale))


# Credentials


async def credentials_of_handle(db: Db, planes: Sequence[Plane], handle: str) -> Sequence[Row]:
    """Person ids and hashes of those who carry a handle, at most one for each plane, in the order of ``planes``."""
    if not could_be_handle(handle):
        return []
    rows = await db.all(
        sa.select(CREDENTIAL.c.person_id, CREDENTIAL.c.argon2, PERSON_FACE.c.plane)
        .join(PERSON_FACE, PERSON_FACE.c.person_id == CREDENTIAL.c.person_id)
        .where(PERSON_FACE.c.plane.in_(planes), PERSON_FACE.c.handle == handle)
    )
    by_plane = {row.plane: row for row in rows}
    ordered = {by_plane[plane].person_id: by_plane[plane] for plane in planes if plane in by_plane}
    return list(ordered.values())


async def handle_of_email(db: Db, email: str) -> str | None:
    """A handle of the only person with this address; None when there are none or several."""
    if not email.isprintable():
        return None
    rows = await db.all(sa.select(PERSON.c.id).where(sa.func.lower(PERSON.c.email) == email.lower()).limit(2))
    if len(rows) != 1:
        return None
    return await db.scalar(sa.select(PERSON_FACE.c.handle).where(PERSON_FACE.c.person_id == rows[0].id))


async def credential_of_person(db: Db, person_id: int) -> str | None:
    """The stored hash of a person's password."""
    return await db.scalar(sa.select(CREDENTIAL.c.argon2).where(CREDENTIAL.c.person_id == person_id))


async def set_credential(tx: Tx, person_id: int, argon2: str) -> None:
    """Store the hash of a person's password."""
    row = {"person_id": person_id, "argon2": argon2, "changed_at": tx.now_ms}
    await tx.run(upsert(CREDENTIAL, ["person_id"], ["argon2", "changed_at"]).values(row))


async def rehash_credential(tx: Tx, person_id: int, old: str, new: str) -> None:
    """Store the same password's newer hash, unless the password was changed meanwhile."""
    await tx.run(
        sa.update(CREDENTIAL)
        .where(CREDENTIAL.c.person_id == person_id, CREDENTIAL.c.argon2 == old)
        .values(argon2=new)
    )


# Sessions


async def add_session(tx: Tx, person_id: int, digest: bytes, user_agent: str, seen_at: int) -> int:
    """A new session; answers its id."""
    session_id = tx.new_id()
    await tx.run(
        sa.insert(SESSION).values(
            id=session_id,
            token_hash=digest,
            person_id=person_id,
            user_agent=user_agent,
            created_at=tx.now_ms,
            seen_at=seen_at,
            proved_at=tx.now_ms,
        )
    )
    return session_id


async def sessions_of(db: Db, person_id: int) -> Sequence[Row]:
    """The sessions of a person, the one used last first."""
    return await db.all(
        sa.select(SESSION.c.id, SESSION.c.user_agent, SESSION.c.created_at, SESSION.c.seen_at)
        .where(SESSION.c.person_id == person_id)
        .order_by(SESSION.c.seen_at.desc(), SESSION.c.id.desc())
        .limit(MOST_LISTED)
    )


async def drop_sessions(
    tx: Tx, person_id: int, *, only: int | None = None, but: int | None = None, seen_before: int | None = None
) -> list[bytes]:
    """End a person's sessions: all, ``only`` one of them, all ``but`` one, those last ``seen_before`` an instant.

    Answers the hashes of their tokens.
    """
    chosen = SESSION.c.person_id == person_id
    if only is not None:
        chosen &= SESSION.c.id == only
    if but is not None:
        chosen &= SESSION.c.id != but
    if seen_before is not None:
        chosen &= SESSION.c.seen_at < seen_before
    rows = await tx.all(sa.select(SESSION.c.token_hash).where(chosen))
    await tx.run(sa.delete(SESSION).where(chosen))
    return [row.token_hash for row in rows]


async def session_hashes(db: Db, person_id: int) -> list[bytes]:
    """The token hashes of a person's sessions."""
    rows = await db.all(sa.select(SESSION.c.token_hash).where(SESSION.c.person_id == person_id))
    return [row.token_hash for row in rows]


async def has_session(db: Db, session_id: int) -> bool:
    """Whether a session has not ended."""
    return await db.scalar(sa.select(SESSION.c.id).where(SESSION.c.id == session_id)) is not None


async def proved_at(db: Db, session_id: int) -> int:
    """When a session's person last showed who they are; 0 for an ended session."""
    return await db.scalar(sa.select(SESSION.c.proved_at).where(SESSION.c.id == session_id)) or 0


async def set_proved(tx: Tx, session_id: int) -> None:
    """A session's person has just shown who they are."""
    await tx.run(sa.update(SESSION).where(SESSION.c.id == session_id).values(proved_at=tx.now_ms))


async def touch_session(tx: Tx, digest: bytes, seen_at: int) -> None:
    """Write down that a session is in use."""
    await tx.run(sa.update(SESSION).where(SESSION.c.token_hash == digest).values(seen_at=seen_at))


# Invites


async def add_invite(tx: Tx, row: Mapping[str, object]) -> None:
    """A sign-up invite."""
    await tx.run(sa.insert(INVITE).values(uses=0, created_at=tx.now_ms, **row))


async def invites_of(db: Db, person_id: int) -> Sequence[Row]:
    """The invites that a person made, newest first."""
    return await db.all(
        sa.select(
            INVITE.c.id,
            INVITE.c.uses,
            INVITE.c.max_uses,
            INVITE.c.created_at,
            INVITE.c.expires_at,
            INVITE.c.ended_at,
        )
        .where(INVITE.c.person_id == person_id)
        .order_by(INVITE.c.id.desc())
        .limit(MOST_LISTED)
    )


async def open_invite(db: Db, digest: bytes, now_ms: int) -> int | None:
    """The id of the invite with this code, if somebody could still take it: not while its maker is suspended."""
    suspended = sa.exists().where(
        STANDING.c.person_id == INVITE.c.person_id, STANDING.c.suspended_at.is_not(None)
    )
    return await db.scalar(
        sa.select(INVITE.c.id).where(
            INVITE.c.code_hash == digest,
            sa.not_(suspended),
            INVITE.c.ended_at.is_(None),
            INVITE.c.expires_at > now_ms,
            INVITE.c.uses < INVITE.c.max_uses,
        )
    )


async def use_invite(tx: Tx, invite_id: int, step: int) -> None:
    """Count one use of an invite, or with -1 give it back."""
    await tx.run(sa.update(INVITE).where(INVITE.c.id == invite_id).values(uses=INVITE.c.uses + step))


async def end_invite(tx: Tx, person_id: int, invite_id: int) -> bool:
    """End a person's own invite; False when there is none with this id. Ending it twice is fine."""
    own = sa.and_(INVITE.c.id == invite_id, INVITE.c.person_id == person_id)
    changed = await tx.run(
        sa.update(INVITE).where(own, INVITE.c.ended_at.is_(None)).values(ended_at=tx.now_ms)
    )
    return changed == 1 or await tx.scalar(sa.select(INVITE.c.id).where(own)) is not None
