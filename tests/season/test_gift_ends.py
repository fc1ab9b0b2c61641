"""Gifts whose receiver leaves, or blocks the giver: they arrive no more, the book is whole, and no giver can tell."""

import pytest
from msgspec.structs import replace

from kizuna.apps.season import consumers, gift_actions
from kizuna.apps.season.events import GiftReturned
from kizuna.apps.season.gift_actions import DAY_MS, claim, expire, give, open_gift, revoke
from kizuna.apps.season.notices import KINDS
from kizuna.apps.season.ports import Seasons
from kizuna.apps.season.run import Run
from kizuna.circle import block_actions, events
from kizuna.circle.ports import Circle
from kizuna.ground.errors import Gone, NotFound
from kizuna.ledger.audit import audit
from kizuna.notifications.circle_reads import circle_page
from kizuna.square.models import Page
from tests.circle.conftest import Cast
from tests.fakes import FakeClock
from tests.season.conftest import befriend
from tests.season.test_gifts import STAR, gift_of, link_of, rich, stars

__all__ = ["rich"]


async def blocked(seasons: Seasons, circle: Circle, by_id: int, face_id: int) -> None:
    """A block, and what follows from it; nobody is blocked any more afterwards."""
    await block_actions.block(circle, by_id, face_id)
    event = events.Blocked(by_id, face_id)
    await seasons.store.write(lambda tx: consumers.on_blocked(event, tx))
    await block_actions.unblock(circle, by_id, face_id)


async def test_a_block_ends_what_is_under_way_for_good(
    rich: Seasons, run: Run, town: Cast, circle: Circle, clock: FakeClock
) -> None:
    to_taro = await give(rich, run, town.hana, town.taro, STAR, "")
    claimed = await give(rich, run, town.hana, None, STAR, "")
    await claim(rich, town.taro, await link_of(rich, run, claimed))
    opened = await give(rich, run, town.hana, town.taro, STAR, "kept")
    await open_gift(rich, town.taro, opened)
    to_yuki = await give(rich, run, town.hana, town.yuki, "", "a card")
    await blocked(rich, circle, town.taro, town.hana)
    for gift in (to_taro, claimed):
        with pytest.raises(NotFound):
            await open_gift(rich, town.taro, gift)
    with pytest.raises(Gone):
        await claim(rich, town.ken, await link_of(rich, run, claimed))
    await revoke(rich, town.hana, claimed)
    assert await stars(rich, run, town.hana, town.taro) == [1, 1]
    assert (await gift_of(rich, opened)).to_id == town.taro
    await open_gift(rich, town.yuki, to_yuki)
    clock.set(run.closes_ms + 7 * DAY_MS)
    assert await expire(rich) == 1
    assert await stars(rich, run, town.hana, town.taro) == [2, 1]
    assert await audit(rich.store.reads) == []


async def test_no_giver_can_tell_a_block_from_leaving(
    rich: Seasons, run: Run, town: Cast, circle: Circle
) -> None:
    """What stands of a gift is the same, but for its number."""
    to_taro = await give(rich, run, town.hana, town.taro, STAR, "a note")
    to_yuki = await give(rich, run, town.hana, town.yuki, STAR, "a note")
    await blocked(rich, circle, town.taro, town.hana)
    await rich.store.write(lambda tx: gift_actions.leave_some(tx, town.yuki))
    found = [replace(await gift_of(rich, one), id=0, to_id=None) for one in (to_taro, to_yuki)]
    assert found[0] == found[1]
    assert [(await gift_of(rich, one)).to_id for one in (to_taro, to_yuki)] == [-to_taro, -to_yuki]


async def test_whoever_blocks_takes_back_what_they_gave(
    rich: Seasons, run: Run, town: Cast, circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gift_actions, "AT_ONCE", 1)
    first, second = [await give(rich, run, town.hana, town.taro, STAR, "") for _ in range(2)]
    await blocked(rich, circle, town.hana, town.taro)
    assert (await gift_of(rich, first)).state == "revoked"
    assert await stars(rich, run, town.hana) == [2]
    for gift, refusal in ((first, Gone), (second, NotFound)):
        with pytest.raises(refusal):
            await open_gift(rich, town.taro, gift)
    await revoke(rich, town.hana, second)
    assert await stars(rich, run, town.hana) == [3]
    assert await audit(rich.store.reads) == []


async def test_what_is_given_since_they_are_friends_again_arrives(
    rich: Seasons, run: Run, town: Cast, circle: Circle, clock: FakeClock
) -> None:
    """Also where the server hears of the block later than of all that came after it."""
    before = await give(rich, run, town.hana, town.taro, STAR, "")
    await block_actions.block(circle, town.taro, town.hana)
    await block_actions.unblock(circle, town.taro, town.hana)
    clock.advance(1)
    await befriend(circle, town.hana, town.taro)
    clock.advance(1)
    since = await give(rich, run, town.hana, town.taro, STAR, "")
    await rich.store.write(lambda tx: consumers.on_blocked(events.Blocked(town.taro, town.hana), tx))
    await open_gift(rich, town.taro, since)
    with pytest.raises(NotFound):
        await open_gift(rich, town.taro, before)


async def test_whoever_leaves_leaves_nothing_under_way(rich: Seasons, run: Run, town: Cast) -> None:
    to_taro = await give(rich, run, town.hana, town.taro, STAR, "a secret")
    opened = await give(rich, run, town.hana, town.taro, STAR, "another secret")
    await open_gift(rich, town.taro, opened)
    left = [await rich.store.write(lambda tx: gift_actions.leave_some(tx, town.taro)) for _ in range(2)]
    assert left == [2, 0]
    for gift, note in ((to_taro, "a secret"), (opened, "another secret")):
        found = await gift_of(rich, gift)
        assert (found.to_id, found.note) == (-gift, note), "hana's words are hers"
    with pytest.raises(NotFound):
        await open_gift(rich, town.taro, to_taro)
    await revoke(rich, town.hana, to_taro)
    assert await stars(rich, run, town.hana) == [2]
    to_ken = await give(rich, run, town.hana, town.ken, STAR, "")
    await rich.store.write(lambda tx: gift_actions.leave_some(tx, town.hana))
    with pytest.raises(Gone):
        await open_gift(rich, town.ken, to_ken)
    assert {(await gift_of(rich, one)).note for one in (to_taro, opened, to_ken)} == {""}
    assert await audit(rich.store.reads) == []


async def test_who_gave_is_told_of_what_came_back_and_not_of_whom(
    rich: Seasons, run: Run, town: Cast, circle: Circle, clock: FakeClock
) -> None:
    """One was not opened, one was for somebody who left, one for somebody who has blocked: three times the same."""
    for receiver in (town.taro, town.yuki, town.ken):
        await give(rich, run, town.hana, receiver, STAR, "")
    await rich.store.write(lambda tx: gift_actions.leave_some(tx, town.yuki))
    await blocked(rich, circle, town.ken, town.hana)
    clock.set(run.closes_ms + 7 * DAY_MS)
    heard: list[GiftReturned] = []
    rich.store.hear(GiftReturned, heard.append)
    assert await expire(rich) == 3
    for event in heard:
        await rich.store.write(lambda tx, event=event: consumers.on_returned(event, tx))
    told = (await circle_page(rich.store.reads, town.hana, Page(), apps=KINDS)).found
    assert [(one.kind, one.face) for one in told] == [("season.returned", None)] * 3
    assert (await circle_page(rich.store.reads, town.hana, Page())).found == [], "without the app"
