"""The verbs of gifts: an ornament, a coupon or a card, for a friend or for whoever has its link.

What is given is under way in the book (account ``gift``) until it is opened, or given back.
"""

import base64
import hmac
import re
from typing import Final

from kizuna.apps.season import book, gift_queries, queries
from kizuna.apps.season.actions import on
from kizuna.apps.season.events import GiftGiven, GiftReturned, GiftThanked
from kizuna.apps.season.gift_rules import LONGEST_NOTE, Gift, State, check_open, check_revoke, is_over
from kizuna.apps.season.ports import Seasons
from kizuna.apps.season.run import Run
from kizuna.circle import block_queries, friend_queries, group_queries
from kizuna.circle import queries as circle_queries
from kizuna.ground import text as texts
from kizuna.ground.errors import Gone, Invalid, NotFound
from kizuna.ground.ids import MAX_ID, first_id_at, parse_id
from kizuna.jobs.idempotency import Key, once
from kizuna.ledger import queries as ledger
from kizuna.ledger.actions import move
from kizuna.ledger.models import Account, Movement
from kizuna.store.store import Db, Tx

DAY_MS: Final = 24 * 3600 * 1000
TO_OPEN_MS: Final = 7 * DAY_MS
"""So long after the season a gift can still be opened."""
AT_ONCE: Final = 200
MOST_A_DAY: Final = 300
"""So many gifts of one giver in 24 hours."""
CARD: Final = ""
SHARE: Final = "share"
_CLAIM: Final = b"kizuna season claim 1\n"
_NUMBER: Final = re.compile("[0-9a-f]{1,15}")


def over_ms(run: Run) -> int:
    """When there is nothing of a run to be opened or used any more, in the season's time."""
    return max([run.closes_ms + TO_OPEN_MS, *(run.instant(one.use_until) for one in run.season.coupons)])


def code(root: bytes, gift_id: int) -> str:
    """What the link of a gift for whoever claims it ends with: its id, and 128 bits that only this server can make."""
    mac = hmac.digest(root, _CLAIM + b"%d" % gift_id, "sha256")[:16]
    return f"{gift_id:x}-{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def id_in(root: bytes, sent: str) -> int | None:
    """The id of the gift that a code is for; None for one that this server never made."""
    gift_id = number_in(sent)
    if gift_id is None or not hmac.compare_digest(code(root, gift_id).encode(), sent.encode()):
        return None
    return gift_id


def number_in(sent: str) -> int | None:
    """The id that a code says it is for. Whether this server made it says ``id_in``."""
    number, _, _mac = sent.partition("-")
    if not _NUMBER.fullmatch(number):
        return None
    return int(number, 16)


async def give(
    seasons: Seasons,
    run: Run,
    face_id: int,
    to_id: int | None,
    thing: str,
    note: str,
    opens_at: int = 0,
    key: Key | None = None,
    *,
    group_id: int | None = None,
) -> int:
    """Give an ornament (``ornament/star``), a coupon (``coupon/cake``), what an act brought to be passed on
    (``share/ID of the act``) or, for an empty ``thing``, a card; answers the id.

    With ``group_id`` everybody in that group of the giver's is given one, or nobody: it answers the first id. Else
    ``to_id`` None makes it claimable by whoever has its link; what is passed on goes to friends alone, to each of them
    once. Raises Ended, NotFound for somebody who is no friend, Invalid for a note that is too long, a card without
    words, a day after the season, a group without anybody or a thing that there is not, and Insufficient for what the
    giver does not have.
    """
    said = _words(note, needed=not thing)
    act_id = _act_in(thing)
    asset = book.thing(run, thing) if thing and act_id is None else None
    if act_id is not None and to_id is None and group_id is None:
        raise Invalid("Choose a friend to share it with.", field="friend")
    if opens_at > run.closes_ms:
        raise Invalid("Choose a day before the season ends.", field="opens")

    async def apply(tx: Tx) -> int:
        async def do() -> int:
            made = await on(tx, seasons, run)
            if not await friend_queries.is_live(tx, face_id):
                raise NotFound
            receivers = await _receivers(tx, face_id, to_id, group_id)
            return min([await one(tx, made.id, receiver) for receiver in receivers])

        async def one(tx: Tx, run_id: int, receiver_id: int | None) -> int:
            source = None if asset is None else book.held(asset, face_id)
            if act_id is not None:
                source = await _to_pass_on(tx, run, run_id, face_id, act_id, receiver_id)
            gift = Gift(
                id=tx.new_id(),
                run_id=run_id,
                from_id=face_id,
                to_id=receiver_id,
                asset=None if source is None else source.asset,
                note=said,
                opens_at=opens_at,
                expires_at=run.closes_ms + TO_OPEN_MS,
                state="given",
                act_id=act_id,
            )
            await gift_queries.add(tx, gift)
            if receiver_id is not None:
                tx.emit(GiftGiven(gift.id, face_id, receiver_id))
            if source is not None:
                await _move(tx, gift, "given", source, _under_way(gift, source.asset))
                await _take_down(tx, run, run_id, face_id, thing)
            return gift.id

        return (await once(tx, key, do))[0]

    return await seasons.store.write(apply)


async def by_code(db: Db, sent: str) -> Gift | None:
    """The gift that a link is for, of whichever season; None for a link that this server never made."""
    number = number_in(sent)
    gift = await gift_queries.by_id(db, number) if number is not None else None
    if gift is None or id_in(await queries.root(db, gift.run_id), sent) is None:
        return None
    return gift


async def look_at(seasons: Seasons, face_id: int, sent: str) -> Gift:
    """A gift behind a link, before it is claimed. Raises NotFound as ``claim`` does, Gone when it is another's."""
    reads = seasons.store.reads
    gift = await by_code(reads, sent)
    if gift is None or await block_queries.blocked_between(reads, gift.from_id, face_id):
        raise NotFound
    if gift.state != "given" or gift.to_id not in (None, face_id):
        raise Gone("This gift is not there any more.")
    return gift


async def claim(seasons: Seasons, face_id: int, sent: str) -> int:
    """Make a gift with a link one's own; answers its id. Again, it is the same. Of many at once, one has it.

    Raises NotFound for a link that there is not (or behind which somebody stands who is blocked), Gone for one that
    another was quicker with, or that has ended, Invalid for one's own.
    """

    async def apply(tx: Tx) -> int:
        gift = await by_code(tx, sent)
        if gift is None or not await friend_queries.is_live(tx, face_id):
            raise NotFound
        if gift.from_id == face_id:
            raise Invalid("This gift is from you. Send its link to somebody.")
        if gift.to_id == face_id:
            return gift.id
        await _no_block(tx, gift.from_id, face_id)
        if is_over(gift, seasons.calendar.at(tx.now_ms)) or not await gift_queries.claim(
            tx, gift.id, face_id
        ):
            raise Gone("This gift is not there any more.")
        return gift.id

    return await seasons.store.write(apply)


async def open_gift(seasons: Seasons, face_id: int, gift_id: int) -> None:
    """Unwrap a gift of one's own; again, nothing happens. Raises NotFound, Conflict before its day, Gone."""

    async def apply(tx: Tx) -> None:
        gift = await _gift(tx, gift_id)
        if gift.to_id != face_id:
            raise NotFound
        if gift.state == "opened":
            return
        await _no_block(tx, gift.from_id, face_id)
        check_open(gift, seasons.calendar.at(tx.now_ms))
        await _end(tx, gift, "opened", face_id)

    await seasons.store.write(apply)


async def revoke(seasons: Seasons, face_id: int, gift_id: int) -> None:
    """Take back what was not opened; again, nothing happens. Raises NotFound for another's, Gone."""

    async def apply(tx: Tx) -> None:
        gift = await _gift(tx, gift_id)
        if gift.from_id != face_id:
            raise NotFound
        if gift.state == "revoked":
            return
        check_revoke(gift)
        await _end(tx, gift, "revoked", face_id)

    await seasons.store.write(apply)


async def thank(seasons: Seasons, face_id: int, gift_id: int) -> None:
    """Say thanks for what was opened; again, nothing happens. Raises NotFound."""

    async def apply(tx: Tx) -> None:
        gift = await _gift(tx, gift_id)
        if gift.to_id != face_id or gift.state != "opened":
            raise NotFound
        if await gift_queries.thank(tx, gift.id):
            tx.emit(GiftThanked(gift.id, face_id, gift.from_id))

    await seasons.store.write(apply)


async def expire(seasons: Seasons) -> int:
    """Give back what nobody opened in time; answers how many there were, at most 200 at once."""

    async def apply(tx: Tx) -> int:
        over = await gift_queries.due(tx, seasons.calendar.at(tx.now_ms), AT_ONCE)
        for gift in over:
            await _end(tx, gift, "expired", gift.from_id)
            tx.emit(GiftReturned(gift.id, gift.from_id))
        return len(over)

    return await seasons.store.write(apply)


async def return_shares(seasons: Seasons, run: Run) -> int:
    """Return what was to be passed on and was not, when gifts have expired; answers how many, at most 200 at once."""

    async def apply(tx: Tx) -> int:
        now_ms = seasons.calendar.at(tx.now_ms)
        if now_ms < run.closes_ms + TO_OPEN_MS or await gift_queries.due(tx, now_ms, 1):
            return 0  # what is under way comes back by itself first
        for coupon in run.season.coupons:
            asset = book.coupon(run, coupon.id)
            rest = await ledger.holders(tx, asset, "gift", AT_ONCE)
            for owner_id, amount in rest.items():
                source = Account(asset, "gift", owner_id)
                back = Movement(f"{asset}/unshared/{owner_id}", source, Account(asset, "returned"), amount)
                await move(tx, back)
            if rest:
                return len(rest)
        return 0

    return await seasons.store.write(apply)


async def part(tx: Tx, by_id: int, face_id: int) -> None:
    """One face has blocked another: nothing that was under way between the two arrives any more.

    What the former gave is taken back. What it was given comes back to the other as from somebody who has left: in its
    time, and with the same words. What was given since they are friends again is as it was.
    """
    since = (await friend_queries.since(tx, by_id)).get(face_id)
    below = MAX_ID if since is None else first_id_at(since)
    for gift in await gift_queries.under_way(tx, by_id, face_id, below, AT_ONCE):
        await _end(tx, gift, "revoked", by_id)
    await gift_queries.turn_away(tx, by_id, face_id, below)  # beyond two hundred: in its time, too
    await gift_queries.turn_away(tx, face_id, by_id, below)


async def leave_some(tx: Tx, face_id: int) -> int:
    """Take a face that leaves out of some of its gifts; answers of how many. What was for it comes back to who gave it
    in its time; what it gave is nobody's any more."""
    found = await gift_queries.of_party(tx, face_id, AT_ONCE)
    for gift in found:
        if gift.state == "given" and gift.from_id == face_id:
            await _end(tx, gift, "declined", None)
        await gift_queries.forget_party(tx, gift, face_id)
    return len(found)


async def _end(tx: Tx, gift: Gift, state: State, owner_id: int | None) -> None:
    """It is under way no more: what it holds is this face's, or returned."""
    if await gift_queries.become(tx, gift.id, state) and gift.asset is not None:
        await _move(tx, gift, state, _under_way(gift, gift.asset), _place_of(gift, gift.asset, owner_id))


def _place_of(gift: Gift, asset: str, owner_id: int | None) -> Account:
    """Where what was in a gift comes to: its giver has what was to be passed on to pass it on, and not to keep it."""
    if owner_id is None or owner_id < 0:
        return Account(asset, "returned")
    if gift.act_id is not None and owner_id == gift.from_id:
        return Account(asset, "gift", gift.act_id)
    return book.held(asset, owner_id)


async def _move(tx: Tx, gift: Gift, what: str, source: Account, target: Account) -> None:
    await move(tx, Movement(f"gift/{gift.id}/{what}", source, target, 1))


def _under_way(gift: Gift, asset: str) -> Account:
    return Account(asset, "gift", gift.id)


async def _take_down(tx: Tx, run: Run, run_id: int, face_id: int, thing: str) -> None:
    """What was given away hangs no more."""
    kind, _, name = thing.partition("/")
    if kind == "ornament":
        has = await ledger.balance(tx, book.held(book.ornament(run, name), face_id))
        await queries.take_down_over(tx, run_id, face_id, name, has)


def _words(note: str, *, needed: bool) -> str:
    said = texts.clean(note)
    texts.check_length(said, LONGEST_NOTE, "note")
    if needed and texts.is_blank(said):
        raise Invalid("A card needs some words.", field="note")
    return said


async def _receivers(tx: Tx, face_id: int, to_id: int | None, group_id: int | None) -> list[int | None]:
    """To whom it goes. Raises NotFound and Invalid as ``give`` does, the latter also when a day has no more gifts."""
    if to_id is not None and not await circle_queries.friends_among(tx, face_id, [to_id]):
        raise NotFound
    found = [to_id] if group_id is None else await _in_group(tx, face_id, group_id)
    given = await gift_queries.given_since(tx, face_id, (tx.now_ms - DAY_MS) << 16)
    if given + len(found) > MOST_A_DAY:
        raise Invalid("That was all for today. Tomorrow there are more.")
    return found


async def _in_group(tx: Tx, face_id: int, group_id: int) -> list[int | None]:
    """Who is in a group of the giver's. Raises NotFound for another's, Invalid where nobody is in it."""
    if await group_queries.group(tx, face_id, group_id) is None:
        raise NotFound
    members = await group_queries.members(tx, face_id, group_id)
    if not members:
        raise Invalid("There is nobody in this group.", field="friend")
    return [member.id for member in members]


def _act_in(thing: str) -> int | None:
    """The act whose coupon a thing names to be passed on. Raises Invalid for a number that is none."""
    kind, _, number = thing.partition("/")
    if kind != SHARE:
        return None
    act_id = parse_id(number)
    if act_id is None:
        raise Invalid("There is no such thing to give.", field="thing")
    return act_id


async def _to_pass_on(tx: Tx, run: Run, run_id: int, face_id: int, act_id: int, to_id: int | None) -> Account:
    """Where it comes from. Raises Invalid where there is no such act, or that friend has one of it already."""
    act = await queries.own_act(tx, run_id, face_id, act_id)
    if act is None or act.coupon is None:
        raise Invalid("There is no such thing to give.", field="thing")
    if to_id in await gift_queries.passed_on(tx, act_id):
        raise Invalid("They have one of these from you already.", field="friend")
    return book.to_pass_on(run, act.coupon, act_id)


async def _gift(tx: Tx, gift_id: int) -> Gift:
    found = await gift_queries.by_id(tx, gift_id)
    if found is None:
        raise NotFound
    return found


async def _no_block(tx: Tx, one_id: int, other_id: int) -> None:
    """Raises NotFound where a block stands between two faces, whoever made it."""
    if await block_queries.blocked_between(tx, one_id, other_id):
        raise NotFound
