"""How much work waits in a store. Dead letters are not counted: nobody waits for them."""

from typing import Final

import sqlalchemy as sa

from kizuna.ground.ids import StoreName
from kizuna.jobs.queries import NEVER
from kizuna.jobs.tables import DUTY
from kizuna.store.store import Db
from kizuna.store.tables import OUTBOX

_EVENTS: Final = {
    name: sa.select(sa.func.count()).select_from(t).where(t.c.run_at < NEVER) for name, t in OUTBOX.items()
}
_DUTIES: Final = {
    name: sa.select(sa.func.count())
    .select_from(t)
    .where(t.c.dead_at.is_(None), t.c.kind.not_like(sa.bindparam("aside")))
    for name, t in DUTY.items()
}


async def events(store: StoreName, db: Db) -> int:
    """Events of the outbox that somebody has yet to act on."""
    return await db.scalar(_EVENTS[store])


async def duties(store: StoreName, db: Db, aside: str = "") -> int:
    """Duties that are not done, those of a later time among them. ``aside`` is a LIKE pattern of kinds left out."""
    return await db.scalar(_DUTIES[store], {"aside": aside})
