"""All SQL on taking a face's ties along, and away."""

from collections.abc import Sequence

import sqlalchemy as sa

from kizuna.store.store import Db, Row, Tx
from kizuna.tie.models import LinkState
from kizuna.tie.tables import CONSENT, COPY, COPY_EVENT, INBOUND, LINK, LINK_ATTEMPT


async def links_in(db: Db, face_id: int, states: Sequence[LinkState]) -> list[int]:
    """The links of a face in one of these states."""
    mine = sa.and_(LINK.c.face_id == face_id, LINK.c.state.in_([state.value for state in states]))
    return [row.id for row in await db.all(sa.select(LINK.c.id).where(mine).order_by(LINK.c.id))]


async def drop_all(tx: Tx, face_id: int) -> None:
    """Forget everything that ties a face to anything."""
    copies = sa.select(COPY.c.id).where(COPY.c.face_id == face_id)
    links = sa.select(LINK.c.id).where(LINK.c.face_id == face_id)
    await tx.run(sa.delete(COPY_EVENT).where(COPY_EVENT.c.copy_id.in_(copies)))
    await tx.run(sa.delete(COPY).where(COPY.c.face_id == face_id))
    await tx.run(sa.delete(INBOUND).where(INBOUND.c.face_id == face_id))
    await tx.run(sa.delete(CONSENT).where(CONSENT.c.link_id.in_(links)))
    await tx.run(sa.delete(LINK).where(LINK.c.face_id == face_id))
    await tx.run(sa.delete(LINK_ATTEMPT).where(LINK_ATTEMPT.c.face_id == face_id))


async def links_after(db: Db, face_id: int, after: int, most: int) -> Sequence[Row]:
    """The links of a face, without their tokens."""
    columns = (LINK.c.id, LINK.c.origin, LINK.c.acct, LINK.c.state, LINK.c.linked_at, LINK.c.ended_at)
    mine = sa.and_(LINK.c.face_id == face_id, LINK.c.id > after)
    return await db.all(sa.select(*columns).where(mine).order_by(LINK.c.id).limit(most))


async def copies_after(db: Db, face_id: int, after: int, most: int) -> Sequence[Row]:
    """The ledger of a face, the oldest first."""
    mine = sa.and_(COPY.c.face_id == face_id, COPY.c.id > after)
    return await db.all(sa.select(COPY).where(mine).order_by(COPY.c.id).limit(most))
