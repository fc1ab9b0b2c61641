"""What of a season is somebody's: for the archive, and to be taken away when its person leaves.

Acts stay, in their order, without the face that has left: else nobody could check the draws of those who stay.
"""

from collections.abc import AsyncIterator
from typing import Final

from kizuna.apps.season import coupon_queries, eve_queries, gift_actions, queries
from kizuna.ground.ids import id_ms
from kizuna.ledger import queries as ledger
from kizuna.ledger.actions import move
from kizuna.ledger.models import Account, Movement
from kizuna.people.belongings import AT_ONCE, Entry, Leaver, Part, Progress
from kizuna.store.store import Db, Tx

PAGE: Final = 200


async def empty(tx: Tx, leaver: Leaver) -> Progress:
    """What hangs goes, gifts under way and what is held are given back, and acts are nobody's."""
    face_id = leaver.owner_id
    if await queries.forget_some(tx, face_id, AT_ONCE):
        return Progress.MORE
    if await gift_actions.leave_some(tx, face_id):
        return Progress.MORE
    await queries.take_down(tx, face_id)
    await eve_queries.forget_chances(tx, face_id)
    await coupon_queries.leave(tx, face_id)
    for asset, amount in (await ledger.balances(tx, "held", face_id)).items():
        source = Account(asset, "held", face_id)
        await move(tx, Movement(f"{asset}/left/{face_id}", source, Account(asset, "returned"), amount))
    return Progress.DONE


async def export(db: Db, face_id: int) -> AsyncIterator[Entry]:
    """The acts of the face, with what they brought."""
    for run in await queries.all_runs(db):
        after = 0
        while rows := await queries.own_acts(db, run.id, face_id, after, PAGE):
            for row in rows:
                fields: dict[str, object] = {"season": run.season, "day": row.day, "points": row.points}
                brought = {"ornament": row.ornament, "coupon": row.coupon}
                yield Entry(row.id, id_ms(row.id), f"{run.season} {row.day}", fields | brought)
            after = rows[-1].id


PARTS: Final = (Part("season.acts", "circle", "circle", empty, export),)
