"""The verbs of coupons: showing a code, taking one in a shop, and what hosts decide about both."""

from typing import Literal

import msgspec

from kizuna.apps.season import book, coupon_queries, gift_queries, queries
from kizuna.apps.season.coupon_rules import YOUNG_MS, code, digest, looks_made_up, typed
from kizuna.apps.season.models import Coupon
from kizuna.apps.season.ports import Seasons
from kizuna.apps.season.run import Run, make_run
from kizuna.circle import friend_queries
from kizuna.ground.errors import Conflict, Gone, Invalid, NotFound
from kizuna.ground.ids import first_id_at, id_ms
from kizuna.jobs.idempotency import Key, once
from kizuna.ledger import queries as ledger
from kizuna.ledger.actions import move
from kizuna.ledger.models import Account, Movement
from kizuna.store.store import Db, Row, Tx


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A code as a shop sees it: for what it is, and whether it counts. Never whose it is."""

    run: Run
    coupon: Coupon
    state: Literal["good", "used", "over", "gone"]
    """``gone``: whoever showed it has it no more, or may not use it. ``over``: its time is."""
    used_ms: int | None = None


async def show(seasons: Seasons, run: Run, face_id: int, name: str) -> int:
    """Make a code for a coupon of one's own, or answer the one that there is; answers its id.

    Raises NotFound, Invalid for a coupon that one does not have, Gone when its time is over, and Conflict for a face
    that is too new, or that a host has to look at first: that is asked for by it.
    """
    coupon = next((one for one in run.season.coupons if one.id == name), None)
    if coupon is None:
        raise NotFound

    async def apply(tx: Tx) -> int | None:
        made = await queries.find_run(tx, run.season.id, run.year)
        if made is None or not await friend_queries.is_live(tx, face_id):
            raise NotFound
        now_ms = seasons.calendar.at(tx.now_ms)
        if await ledger.balance(tx, book.held(book.coupon(run, name), face_id)) < 1:
            raise Invalid("You have none of these.")
        if now_ms > run.instant(coupon.use_until):
            raise Gone("The time of this coupon is over.")
        if now_ms < id_ms(face_id) + YOUNG_MS:
            raise Conflict("Whoever is new here uses coupons from the fourth day on.")
        if not await _may_use(tx, seasons, run, made.id, face_id):
            return None
        before = await coupon_queries.open_code(tx, made.id, face_id, name)
        if before is not None:
            return before
        code_id = tx.new_id()
        told = digest(code(await queries.root(tx, made.id), code_id))
        await coupon_queries.add_code(tx, code_id, made.id, face_id, name, told)
        return code_id

    code_id = await seasons.store.write(apply)
    if code_id is None:
        raise Conflict("The hosts of this server have a look first. Come back later.")
    return code_id


async def _may_use(tx: Tx, seasons: Seasons, run: Run, run_id: int, face_id: int) -> bool:
    """Whether no host has to look first; if one has, they are asked."""
    decided = await coupon_queries.review(tx, run_id, face_id)
    if decided is not None:
        return bool(decided.allowed)
    assets = [book.coupon(run, one.id) for one in run.season.coupons]
    others = {
        *await coupon_queries.rung_for(tx, run_id, face_id),
        *await gift_queries.givers_of(tx, assets, face_id),
    }
    before = first_id_at(run.opens_ms - seasons.calendar.ahead_ms)
    known = None
    if await friend_queries.first_face(tx) < before:
        known = {one for one in others if one < before}
        known |= await friend_queries.with_friends_before(tx, others, before, face_id)
    if not looks_made_up(await friend_queries.how_many_friends(tx, others), known):
        return True
    await coupon_queries.ask_review(tx, run_id, face_id)
    return False


async def look_up(seasons: Seasons, shop_id: int, sent: str) -> Shown:
    """What a code is that somebody shows in a shop. Raises Invalid for one that is none of this shop's."""
    return (await _found(seasons, seasons.store.reads, shop_id, sent))[1]


async def redeem(seasons: Seasons, shop_id: int, sent: str, key: Key | None = None) -> Shown:
    """Take a coupon: what its holder had is used. Raises Invalid as ``look_up``, Gone for one that does not count.

    A request that is repeated with its ``key`` is answered as the first time.
    """

    async def apply(tx: Tx) -> Shown:
        async def do() -> int:
            row, shown = await _found(seasons, tx, shop_id, sent)
            if shown.state != "good" or not await coupon_queries.redeem(tx, row.id, shop_id):
                raise Gone("This coupon does not count any more.")
            asset = book.coupon(shown.run, row.coupon)
            source, target = book.held(asset, row.face_id), Account(asset, "used")
            await move(tx, Movement(f"{asset}/code/{row.id}", source, target, 1))
            return int(row.id)

        await once(tx, key, do)
        return (await _found(seasons, tx, shop_id, sent))[1]

    return await seasons.store.write(apply)


async def _found(seasons: Seasons, db: Db, shop_id: int, sent: str) -> tuple[Row, Shown]:
    """Unknown codes, and those of another sponsor, are answered alike."""
    known = typed(sent)
    row = await coupon_queries.by_digest(db, digest(known)) if known is not None else None
    if row is None or row.season not in seasons.calendar.installed:
        raise _unknown()
    run = make_run(seasons.calendar.installed[row.season].season, row.year)
    coupon = next((one for one in run.season.coupons if one.id == row.coupon), None)
    if coupon is None or (row.season, coupon.sponsor) not in await coupon_queries.sponsors_of(db, shop_id):
        raise _unknown()
    return row, Shown(
        run=run, coupon=coupon, state=await _state(seasons, db, run, row), used_ms=row.redeemed_at
    )


def _unknown() -> Invalid:
    return Invalid("There is no coupon with this code for your shop.", field="code")


async def _state(seasons: Seasons, db: Db, run: Run, row: Row) -> Literal["good", "used", "over", "gone"]:
    if row.redeemed_at is not None:
        return "used"
    coupon = next(one for one in run.season.coupons if one.id == row.coupon)
    if seasons.calendar.now_ms() > run.instant(coupon.use_until):
        return "over"
    decided = await coupon_queries.review(db, row.run_id, row.face_id)
    if (decided is not None and not decided.allowed) or not await friend_queries.is_live(db, row.face_id):
        return "gone"
    has = await ledger.balance(db, book.held(book.coupon(run, row.coupon), row.face_id))
    return "good" if has >= 1 else "gone"


async def appoint_shop(seasons: Seasons, run: Run, sponsor: str, face_id: int, *, undo: bool = False) -> None:
    """A face takes coupons for a sponsor, or does so no more. Raises NotFound for a sponsor or face there is not."""
    if sponsor not in {one.id for one in run.season.sponsors}:
        raise NotFound

    async def apply(tx: Tx) -> None:
        if undo:
            await coupon_queries.drop_shop(tx, run.season.id, sponsor, face_id)
            return
        if not await friend_queries.is_live(tx, face_id):
            raise NotFound
        await coupon_queries.add_shop(tx, run.season.id, sponsor, face_id)

    await seasons.store.write(apply)


async def decide(seasons: Seasons, run: Run, face_id: int, *, allowed: bool) -> None:
    """What a host says about a face that waits. Raises NotFound where none does."""

    async def apply(tx: Tx) -> None:
        made = await queries.find_run(tx, run.season.id, run.year)
        if made is None or not await coupon_queries.decide(tx, made.id, face_id, allowed=allowed):
            raise NotFound

    await seasons.store.write(apply)
