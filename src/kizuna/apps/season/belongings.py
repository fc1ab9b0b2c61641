"""What of a season is somebody's: for the archive, and to be taken away when its person leaves.

Acts stay, in their order, without the face that has left: else nobody could check the draws of those who stay.
"""

from collections.abc import AsyncIterator
from typing import Final

from kizuna.apps.season import (
    coupon_queries,
    eve_queries,
    gift_actions,
    gift_queries,
    message_queries,
    queries,
)
from kizuna.apps.season.gift_rules import Gift, welcome
from kizuna.circle import friend_queries
from kizuna.circle.models import Profile
from kizuna.ground.clock import iso
from kizuna.ground.ids import id_ms
from kizuna.ledger import queries as ledger
from kizuna.ledger.actions import move
from kizuna.ledger.models import Account, Movement
from kizuna.people.belongings import AT_ONCE, Entry, Leaver, Part, Progress
from kizuna.store.store import Db, Tx

PAGE: Final = 200


async def empty(tx: Tx, leaver: Leaver) -> Progress:
    """What hangs goes, and acts are nobody's."""
    face_id = leaver.owner_id
    if await queries.forget_some(tx, face_id, AT_ONCE) or await message_queries.forget_some(
        tx, face_id, AT_ONCE
    ):
        return Progress.MORE
    await queries.take_down(tx, face_id)
    await eve_queries.forget_chances(tx, face_id)
    return Progress.DONE


async def empty_gifts(tx: Tx, leaver: Leaver) -> Progress:
    """What was for the face comes back to who gave it in its time; what it gave, and its words, are gone."""
    if await gift_actions.leave_some(tx, leaver.owner_id):
        return Progress.MORE
    return Progress.DONE


async def empty_holdings(tx: Tx, leaver: Leaver) -> Progress:
    """What is held is given back, and codes that were not used count no more."""
    face_id = leaver.owner_id
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


async def export_gifts(db: Db, face_id: int) -> AsyncIterator[Entry]:
    """What the face gave and was given, with its own words, and those of others once it has opened them.

    Who stands at the other side is named where the face may see them now; what somebody gave with whom there is a
    block is left out, as it is on the page.
    """
    seasons = {run.id: run.season for run in await queries.all_runs(db)}
    after = 0
    while gifts := await gift_queries.of_party(db, face_id, PAGE, after):
        others = {gift.from_id if gift.to_id == face_id else gift.to_id or 0 for gift in gifts}
        known = await friend_queries.profiles_by_id(db, face_id, others)
        for gift in gifts:
            mine = gift.from_id == face_id
            if mine or welcome(known, gift.from_id):
                yield _gift(
                    gift,
                    seasons[gift.run_id],
                    known.get(gift.to_id or 0 if mine else gift.from_id),
                    mine=mine,
                )
        after = gifts[-1].id


def _gift(gift: Gift, season: str, other: Profile | None, *, mine: bool) -> Entry:
    known = mine or gift.state == "opened"
    fields: dict[str, object] = {
        "season": season,
        "given": mine,
        "state": gift.state,
        "thing": gift.asset if known else None,
        "note": gift.note if known else "",
        "thanked": gift.thanked,
    }
    named = {} if other is None else {"to" if mine else "from": other.face.handle}
    return Entry(gift.id, id_ms(gift.id), gift.note if known else "", fields | named)


async def export_holdings(db: Db, face_id: int) -> AsyncIterator[Entry]:
    """What the face holds, and which of its coupons a shop has taken when."""
    for asset, amount in sorted((await ledger.balances(db, "held", face_id)).items()):
        yield Entry(face_id, id_ms(face_id), f"{asset}: {amount}", {"thing": asset, "amount": amount})
    for run in await queries.all_runs(db):
        after = 0
        while rows := await coupon_queries.used_after(db, run.id, face_id, after, PAGE):
            for row in rows:
                used: dict[str, object] = {
                    "season": run.season,
                    "coupon": row.coupon,
                    "used_at": iso(row.redeemed_at),
                }
                yield Entry(row.id, id_ms(row.id), f"{run.season} {row.coupon}", used)
            after = rows[-1].id


PARTS: Final = (
    Part("season.gifts", "circle", "circle", empty_gifts, export_gifts),
    Part("season.holdings", "circle", "circle", empty_holdings, export_holdings),
    Part("season.acts", "circle", "circle", empty, export),
)
