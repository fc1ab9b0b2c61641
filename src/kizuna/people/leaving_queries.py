"""All SQL on leaving: which stores are still to be emptied, and what people themselves keep of a person."""

from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa

from kizuna.ground.ids import StoreName
from kizuna.people.belongings import Leaver, Progress
from kizuna.people.tables import (
    ARCHIVE,
    CREDENTIAL,
    INVITE,
    KEPT_HANDLE,
    LEAVING,
    MAIL_LINK,
    OAUTH_CODE,
    OAUTH_TOKEN,
    PASSKEY,
    PERSON,
    PERSON_FACE,
    RECOVERY_CODE,
    SESSION,
    SIGN_IN,
    SIGN_IN_STEP,
    STANDING,
    TOTP,
)
from kizuna.store.dialect import upsert
from kizuna.store.store import Db, Tx

# What lets somebody in, or acts for them: it goes at once.
_ACCESS: Final = (CREDENTIAL, SESSION, PASSKEY, TOTP, RECOVERY_CODE, SIGN_IN_STEP, MAIL_LINK)
_REST: Final = (*_ACCESS, OAUTH_CODE, OAUTH_TOKEN, INVITE, SIGN_IN, ARCHIVE, STANDING)


async def begin(tx: Tx, person_id: int, stores: Iterable[StoreName]) -> None:
    """Somebody leaves these stores. Whoever they were is no longer kept beyond what finding their things needs."""
    for store in stores:
        await tx.run(sa.insert(LEAVING).values(person_id=person_id, store=store, since_at=tx.now_ms))
    empty = {"email": None, "new_email": None, "reason": "", "activated_at": None, "approved_at": None}
    await tx.run(sa.update(PERSON).where(PERSON.c.id == person_id).values(**empty))


async def is_leaving(db: Db, person_id: int) -> bool:
    """Whether something of theirs has still to be taken away."""
    return (
        await db.scalar(sa.select(LEAVING.c.store).where(LEAVING.c.person_id == person_id).limit(1))
        is not None
    )


async def drop_access(tx: Tx, person_id: int) -> None:
    """Nobody signs in as them any more."""
    for table in _ACCESS:
        await tx.run(sa.delete(table).where(table.c.person_id == person_id))


async def empty_person(tx: Tx, leaver: Leaver) -> Progress:
    """What people themselves keep of a person, but for the person and the handles: see ``drop_person``."""
    for table in _REST:
        await tx.run(sa.delete(table).where(table.c.person_id == leaver.owner_id))
    return Progress.DONE


async def store_done(tx: Tx, person_id: int, store: StoreName) -> bool:
    """A store is empty of them; whether that was the last one."""
    mine = LEAVING.c.person_id == person_id
    done = await tx.run(sa.delete(LEAVING).where(mine, LEAVING.c.store == store))
    return done == 1 and not await is_leaving(tx, person_id)


async def drop_person(tx: Tx, person_id: int, kept_until: int) -> None:
    """The last of somebody. What their handles look like stays taken until then."""
    faces = await tx.all(
        sa.select(PERSON_FACE.c.plane, PERSON_FACE.c.skeleton).where(PERSON_FACE.c.person_id == person_id)
    )
    for face in faces:
        row = {"plane": face.plane, "skeleton": face.skeleton, "until_at": kept_until}
        await tx.run(upsert(KEPT_HANDLE, ["plane", "skeleton"], ["until_at"]).values(row))
    await tx.run(sa.delete(KEPT_HANDLE).where(KEPT_HANDLE.c.until_at <= tx.now_ms))
    await tx.run(sa.delete(PERSON_FACE).where(PERSON_FACE.c.person_id == person_id))
    await tx.run(sa.delete(PERSON).where(PERSON.c.id == person_id))


async def drop_unused(tx: Tx, person_id: int) -> None:
    """Somebody who never came in, with everything people keep of them; their handles are free again."""
    for table in _REST:
        await tx.run(sa.delete(table).where(table.c.person_id == person_id))
    await tx.run(sa.delete(PERSON_FACE).where(PERSON_FACE.c.person_id == person_id))
    await tx.run(sa.delete(PERSON).where(PERSON.c.id == person_id))
