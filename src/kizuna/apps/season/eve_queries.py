"""All SQL of the draw for all."""

from collections.abc import Mapping
from typing import Final

import sqlalchemy as sa

from kizuna.apps.season.tables import SEASON_CHANCE, SEASON_RUN
from kizuna.store.store import Db, Tx

_C: Final = SEASON_CHANCE.c
AT_ONCE: Final = 500


async def write_chances(tx: Tx, run_id: int, levels: Mapping[int, int], won: Mapping[int, str]) -> None:
    """Write down who took part with which level, and won what."""
    rows = [
        {"run_id": run_id, "face_id": face_id, "level": level, "coupon": won.get(face_id)}
        for face_id, level in levels.items()
    ]
    for start in range(0, len(rows), AT_ONCE):
        await tx.run(sa.insert(SEASON_CHANCE).values(rows[start : start + AT_ONCE]))


async def held(tx: Tx, run_id: int) -> None:
    """It was held now."""
    await tx.run(sa.update(SEASON_RUN).where(SEASON_RUN.c.id == run_id).values(eve_at=tx.now_ms))


async def chances(db: Db, run_id: int) -> tuple[dict[int, int], dict[int, str]]:
    """Levels and what was won, by face; for hosts, to be checked."""
    rows = await db.all(sa.select(SEASON_CHANCE).where(_C.run_id == run_id))
    return {row.face_id: row.level for row in rows}, {row.face_id: row.coupon for row in rows if row.coupon}


async def forget_chances(tx: Tx, face_id: int) -> None:
    """Take a face that has left out of every draw for all."""
    await tx.run(sa.update(SEASON_CHANCE).where(_C.face_id == face_id).values(face_id=-tx.new_id()))
