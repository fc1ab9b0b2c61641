"""All SQL on quiet hours: the store people."""

from typing import Final

import sqlalchemy as sa

from kizuna.notifications.quiet import QuietTime
from kizuna.notifications.tables import QUIET_TIME
from kizuna.store.dialect import upsert
from kizuna.store.store import Db, Tx

_PERSON: Final = QUIET_TIME.c.person_id == sa.bindparam("person_id")
_QUIET: Final = sa.select(QUIET_TIME.c.zone, QUIET_TIME.c.from_minute, QUIET_TIME.c.until_minute).where(
    _PERSON
)
_SET: Final = upsert(QUIET_TIME, ["person_id"], ["zone", "from_minute", "until_minute"])
_DROP: Final = sa.delete(QUIET_TIME).where(_PERSON)


async def quiet_time(db: Db, person_id: int) -> QuietTime | None:
    """The quiet hours of a person, if there are any."""
    row = await db.first(_QUIET, {"person_id": person_id})
    return None if row is None else QuietTime(*row)


async def set_quiet_time(tx: Tx, person_id: int, quiet: QuietTime | None) -> None:
    """Set them, or have none."""
    if quiet is None:
        await tx.run(_DROP, {"person_id": person_id})
        return
    row = {
        "person_id": person_id,
        "zone": quiet.zone,
        "from_minute": quiet.from_minute,
        "until_minute": quiet.until_minute,
    }
    await tx.run(_SET, row)
