"""All SQL of coupons: codes, shops, and who has to wait for a host."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from kizuna.apps.season.tables import SEASON_ACT, SEASON_CODE, SEASON_REVIEW, SEASON_RUN, SEASON_SHOP
from kizuna.store.dialect import insert_ignore
from kizuna.store.store import Db, Row, Tx

_C: Final = SEASON_CODE.c
_S: Final = SEASON_SHOP.c
_R: Final = SEASON_REVIEW.c
_OPEN: Final = sa.select(_C.id).where(
    _C.run_id == sa.bindparam("run_id"),
    _C.face_id == sa.bindparam("face_id"),
    _C.coupon == sa.bindparam("coupon"),
    _C.redeemed_at.is_(None),
)
_OF_FACE: Final = (
    sa.select(SEASON_CODE)
    .where(_C.run_id == sa.bindparam("run_id"), _C.face_id == sa.bindparam("face_id"))
    .order_by(_C.id.desc())
    .limit(sa.bindparam("limit"))
)
_USED: Final = (
    sa.select(_C.id, _C.coupon, _C.redeemed_at)
    .where(_C.run_id == sa.bindparam("run_id"), _C.face_id == sa.bindparam("face_id"))
    .where(_C.redeemed_at.is_not(None), _C.id > sa.bindparam("after"))
    .order_by(_C.id)
    .limit(sa.bindparam("limit"))
)
_BY_DIGEST: Final = (
    sa.select(SEASON_CODE, SEASON_RUN.c.season, SEASON_RUN.c.year)
    .join_from(SEASON_CODE, SEASON_RUN, SEASON_RUN.c.id == _C.run_id)
    .where(_C.digest == sa.bindparam("digest"))
)
_REDEEM: Final = (
    sa.update(SEASON_CODE)
    .where(_C.id == sa.bindparam("code_id"), _C.redeemed_at.is_(None))
    .values(redeemed_at=sa.bindparam("at"), shop_id=sa.bindparam("by_id"))
)
_REDEEMED_BY: Final = (
    sa.select(_C.coupon, _C.redeemed_at)
    .where(_C.shop_id == sa.bindparam("face_id"))
    .order_by(_C.redeemed_at.desc())
    .limit(sa.bindparam("limit"))
)
_RUNG_FOR: Final = (
    sa.select(SEASON_ACT.c.friend_id)
    .where(SEASON_ACT.c.run_id == sa.bindparam("run_id"), SEASON_ACT.c.ringer_id == sa.bindparam("face_id"))
    .where(SEASON_ACT.c.friend_id > 0)
    .distinct()
)


async def open_code(db: Db, run_id: int, face_id: int, coupon: str) -> int | None:
    """The id of a face's code for this coupon that was not used."""
    return await db.scalar(_OPEN, {"run_id": run_id, "face_id": face_id, "coupon": coupon})


async def codes(db: Db, run_id: int, face_id: int, limit: int) -> list[Row]:
    """A face's codes, newest first."""
    return list(await db.all(_OF_FACE, {"run_id": run_id, "face_id": face_id, "limit": limit}))


async def used_after(db: Db, run_id: int, face_id: int, after: int, limit: int) -> list[Row]:
    """``id, coupon, redeemed_at`` of a face's codes that a shop has taken, in their order."""
    wanted = {"run_id": run_id, "face_id": face_id, "after": after, "limit": limit}
    return list(await db.all(_USED, wanted))


async def add_code(tx: Tx, code_id: int, run_id: int, face_id: int, coupon: str, digest: str) -> None:
    """Write a new code down, by its digest."""
    row = {"id": code_id, "run_id": run_id, "face_id": face_id, "coupon": coupon, "digest": digest}
    await tx.run(sa.insert(SEASON_CODE).values(row))


async def by_digest(db: Db, digest: str) -> Row | None:
    """A code with the season and year of its run."""
    return await db.first(_BY_DIGEST, {"digest": digest})


async def redeem(tx: Tx, code_id: int, shop_id: int) -> bool:
    """It is used now; False when it was used before."""
    return await tx.run(_REDEEM, {"code_id": code_id, "at": tx.now_ms, "by_id": shop_id}) == 1


async def redeemed_by(db: Db, shop_id: int, limit: int) -> list[Row]:
    """``coupon, redeemed_at`` of what a shop took, newest first."""
    return list(await db.all(_REDEEMED_BY, {"face_id": shop_id, "limit": limit}))


async def sponsors_of(db: Db, face_id: int) -> set[tuple[str, str]]:
    """(season, sponsor) for which a face takes coupons."""
    rows = await db.all(sa.select(SEASON_SHOP).where(_S.face_id == face_id))
    return {(row.season, row.sponsor) for row in rows}


async def shops(db: Db, season: str) -> list[tuple[str, int]]:
    """(sponsor, face) of a season's shops."""
    rows = await db.all(sa.select(SEASON_SHOP).where(_S.season == season).order_by(_S.sponsor, _S.face_id))
    return [(row.sponsor, row.face_id) for row in rows]


async def add_shop(tx: Tx, season: str, sponsor: str, face_id: int) -> None:
    """A face takes coupons for this sponsor."""
    await tx.run(insert_ignore(SEASON_SHOP), {"season": season, "sponsor": sponsor, "face_id": face_id})


async def drop_shop(tx: Tx, season: str, sponsor: str, face_id: int) -> None:
    """It does so no more."""
    this = (_S.season == season, _S.sponsor == sponsor, _S.face_id == face_id)
    await tx.run(sa.delete(SEASON_SHOP).where(*this))


async def rung_for(db: Db, run_id: int, face_id: int) -> list[int]:
    """For whom a face did the act in this run."""
    return [row.friend_id for row in await db.all(_RUNG_FOR, {"run_id": run_id, "face_id": face_id})]


async def review(db: Db, run_id: int, face_id: int) -> Row | None:
    """What was decided about a face that looks made up: ``allowed`` is None while it waits."""
    return await db.first(sa.select(SEASON_REVIEW).where(_R.run_id == run_id, _R.face_id == face_id))


async def ask_review(tx: Tx, run_id: int, face_id: int) -> None:
    """A host is to have a look; again, nothing changes."""
    await tx.run(insert_ignore(SEASON_REVIEW), {"run_id": run_id, "face_id": face_id, "asked_at": tx.now_ms})


async def decide(tx: Tx, run_id: int, face_id: int, *, allowed: bool) -> bool:
    """What a host says; False where nobody waits."""
    this = sa.update(SEASON_REVIEW).where(_R.run_id == run_id, _R.face_id == face_id)
    return await tx.run(this.values(allowed=allowed)) == 1


async def waiting(db: Db, run_id: int) -> Sequence[int]:
    """Faces that wait for a host, the longest first."""
    rows = await db.all(
        sa.select(_R.face_id)
        .where(_R.run_id == run_id, _R.allowed.is_(None))
        .order_by(_R.asked_at, _R.face_id)
    )
    return [row.face_id for row in rows]


async def refused(db: Db, run_id: int) -> Sequence[int]:
    """Faces whom a host does not let use coupons, in the order in which they asked."""
    rows = await db.all(
        sa.select(_R.face_id)
        .where(_R.run_id == run_id, _R.allowed.is_(False))
        .order_by(_R.asked_at, _R.face_id)
    )
    return [row.face_id for row in rows]


async def leave(tx: Tx, face_id: int) -> None:
    """Take a face that has left out of shops, reviews and codes; a code that was used stays used."""
    await tx.run(sa.delete(SEASON_SHOP).where(_S.face_id == face_id))
    await tx.run(sa.delete(SEASON_REVIEW).where(_R.face_id == face_id))
    await tx.run(sa.delete(SEASON_CODE).where(_C.face_id == face_id, _C.redeemed_at.is_(None)))
    await tx.run(sa.update(SEASON_CODE).where(_C.face_id == face_id).values(face_id=-_C.id))
    await tx.run(sa.update(SEASON_CODE).where(_C.shop_id == face_id).values(shop_id=-_C.id))
