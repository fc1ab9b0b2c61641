"""All SQL of the report."""

from typing import Final

import sqlalchemy as sa

from kizuna.apps.season.report import Totals, share, told
from kizuna.apps.season.tables import SEASON_ACT, SEASON_CODE, SEASON_GIFT, SEASON_MESSAGE, SEASON_STAGE
from kizuna.store.store import Db

_A: Final = SEASON_ACT.c
_S: Final = SEASON_STAGE.c


async def totals(db: Db, run_id: int) -> Totals:
    """The totals of a run."""

    async def count(what: sa.ColumnElement[int], *which: sa.ColumnElement[bool]) -> int:
        return int(await db.scalar(sa.select(what).where(*which)) or 0)

    of_run = _A.run_id == run_id
    people = await count(sa.func.count(), _S.run_id == run_id)
    later = await count(sa.func.count(), _S.run_id == run_id, _S.after_friend)
    here = _A.ringer_id > 0  # whoever has left is another number in each row, and nobody
    ringers = await count(sa.func.count(_A.ringer_id.distinct()), of_run, here)
    winners = await count(sa.func.count(_A.ringer_id.distinct()), of_run, here, _A.coupon.is_not(None))
    used = (SEASON_CODE.c.run_id == run_id, SEASON_CODE.c.redeemed_at.is_not(None))
    users = await count(sa.func.count(SEASON_CODE.c.face_id.distinct()), SEASON_CODE.c.face_id > 0, *used)
    given = SEASON_GIFT.c.run_id == run_id
    givers = await count(sa.func.count(SEASON_GIFT.c.from_id.distinct()), SEASON_GIFT.c.from_id > 0, given)
    sent = SEASON_MESSAGE.c.run_id == run_id
    public = (sent, SEASON_MESSAGE.c.public)
    author = sa.func.count(SEASON_MESSAGE.c.face_id.distinct())
    message = sa.func.count(SEASON_MESSAGE.c.voice_id)
    return Totals(
        people=told(people, people),
        ringers=told(ringers, ringers),
        acts=told(await count(sa.func.count(_A.id), of_run), ringers),
        coupons=told(await count(sa.func.count(_A.id), of_run, _A.coupon.is_not(None)), winners),
        used=told(await count(sa.func.count(SEASON_CODE.c.id), *used), users),
        gifts=told(await count(sa.func.count(SEASON_GIFT.c.id), given), givers),
        messages=told(await count(message, sent), await count(author, sent)),
        public_messages=told(await count(message, *public), await count(author, *public)),
        through_friends=told(share(later, people), people),
    )
