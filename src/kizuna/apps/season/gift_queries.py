"""All SQL of gifts."""

from collections.abc import Collection
from typing import Final

import sqlalchemy as sa

from kizuna.apps.season.gift_rules import Gift, State
from kizuna.apps.season.tables import SEASON_GIFT
from kizuna.store.store import Db, Row, Tx

_G: Final = SEASON_GIFT.c
_FACE: Final = sa.bindparam("face_id", type_=sa.BigInteger)
_GIFT: Final = sa.select(SEASON_GIFT).where(_G.id == sa.bindparam("id"))
_GIFTS: Final = sa.select(SEASON_GIFT).where(_G.id.in_(sa.bindparam("ids", expanding=True)))
_PARTY: Final = sa.or_(_G.from_id == _FACE, _G.to_id == _FACE)
_OF_PARTY: Final = (
    sa.select(SEASON_GIFT)
    .where(_PARTY, _G.id > sa.bindparam("after"))
    .order_by(_G.id)
    .limit(sa.bindparam("limit"))
)
_PAGE: Final = (
    sa.select(SEASON_GIFT)
    .where(_G.run_id.in_(sa.bindparam("runs", expanding=True)), _G.id < sa.bindparam("below"))
    .order_by(_G.id.desc())
    .limit(sa.bindparam("limit"))
)
_GIVEN: Final = _PAGE.where(_G.from_id == _FACE)
_GOT: Final = _PAGE.where(_G.to_id == _FACE)
_GIVEN_SINCE: Final = (
    sa.select(sa.func.count())
    .select_from(SEASON_GIFT)
    .where(_G.from_id == _FACE, _G.id >= sa.bindparam("first_id"))
)
_PASSED_ON: Final = sa.select(_G.to_id).where(
    _G.act_id == sa.bindparam("act_id"), _G.state.in_(("given", "opened"))
)
_GIVERS: Final = (
    sa.select(_G.from_id)
    .where(_G.to_id == _FACE, _G.state == "opened", _G.from_id > 0)
    .where(_G.asset.in_(sa.bindparam("assets", expanding=True)))
    .distinct()
)
_BETWEEN: Final = sa.and_(
    _G.from_id == sa.bindparam("giver_id", type_=sa.BigInteger),
    _G.to_id == sa.bindparam("receiver_id", type_=sa.BigInteger),
    _G.state == "given",
    _G.id < sa.bindparam("below", type_=sa.BigInteger),
)
_UNDER_WAY: Final = sa.select(SEASON_GIFT).where(_BETWEEN).order_by(_G.id).limit(sa.bindparam("limit"))
_TURN_AWAY: Final = sa.update(SEASON_GIFT).where(_BETWEEN).values(to_id=-_G.id)
_DUE: Final = (
    sa.select(SEASON_GIFT)
    .where(_G.state == "given", _G.expires_at <= sa.bindparam("now_ms"))
    .order_by(_G.expires_at)
    .limit(sa.bindparam("limit"))
)


def _gift(row: Row) -> Gift:
    return Gift(
        row.id,
        row.run_id,
        row.from_id,
        row.to_id,
        row.asset,
        row.note,
        row.opens_at,
        row.expires_at,
        row.state,
        row.thanked,
        row.act_id,
    )


async def add(tx: Tx, gift: Gift) -> None:
    """Write a new gift down."""
    await tx.run(
        sa.insert(SEASON_GIFT).values({name: getattr(gift, name) for name in Gift.__struct_fields__})
    )


async def by_id(db: Db, gift_id: int) -> Gift | None:
    """A gift of any season, for verbs that look who is who in it."""
    row = await db.first(_GIFT, {"id": gift_id})
    return None if row is None else _gift(row)


async def by_ids(db: Db, gift_ids: Collection[int]) -> list[Gift]:
    """Gifts of any season, for deeds that look who is who in them."""
    rows = await db.all(_GIFTS, {"ids": list(gift_ids)}) if gift_ids else ()
    return [_gift(row) for row in rows]


async def given_by(db: Db, runs: Collection[int], face_id: int, below: int, limit: int) -> list[Gift]:
    """What a face gave in these runs, newest first."""
    wanted = {"runs": list(runs), "face_id": face_id, "below": below, "limit": limit}
    return [_gift(row) for row in await db.all(_GIVEN, wanted)]


async def got_by(db: Db, runs: Collection[int], face_id: int, below: int, limit: int) -> list[Gift]:
    """What a face was given in these runs, newest first."""
    wanted = {"runs": list(runs), "face_id": face_id, "below": below, "limit": limit}
    return [_gift(row) for row in await db.all(_GOT, wanted)]


async def passed_on(db: Db, act_id: int) -> set[int]:
    """To whom one of what an act brought is under way, or has come."""
    rows = await db.all(_PASSED_ON, {"act_id": act_id})
    return {row.to_id for row in rows}


async def given_since(db: Db, face_id: int, first_id: int) -> int:
    """How many gifts a face has given since there was this id."""
    return int(await db.scalar(_GIVEN_SINCE, {"face_id": face_id, "first_id": first_id}))


async def givers_of(db: Db, assets: Collection[str], face_id: int) -> set[int]:
    """Of whom a face has some of these."""
    wanted = {"assets": list(assets), "face_id": face_id}
    return {row.from_id for row in await db.all(_GIVERS, wanted)} if assets else set()


async def claim(tx: Tx, gift_id: int, face_id: int) -> bool:
    """Make it somebody's; False when it is somebody's already."""
    mine = sa.update(SEASON_GIFT).where(_G.id == gift_id, _G.to_id.is_(None), _G.state == "given")
    return await tx.run(mine.values(to_id=face_id)) == 1


async def become(tx: Tx, gift_id: int, state: State) -> bool:
    """End its being under way; False when it has ended before."""
    ending = sa.update(SEASON_GIFT).where(_G.id == gift_id, _G.state == "given")
    return await tx.run(ending.values(state=state)) == 1


async def thank(tx: Tx, gift_id: int) -> bool:
    """It was thanked for; False when it was before."""
    this = sa.update(SEASON_GIFT).where(_G.id == gift_id, _G.thanked.is_(False))
    return await tx.run(this.values(thanked=True)) == 1


async def due(db: Db, now_ms: int, limit: int) -> list[Gift]:
    """Gifts that nobody opened in time, in the season's time."""
    return [_gift(row) for row in await db.all(_DUE, {"now_ms": now_ms, "limit": limit})]


async def of_party(db: Db, face_id: int, limit: int, after: int = 0) -> list[Gift]:
    """Gifts in which a face stands, in any season, in their order."""
    wanted = {"face_id": face_id, "after": after, "limit": limit}
    return [_gift(row) for row in await db.all(_OF_PARTY, wanted)]


async def under_way(db: Db, from_id: int, to_id: int, below: int, limit: int) -> list[Gift]:
    """What one face has given another that is not opened, of the gifts before an id."""
    wanted = {"giver_id": from_id, "receiver_id": to_id, "below": below, "limit": limit}
    return [_gift(row) for row in await db.all(_UNDER_WAY, wanted)]


async def turn_away(tx: Tx, from_id: int, to_id: int, below: int) -> None:
    """What one face has given another and is not opened will be nobody's, as if the other had left."""
    await tx.run(_TURN_AWAY, {"giver_id": from_id, "receiver_id": to_id, "below": below})


async def forget_party(tx: Tx, gift: Gift, face_id: int) -> None:
    """Take a face that has left out of a gift. A note goes with whoever wrote it."""
    values: dict[str, object] = {}
    if gift.from_id == face_id:
        values |= {"from_id": -gift.id, "note": ""}
    if gift.to_id == face_id:
        values["to_id"] = -gift.id
    await tx.run(sa.update(SEASON_GIFT).where(_G.id == gift.id).values(values))
