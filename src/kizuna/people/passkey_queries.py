"""All SQL on passkeys and on what they have to sign."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from kizuna.people.tables import PASSKEY, PASSKEY_CHALLENGE
from kizuna.store.store import Db, Row, Tx


async def add_challenge(tx: Tx, challenge: bytes, bound: bytes, purpose: str, expires_at: int) -> None:
    """Something to be signed, once, by one browser; old ones of everybody go."""
    await tx.run(sa.delete(PASSKEY_CHALLENGE).where(PASSKEY_CHALLENGE.c.expires_at <= tx.now_ms))
    row = {"challenge": challenge, "bound_hash": bound, "purpose": purpose, "expires_at": expires_at}
    await tx.run(sa.insert(PASSKEY_CHALLENGE).values(row))


async def take_challenge(tx: Tx, challenge: bytes, bound: bytes, purpose: str) -> bool:
    """Use a challenge up; False when it was used, is too old, or was another browser's or for something else."""
    mine = sa.and_(
        PASSKEY_CHALLENGE.c.challenge == challenge,
        PASSKEY_CHALLENGE.c.bound_hash == bound,
        PASSKEY_CHALLENGE.c.purpose == purpose,
        PASSKEY_CHALLENGE.c.expires_at > tx.now_ms,
    )
    return await tx.run(sa.delete(PASSKEY_CHALLENGE).where(mine)) == 1


async def passkeys_of(db: Db, person_id: int) -> Sequence[Row]:
    """The passkeys of a person, the oldest first."""
    return await db.all(sa.select(PASSKEY).where(PASSKEY.c.person_id == person_id).order_by(PASSKEY.c.id))


async def passkey(db: Db, credential_id: bytes) -> Row | None:
    """The passkey that an authenticator calls by this id."""
    return await db.first(sa.select(PASSKEY).where(PASSKEY.c.credential_id == credential_id))


async def add_passkey(tx: Tx, row: Mapping[str, object]) -> None:
    """A new passkey."""
    await tx.run(sa.insert(PASSKEY).values(id=tx.new_id(), created_at=tx.now_ms, **row))


async def use_passkey(tx: Tx, passkey_id: int, before: int, count: int) -> bool:
    """A passkey was used; False when it is gone, or was used at the same time."""
    mine = sa.and_(PASSKEY.c.id == passkey_id, PASSKEY.c.sign_count == before)
    return await tx.run(sa.update(PASSKEY).where(mine).values(sign_count=count, used_at=tx.now_ms)) == 1


async def doubt_passkey(tx: Tx, passkey_id: int) -> None:
    """A passkey counted backwards: somebody may have a copy of it."""
    await tx.run(sa.update(PASSKEY).where(PASSKEY.c.id == passkey_id).values(doubted_at=tx.now_ms))


async def name_passkey(tx: Tx, person_id: int, passkey_id: int, name: str) -> bool:
    """What a person calls a passkey of theirs; False when there is none with this id."""
    mine = sa.and_(PASSKEY.c.id == passkey_id, PASSKEY.c.person_id == person_id)
    return await tx.run(sa.update(PASSKEY).where(mine).values(name=name)) == 1


async def drop_passkey(tx: Tx, person_id: int, passkey_id: int) -> bool:
    """Remove a passkey of a person; False when there is none with this id."""
    mine = sa.and_(PASSKEY.c.id == passkey_id, PASSKEY.c.person_id == person_id)
    return await tx.run(sa.delete(PASSKEY).where(mine)) == 1
