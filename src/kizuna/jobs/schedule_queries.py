"""All SQL on periodic duties."""

import sqlalchemy as sa

from kizuna.ground.ids import STORE_NAMES
from kizuna.jobs.tables import DUTY
from kizuna.store.store import Row, Tx

_WAITING = {
    name: sa.select(DUTY[name].c.run_at, DUTY[name].c.attempts, DUTY[name].c.dead_at).where(
        DUTY[name].c.key == sa.bindparam("key")
    )
    for name in STORE_NAMES
}


async def waiting(tx: Tx, key: str) -> Row | None:
    """``run_at, attempts, dead_at`` of the duty with a key."""
    return await tx.first(_WAITING[tx.store], {"key": key})
