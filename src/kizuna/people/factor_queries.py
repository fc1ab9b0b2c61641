"""All SQL on second factors: codes by time, recovery codes, and sign-ins that wait for one. Passkeys have their own."""

from collections.abc import Iterable

import sqlalchemy as sa

from kizuna.people.tables import PASSKEY, RECOVERY_CODE, SIGN_IN_STEP, TOTP
from kizuna.store.dialect import upsert
from kizuna.store.store import Db, Row, Tx


async def totp(db: Db, person_id: int) -> Row | None:
    """The key of a person's authenticator app, confirmed or not."""
    return await db.first(sa.select(TOTP).where(TOTP.c.person_id == person_id))


async def set_totp(tx: Tx, person_id: int, key: bytes) -> None:
    """A new key that has still to be confirmed."""
    row = {"person_id": person_id, "key": key, "last_step": 0, "confirmed_at": None}
    await tx.run(upsert(TOTP, ["person_id"], ["key", "last_step", "confirmed_at"]).values(row))


async def use_totp(tx: Tx, person_id: int, step: int) -> bool:
    """Take the code of one half minute, which also confirms the key; False when it or a later one was taken before."""
    mine = sa.and_(TOTP.c.person_id == person_id, TOTP.c.last_step < step)
    first = sa.func.coalesce(TOTP.c.confirmed_at, tx.now_ms)
    return await tx.run(sa.update(TOTP).where(mine).values(last_step=step, confirmed_at=first)) == 1


async def drop_totp(tx: Tx, person_id: int) -> bool:
    """Take the key away; whether there was one."""
    return await tx.run(sa.delete(TOTP).where(TOTP.c.person_id == person_id)) == 1


async def counts(db: Db, person_id: int) -> Row:
    """What a person has: (totp, passkeys, codes), each a number."""

    def number(table: sa.Table, *more: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
        mine = sa.and_(table.c.person_id == person_id, *more)
        return sa.select(sa.func.count()).select_from(table).where(mine).scalar_subquery()

    confirmed = number(TOTP, TOTP.c.confirmed_at.is_not(None))
    found = sa.select(
        confirmed.label("totp"), number(PASSKEY).label("passkeys"), number(RECOVERY_CODE).label("codes")
    )
    row = await db.first(found)
    assert row is not None, "counts are always there"
    return row


# Recovery codes


async def set_codes(tx: Tx, person_id: int, digests: Iterable[bytes]) -> None:
    """The recovery codes of a person; earlier ones are worthless."""
    await tx.run(sa.delete(RECOVERY_CODE).where(RECOVERY_CODE.c.person_id == person_id))
    for digest in digests:
        await tx.run(sa.insert(RECOVERY_CODE).values(code_hash=digest, person_id=person_id))


async def use_code(tx: Tx, person_id: int, digest: bytes) -> bool:
    """Use up a recovery code; False when it is none, or was used."""
    mine = sa.and_(RECOVERY_CODE.c.person_id == person_id, RECOVERY_CODE.c.code_hash == digest)
    return await tx.run(sa.delete(RECOVERY_CODE).where(mine)) == 1


# Sign-ins that wait for the second factor


async def add_step(tx: Tx, digest: bytes, person_id: int, argon2: str, expires_at: int) -> None:
    """A sign-in whose password was right; old ones of everybody go."""
    await tx.run(sa.delete(SIGN_IN_STEP).where(SIGN_IN_STEP.c.expires_at <= tx.now_ms))
    row = {
        "token_hash": digest,
        "person_id": person_id,
        "argon2": argon2,
        "tries": 0,
        "expires_at": expires_at,
    }
    await tx.run(sa.insert(SIGN_IN_STEP).values(row))


async def step(db: Db, digest: bytes, now_ms: int, tries: int) -> Row | None:
    """The sign-in of a browser that waits, if it has not waited too long and was tried fewer times."""
    return await db.first(
        sa.select(SIGN_IN_STEP).where(
            SIGN_IN_STEP.c.token_hash == digest,
            SIGN_IN_STEP.c.expires_at > now_ms,
            SIGN_IN_STEP.c.tries < tries,
        )
    )


async def count_try(tx: Tx, digest: bytes) -> None:
    """A wrong second factor was shown."""
    mine = SIGN_IN_STEP.c.token_hash == digest
    await tx.run(sa.update(SIGN_IN_STEP).where(mine).values(tries=SIGN_IN_STEP.c.tries + 1))


async def take_step(tx: Tx, digest: bytes) -> bool:
    """Finish a sign-in; False when somebody was faster."""
    return await tx.run(sa.delete(SIGN_IN_STEP).where(SIGN_IN_STEP.c.token_hash == digest)) == 1


async def drop_steps(tx: Tx, person_id: int) -> None:
    """Nobody goes on with a sign-in of this person that has begun."""
    await tx.run(sa.delete(SIGN_IN_STEP).where(SIGN_IN_STEP.c.person_id == person_id))
