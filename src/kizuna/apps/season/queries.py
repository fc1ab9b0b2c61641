"""All SQL of the seasons. Acts are written and counted by statements that are made once."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

import sqlalchemy as sa

from kizuna.apps.season.draws import Drawn, Won
from kizuna.apps.season.tables import (
    SEASON_ACT,
    SEASON_COMMITMENT,
    SEASON_DECORATION,
    SEASON_ROOT,
    SEASON_RUN,
    SEASON_STAGE,
)
from kizuna.store.dialect import insert_ignore, upsert
from kizuna.store.store import Db, Row, Tx

_RUN: Final = sa.bindparam("run_id", type_=sa.BigInteger)
_FACE: Final = sa.bindparam("face_id", type_=sa.BigInteger)
_DAY: Final = sa.bindparam("day", type_=sa.Text)
_A: Final = SEASON_ACT.c
_FIND: Final = sa.select(SEASON_RUN).where(
    SEASON_RUN.c.season == sa.bindparam("season"), SEASON_RUN.c.year == sa.bindparam("year")
)
_ROOT: Final = sa.select(SEASON_ROOT.c.root).where(SEASON_ROOT.c.run_id == _RUN)
_COMMITMENTS: Final = sa.select(SEASON_COMMITMENT).where(SEASON_COMMITMENT.c.run_id == _RUN)
_HANG: Final = insert_ignore(SEASON_STAGE)
_HUNG: Final = sa.select(SEASON_STAGE.c.face_id).where(
    SEASON_STAGE.c.run_id == _RUN, SEASON_STAGE.c.face_id.in_(sa.bindparam("faces", expanding=True))
)
_DECORATIONS: Final = (
    sa.select(SEASON_DECORATION)
    .where(SEASON_DECORATION.c.run_id == _RUN)
    .where(SEASON_DECORATION.c.face_id.in_(sa.bindparam("faces", expanding=True)))
    .order_by(SEASON_DECORATION.c.face_id, SEASON_DECORATION.c.place)
)
_ACT: Final = sa.select(SEASON_ACT).where(
    _A.run_id == _RUN,
    _A.ringer_id == sa.bindparam("ringer_id"),
    _A.day == _DAY,
    _A.friend_id == sa.bindparam("friend_id"),
)
_OWN_ACT: Final = sa.select(SEASON_ACT).where(
    _A.id == sa.bindparam("id"), _A.run_id == _RUN, _A.ringer_id == _FACE
)
_TODAY: Final = sa.select(_A.friend_id).where(_A.run_id == _RUN, _A.ringer_id == _FACE, _A.day == _DAY)
_HOW_MANY_TODAY: Final = (
    sa.select(sa.func.count())
    .select_from(SEASON_ACT)
    .where(_A.run_id == _RUN, _A.ringer_id == _FACE, _A.day == _DAY)
)
_HOW_MANY: Final = (
    sa.select(sa.func.count()).select_from(SEASON_ACT).where(_A.run_id == _RUN, _A.ringer_id == _FACE)
)
_HEARD: Final = sa.select(_A.ringer_id).where(_A.run_id == _RUN, _A.friend_id == _FACE, _A.day == _DAY)
_WRITE: Final = sa.insert(SEASON_ACT)
_IN_ORDER: Final = (
    sa.select(SEASON_ACT)
    .where(_A.run_id == _RUN, _A.id > sa.bindparam("after"))
    .order_by(_A.id)
    .limit(sa.bindparam("limit"))
)
_TO_PASS_ON: Final = (
    sa.select(SEASON_ACT)
    .where(_A.run_id == _RUN, _A.ringer_id == _FACE, _A.shares > 0)
    .order_by(_A.id.desc())
    .limit(sa.bindparam("limit"))
)
_OWN_IN_ORDER: Final = _IN_ORDER.where(_A.ringer_id == _FACE)


async def find_run(db: Db, season: str, year: int) -> Row | None:
    """``id, season, year, made_at, eve_at`` of a run that was made."""
    return await db.first(_FIND, {"season": season, "year": year})


async def add_run(tx: Tx, season: str, year: int, root: bytes, commitments: Mapping[str, str]) -> None:
    """A run with what is promised about it. Its root is never written again."""
    run_id = tx.new_id()
    row = {"id": run_id, "season": season, "year": year, "made_at": tx.now_ms}
    await tx.run(sa.insert(SEASON_RUN).values(row))
    await tx.run(sa.insert(SEASON_ROOT).values(run_id=run_id, root=root))
    promised = [{"run_id": run_id, "day": day, "commitment": said} for day, said in commitments.items()]
    await tx.run(sa.insert(SEASON_COMMITMENT).values(promised))


async def root(db: Db, run_id: int) -> bytes:
    """The secret of a run, from which every seed of it follows."""
    found: bytes = await db.scalar(_ROOT, {"run_id": run_id})
    return found


async def commitments(db: Db, run_id: int) -> dict[str, str]:
    """What was promised, by day."""
    return {row.day: row.commitment for row in await db.all(_COMMITMENTS, {"run_id": run_id})}


async def hang(tx: Tx, run_id: int, face_id: int, *, after_friend: bool) -> bool:
    """Hang a stage; False when it hangs already."""
    row = {"run_id": run_id, "face_id": face_id, "hung_at": tx.now_ms, "after_friend": after_friend}
    return await tx.run(_HANG, row) == 1


async def hung(db: Db, run_id: int, faces: Collection[int]) -> set[int]:
    """Those of these faces, of whom the viewer may know, that hung theirs."""
    rows = await db.all(_HUNG, {"run_id": run_id, "faces": list(faces)}) if faces else ()
    return {row.face_id for row in rows}


async def decorations(db: Db, run_id: int, faces: Collection[int]) -> dict[int, dict[int, str]]:
    """Ornaments by place, of these faces, of whom the viewer may know."""
    found: dict[int, dict[int, str]] = {}
    for row in await db.all(_DECORATIONS, {"run_id": run_id, "faces": list(faces)}) if faces else ():
        found.setdefault(row.face_id, {})[row.place] = row.ornament
    return found


async def decorate(tx: Tx, run_id: int, face_id: int, place: int, ornament: str) -> None:
    """Put an ornament into a place, instead of what was there."""
    row = {"run_id": run_id, "face_id": face_id, "place": place, "ornament": ornament}
    await tx.run(upsert(SEASON_DECORATION, ("run_id", "face_id", "place"), ("ornament",)), row)


async def clear(tx: Tx, run_id: int, face_id: int, place: int) -> None:
    """Take down what is in a place."""
    decoration = SEASON_DECORATION.c
    this = (decoration.run_id == run_id, decoration.face_id == face_id, decoration.place == place)
    await tx.run(sa.delete(SEASON_DECORATION).where(*this))


async def take_down_over(tx: Tx, run_id: int, face_id: int, ornament: str, has: int) -> None:
    """Of one ornament so many may hang: what hangs beyond that is taken down, the last places first."""
    hanging = (await decorations(tx, run_id, {face_id})).get(face_id, {})
    places = sorted(place for place, name in hanging.items() if name == ornament)
    for place in places[max(has, 0) :]:
        await clear(tx, run_id, face_id, place)


async def act_of(db: Db, run_id: int, day: str, ringer_id: int, friend_id: int) -> Row | None:
    """What this face did for that one on this day, to be told to the former."""
    wanted = {"run_id": run_id, "day": day, "ringer_id": ringer_id, "friend_id": friend_id}
    return await db.first(_ACT, wanted)


async def own_act(db: Db, run_id: int, face_id: int, act_id: int) -> Row | None:
    """An act of this run by its id, if it is this face's own."""
    return await db.first(_OWN_ACT, {"run_id": run_id, "id": act_id, "face_id": face_id})


async def done_for(db: Db, run_id: int, face_id: int, day: str) -> set[int]:
    """For whom this face did it on this day."""
    return {row.friend_id for row in await db.all(_TODAY, {"run_id": run_id, "face_id": face_id, "day": day})}


async def count_of_day(db: Db, run_id: int, face_id: int, day: str) -> int:
    """For how many this face did it on this day."""
    return int(await db.scalar(_HOW_MANY_TODAY, {"run_id": run_id, "face_id": face_id, "day": day}))


async def count_of_all(db: Db, run_id: int, face_id: int) -> int:
    """How often this face did it in all."""
    return int(await db.scalar(_HOW_MANY, {"run_id": run_id, "face_id": face_id}))


async def done_by(db: Db, run_id: int, face_id: int, day: str) -> set[int]:
    """Who did it for this face on this day."""
    return {row.ringer_id for row in await db.all(_HEARD, {"run_id": run_id, "face_id": face_id, "day": day})}


async def write_act(tx: Tx, act_id: int, run_id: int, act: Drawn) -> None:
    """Write down an act that was not done before."""
    row = {
        "id": act_id,
        "run_id": run_id,
        "day": act.day.isoformat(),
        "ringer_id": act.ringer_id,
        "friend_id": act.friend_id,
        "points": act.won.points,
        "ornament": act.won.ornament,
        "coupon": act.won.coupon,
        "out_of_stock": act.out_of_stock,
        "shares": act.shares,
    }
    await tx.run(_WRITE, row)


def drawn(row: Row) -> Drawn:
    """An act as it was drawn."""
    won = Won(row.points, row.ornament, row.coupon)
    return Drawn(
        date.fromisoformat(row.day),
        row.ringer_id,
        row.friend_id,
        won,
        out_of_stock=row.out_of_stock,
        shares=row.shares,
    )


async def acts(db: Db, run_id: int, after: int, limit: int) -> list[Row]:
    """All acts in their order; for its hosts, to be checked."""
    return list(await db.all(_IN_ORDER, {"run_id": run_id, "after": after, "limit": limit}))


async def own_acts(db: Db, run_id: int, face_id: int, after: int, limit: int) -> list[Row]:
    """The acts of one face in their order."""
    wanted = {"run_id": run_id, "face_id": face_id, "after": after, "limit": limit}
    return list(await db.all(_OWN_IN_ORDER, wanted))


async def to_pass_on(db: Db, run_id: int, face_id: int, limit: int) -> list[Row]:
    """The acts of one face that brought something to be passed on, newest first."""
    wanted = {"run_id": run_id, "face_id": face_id, "limit": limit}
    return list(await db.all(_TO_PASS_ON, wanted))


async def sums(db: Db, run_id: int) -> Row:
    """``acts`` of a run, and those ``out_of_stock``."""
    counted = sa.select(
        sa.func.count().label("acts"), sa.func.count().filter(_A.out_of_stock).label("out_of_stock")
    )
    found = await db.first(counted.select_from(SEASON_ACT).where(_A.run_id == run_id))
    assert found is not None
    return found


async def all_runs(db: Db) -> list[Row]:
    """Every run that was made, in order."""
    return list(await db.all(sa.select(SEASON_RUN).order_by(SEASON_RUN.c.id)))


async def forget_some(tx: Tx, face_id: int, limit: int) -> int:
    """Take a face that has left out of some of its acts; answers of how many, and nought when it is in none."""
    for run in await all_runs(tx):
        for column in (_A.ringer_id, _A.friend_id):
            mine = sa.select(_A.id).where(_A.run_id == run.id, column == face_id).limit(limit)
            ids = [row.id for row in await tx.all(mine)]
            if ids:
                await tx.run(sa.update(SEASON_ACT).where(_A.id.in_(ids)).values({column.name: -_A.id}))
                return len(ids)
    return 0


async def take_down(tx: Tx, face_id: int) -> None:
    """Take down what a face hung, in every season."""
    await tx.run(sa.delete(SEASON_DECORATION).where(SEASON_DECORATION.c.face_id == face_id))
    await tx.run(sa.delete(SEASON_STAGE).where(SEASON_STAGE.c.face_id == face_id))
