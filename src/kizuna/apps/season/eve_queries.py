"""All SQL of the draw for all."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import sqlalchemy as sa

from kizuna.apps.season.tables import SEASON_ACT, SEASON_CHANCE, SEASON_RUN
from kizuna.store.dialect import insert_ignore
from kizuna.store.store import Db, Row, Tx

_C: Final = SEASON_CHANCE.c
_A: Final = SEASON_ACT.c
_RUN: Final = sa.bindparam("of_run", type_=sa.BigInteger)
_WRITE: Final = insert_ignore(SEASON_CHANCE)
_LAST: Final = sa.select(sa.func.max(_C.face_id)).where(_C.run_id == _RUN)
_PAGE: Final = (
    sa.select(_C.face_id, _C.level)
    .where(_C.run_id == _RUN, _C.face_id > sa.bindparam("after"))
    .order_by(_C.face_id)
    .limit(sa.bindparam("limit"))
)
_SINCE: Final = (
    sa.select(_A.ringer_id, sa.cast(sa.func.sum(_A.points), sa.BigInteger).label("points"))
    .where(_A.run_id == _RUN, _A.ringer_id.in_(sa.bindparam("faces", expanding=True)))
    .where(_A.day >= sa.bindparam("day"), _A.id >= sa.bindparam("first_id", type_=sa.BigInteger))
    .group_by(_A.ringer_id)
)
_WIN: Final = (
    sa.update(SEASON_CHANCE)
    .where(_C.run_id == _RUN, _C.face_id == sa.bindparam("of_face", type_=sa.BigInteger), _C.coupon.is_(None))
    .values(coupon=sa.bindparam("won"))
)


async def last(db: Db, run_id: int) -> int:
    """The greatest face that is written down; nought where none is."""
    return max(await db.scalar(_LAST, {"of_run": run_id}) or 0, 0)


async def points_since(
    db: Db, run_id: int, day: str, first_id: int, faces: Collection[int]
) -> dict[int, int]:
    """How many points these faces won by acts from an id on, all of them of this day or later; for the draw."""
    wanted = {"of_run": run_id, "faces": list(faces), "day": day, "first_id": first_id}
    return {row.ringer_id: row.points for row in await db.all(_SINCE, wanted)} if faces else {}


async def write_chances(tx: Tx, run_id: int, levels: Mapping[int, int]) -> None:
    """Write down who takes part with which level; who is written down stays as they are."""
    for face_id, level in levels.items():
        await tx.run(_WRITE, {"run_id": run_id, "face_id": face_id, "level": level, "coupon": None})


async def page(db: Db, run_id: int, after: int, limit: int) -> Sequence[Row]:
    """``face_id, level`` of those who take part, in the order of their faces; for the draw."""
    return await db.all(_PAGE, {"of_run": run_id, "after": after, "limit": limit})


async def win(tx: Tx, run_id: int, face_id: int, coupon: str) -> bool:
    """A face has won; False when it had before, or is gone."""
    return await tx.run(_WIN, {"of_run": run_id, "of_face": face_id, "won": coupon}) == 1


async def winners(db: Db, run_id: int) -> int:
    """How many have won."""
    won = sa.select(sa.func.count()).select_from(SEASON_CHANCE)
    return int(await db.scalar(won.where(_C.run_id == run_id, _C.coupon.is_not(None))))


async def held(tx: Tx, run_id: int) -> bool:
    """It was held now; False when it was before."""
    this = sa.update(SEASON_RUN).where(SEASON_RUN.c.id == run_id, SEASON_RUN.c.eve_at.is_(None))
    return await tx.run(this.values(eve_at=tx.now_ms)) == 1


async def chances(db: Db, run_id: int) -> tuple[dict[int, int], dict[int, str]]:
    """Levels and what was won, by face; for hosts, to be checked."""
    rows = await db.all(sa.select(SEASON_CHANCE).where(_C.run_id == run_id))
    return {row.face_id: row.level for row in rows}, {row.face_id: row.coupon for row in rows if row.coupon}


async def forget_chances(tx: Tx, face_id: int) -> None:
    """Take a face that has left out of every draw for all."""
    await tx.run(sa.update(SEASON_CHANCE).where(_C.face_id == face_id).values(face_id=-tx.new_id()))
