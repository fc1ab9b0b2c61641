"""What a season's hosts are told about it: totals, and none that is about fewer than twenty people."""

from typing import Final

import msgspec
import sqlalchemy as sa

from kizuna.apps.season.tables import SEASON_ACT, SEASON_CODE, SEASON_GIFT, SEASON_STAGE
from kizuna.store.store import Db

LEAST: Final = 20
STEP: Final = 5
_A: Final = SEASON_ACT.c
_S: Final = SEASON_STAGE.c


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """A number is None where fewer than twenty people stand behind it."""

    people: int | None
    """Who hung theirs."""
    ringers: int | None
    """Who rang at least once."""
    acts: int | None
    coupons: int | None
    """Won by acts, those that are passed on not counted."""
    used: int | None
    """Coupons that shops took."""
    gifts: int | None
    through_friends: int | None
    """Of a hundred people, how many had a friend there before them; to the nearest five."""


async def totals(db: Db, run_id: int) -> Totals:
    """The totals of a run."""

    async def count(what: sa.ColumnElement[int], *which: sa.ColumnElement[bool]) -> int:
        return int(await db.scalar(sa.select(what).where(*which)) or 0)

    of_run = _A.run_id == run_id
    people = await count(sa.func.count(), _S.run_id == run_id)
    later = await count(sa.func.count(), _S.run_id == run_id, _S.after_friend)
    ringers = await count(sa.func.count(_A.ringer_id.distinct()), of_run)
    winners = await count(sa.func.count(_A.ringer_id.distinct()), of_run, _A.coupon.is_not(None))
    used = (SEASON_CODE.c.run_id == run_id, SEASON_CODE.c.redeemed_at.is_not(None))
    users = await count(sa.func.count(SEASON_CODE.c.face_id.distinct()), *used)
    given = SEASON_GIFT.c.run_id == run_id
    givers = await count(sa.func.count(SEASON_GIFT.c.from_id.distinct()), given)
    return Totals(
        people=told(people, people),
        ringers=told(ringers, ringers),
        acts=told(await count(sa.func.count(_A.id), of_run), ringers),
        coupons=told(await count(sa.func.count(_A.id), of_run, _A.coupon.is_not(None)), winners),
        used=told(await count(sa.func.count(SEASON_CODE.c.id), *used), users),
        gifts=told(await count(sa.func.count(SEASON_GIFT.c.id), given), givers),
        through_friends=told(share(later, people), people),
    )


def told(count: int, people: int) -> int | None:
    """A count, where enough people stand behind it."""
    return count if people >= LEAST else None


def share(part: int, whole: int) -> int:
    """Of a hundred, to the nearest five: so that nobody can tell what one more or less would have made it."""
    return STEP * round(100 * part / whole / STEP) if whole else 0
