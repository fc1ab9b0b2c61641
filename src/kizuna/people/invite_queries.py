"""All SQL on sign-up invites as the staff sees them. Those for their makers are in queries.py."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from kizuna.people.tables import INVITE
from kizuna.store.store import Db, Row, Tx

_LISTED: Final = sa.select(
    INVITE.c.id,
    INVITE.c.person_id,
    INVITE.c.uses,
    INVITE.c.max_uses,
    INVITE.c.created_at,
    INVITE.c.expires_at,
    INVITE.c.ended_at,
).order_by(INVITE.c.id.desc())
_BY_CODE: Final = sa.select(INVITE.c.id).where(INVITE.c.code_hash == sa.bindparam("digest"))


async def listed(db: Db, below: int | None, limit: int) -> Sequence[Row]:
    """Invites of anybody, newest first, without their codes."""
    wanted = _LISTED if below is None else _LISTED.where(INVITE.c.id < below)
    return await db.all(wanted.limit(limit))


async def id_of(db: Db, digest: bytes) -> int | None:
    """The id of the invite with this code, whatever became of it."""
    return await db.scalar(_BY_CODE, {"digest": digest})


async def end_any(tx: Tx, invite_id: int) -> bool:
    """End an invite that is open; False when there is none with this id."""
    open_one = sa.update(INVITE).where(INVITE.c.id == invite_id, INVITE.c.ended_at.is_(None))
    return await tx.run(open_one.values(ended_at=tx.now_ms)) == 1
