"""Gifts: whatever is tried in whatever order, at once or again, nothing is doubled and nothing is lost."""

import asyncio
from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from kizuna.apps.season import actions, book, consumers, gift_actions, gift_queries, queries
from kizuna.apps.season.events import GiftReturned
from kizuna.apps.season.gift_actions import DAY_MS, claim, code, expire, give, id_in, open_gift, revoke, thank
from kizuna.apps.season.gift_rules import Gift
from kizuna.apps.season.notices import KINDS
from kizuna.apps.season.ports import Seasons
from kizuna.apps.season.run import Run
from kizuna.circle import block_actions, events, group_actions
from kizuna.circle.actions import make_face
from kizuna.circle.ports import Circle
from kizuna.ground.errors import Conflict, Gone, Invalid, NotFound, Refusal
from kizuna.jobs.idempotency import make_key
from kizuna.ledger import queries as ledger
from kizuna.ledger.actions import move
from kizuna.ledger.audit import audit
from kizuna.ledger.models import Movement
from kizuna.ledger.rules import Insufficient
from kizuna.notifications.circle_reads import circle_page
from kizuna.square.models import Page
from kizuna.store.store import Tx
from tests.circle.conftest import Cast
from tests.dose import dose
from tests.fakes import FakeClock
from tests.season.conftest import at, befriend

STAR = "ornament/star"


@pytest.fixture
def rich(seasons: Seasons, run: Run, town: Cast) -> Seasons:
    """hana has three stars."""
    asset = book.ornament(run, "star")
    won = Movement("a test", book.Account(asset, "issuer"), book.held(asset, town.hana), 3)
    asyncio.run(seasons.store.write(lambda tx: move(tx, won)))
    return seasons


async def stars(seasons: Seasons, run: Run, *faces: int) -> list[int]:
    asset = book.ornament(run, "star")
    return [await ledger.balance(seasons.store.reads, book.held(asset, one)) for one in faces]


async def gift_of(seasons: Seasons, gift_id: int) -> Gift:
    found = await gift_queries.by_id(seasons.store.reads, gift_id)
    assert found is not None
    return found


async def link_of(seasons: Seasons, run: Run, gift_id: int) -> str:
    made = await queries.find_run(seasons.store.reads, run.season.id, run.year)
    assert made is not None
    return code(await queries.root(seasons.store.reads, made.id), gift_id)


async def test_give_open_and_thank(rich: Seasons, run: Run, town: Cast) -> None:
    gift = await give(rich, run, town.hana, town.taro, STAR, "for your sock")
    assert await stars(rich, run, town.hana, town.taro) == [2, 0]
    for _ in range(2):
        await open_gift(rich, town.taro, gift)
    assert await stars(rich, run, town.hana, town.taro) == [2, 1]
    for _ in range(2):
        await thank(rich, town.taro, gift)
    assert (await gift_of(rich, gift)).thanked
    with pytest.raises(Gone):
        await revoke(rich, town.hana, gift)
    assert await audit(rich.store.reads) == []


async def test_a_gift_that_is_sent_twice_is_one(rich: Seasons, run: Run, town: Cast) -> None:
    key = make_key(town.hana, 0, "a form", b"")
    gifts = [await give(rich, run, town.hana, town.taro, STAR, "", key=key) for _ in range(2)]
    assert len(set(gifts)) == 1
    assert await stars(rich, run, town.hana) == [2]


async def test_everybody_in_a_group_or_nobody(rich: Seasons, run: Run, town: Cast, circle: Circle) -> None:
    group = await group_actions.make_group(circle, town.hana, "tennis")
    with pytest.raises(Invalid):
        await give(rich, run, town.hana, None, STAR, "", group_id=group)
    await group_actions.change_members(circle, town.hana, group, [town.taro, town.yuki])
    key = make_key(town.hana, 0, "a group", b"")
    first = [
        await give(rich, run, town.hana, None, STAR, "all of you", key=key, group_id=group) for _ in "12"
    ]
    assert len(set(first)) == 1
    assert await stars(rich, run, town.hana) == [1]
    with pytest.raises(Insufficient):
        await give(rich, run, town.hana, None, STAR, "again", group_id=group)
    assert await stars(rich, run, town.hana) == [1], "nobody was given one"
    for who in (town.taro, town.mallory):
        with pytest.raises(NotFound):
            await give(rich, run, who, None, "", "not my group", group_id=group)
    assert await audit(rich.store.reads) == []


async def test_it_is_wrapped_until_its_day(rich: Seasons, run: Run, town: Cast, clock: FakeClock) -> None:
    gift = await give(rich, run, town.hana, town.taro, STAR, "", at("2026-12-25T00:00"))
    clock.set(at("2026-12-24T23:59:59.999"))
    with pytest.raises(Conflict):
        await open_gift(rich, town.taro, gift)
    clock.set(at("2026-12-25T00:00"))
    await open_gift(rich, town.taro, gift)
    with pytest.raises(Invalid):
        await give(rich, run, town.hana, town.taro, STAR, "", run.closes_ms + 1)


async def test_one_gives_what_one_has(rich: Seasons, run: Run, town: Cast) -> None:
    for _ in range(3):
        await give(rich, run, town.hana, town.taro, STAR, "")
    for giver, receiver, thing, refusal in (
        (town.hana, town.taro, STAR, Insufficient),
        (town.hana, town.taro, "coupon/cake", Insufficient),
        (town.hana, town.taro, "ornament/moon", Invalid),
        (town.hana, town.taro, "points/1", Invalid),
        (town.hana, town.taro, "ornament/star/x", Invalid),
        (town.hana, town.taro, "", Invalid),
        (town.hana, town.mallory, STAR, NotFound),
        (town.hana, town.hana, STAR, NotFound),
    ):
        with pytest.raises(refusal):
            await give(rich, run, giver, receiver, thing, "")
    with pytest.raises(Invalid):
        await give(rich, run, town.hana, town.taro, "", "x" * 301)
    card = await give(rich, run, town.hana, town.taro, "", "only words")
    await open_gift(rich, town.taro, card)
    assert await stars(rich, run, town.hana, town.taro) == [0, 0]
    assert await audit(rich.store.reads) == []


async def test_a_day_has_so_many(
    rich: Seasons, run: Run, town: Cast, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gift_actions, "MOST_A_DAY", 2)
    for _ in range(2):
        await give(rich, run, town.hana, town.taro, "", "a card")
    with pytest.raises(Invalid):
        await give(rich, run, town.hana, town.yuki, "", "a card")
    await give(rich, run, town.taro, town.hana, "", "a card")
    clock.advance(24 * 3600 + 1)
    await give(rich, run, town.hana, town.yuki, "", "a card")


async def test_what_was_given_away_hangs_no_more(rich: Seasons, run: Run, town: Cast) -> None:
    for place in (2, 5, 7):
        await actions.decorate(rich, run, town.hana, place, "star")
    gift = await give(rich, run, town.hana, town.taro, STAR, "")
    made = await queries.find_run(rich.store.reads, run.season.id, run.year)
    assert made is not None
    assert await queries.decorations(rich.store.reads, made.id, {town.hana}) == {
        town.hana: {2: "star", 5: "star"}
    }
    await revoke(rich, town.hana, gift)
    assert await queries.decorations(rich.store.reads, made.id, {town.hana}) == {
        town.hana: {2: "star", 5: "star"}
    }


async def test_shares_wait_for_gifts_to_come_back_first(
    rich: Seasons, run: Run, town: Cast, clock: FakeClock
) -> None:
    gift = await give(rich, run, town.hana, town.taro, STAR, "")
    clock.set(run.closes_ms + 7 * DAY_MS)
    assert await gift_actions.return_shares(rich, run) == 0
    assert await expire(rich) == 1
    assert (await gift_of(rich, gift)).state == "expired"
    assert await stars(rich, run, town.hana) == [3]


async def test_only_those_two(rich: Seasons, run: Run, town: Cast) -> None:
    gift = await give(rich, run, town.hana, town.taro, STAR, "")
    for act, who in ((open_gift, town.yuki), (open_gift, town.hana), (revoke, town.taro), (thank, town.yuki)):
        with pytest.raises(NotFound):
            await act(rich, who, gift)
    with pytest.raises(NotFound):
        await thank(rich, town.taro, gift)
    with pytest.raises(NotFound):
        await open_gift(rich, town.taro, gift + 1)


async def test_what_nobody_opens_comes_back(rich: Seasons, run: Run, town: Cast, clock: FakeClock) -> None:
    gift = await give(rich, run, town.hana, town.taro, STAR, "")
    clock.set(run.closes_ms + 7 * DAY_MS - 1)
    assert await expire(rich) == 0
    clock.set(run.closes_ms + 7 * DAY_MS)
    with pytest.raises(Gone):
        await open_gift(rich, town.taro, gift)
    assert [await expire(rich) for _ in range(2)] == [1, 0]
    assert await stars(rich, run, town.hana, town.taro) == [3, 0]


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


async def test_of_a_hundred_at_one_link_one_has_it(rich: Seasons, run: Run, town: Cast) -> None:
    gift = await give(rich, run, town.hana, None, STAR, "whoever is first")
    link = await link_of(rich, run, gift)
    hands = [town.taro, town.yuki, town.ken, town.mallory] * 25
    came = await asyncio.gather(*(claim(rich, one, link) for one in hands), return_exceptions=True)
    won = {one for one, what in zip(hands, came, strict=True) if what == gift}
    assert len(won) == 1
    assert Counter(type(what) for what in came) == {int: 25, Gone: 75}
    (winner,) = won
    await open_gift(rich, winner, gift)
    assert await stars(rich, run, winner) == [1]
    with pytest.raises(Invalid):
        await claim(rich, town.hana, link)


@pytest.mark.load
async def test_of_a_hundred_at_one_link_one_has_it_every_time(
    rich: Seasons, run: Run, town: Cast, clock: FakeClock
) -> None:
    """A hundred people, each with a request under way, at one link after the other."""
    people = [rich.store.ids.new() for _ in range(100)]

    async def arrive(tx: Tx) -> None:
        for number, face_id in enumerate(people):
            await make_face(tx, face_id, f"guest{number}", f"Guest {number}")

    await rich.store.write(arrive)
    wins = Counter[int]()
    for number in range(dose(3, 1000)):
        clock.advance(600)  # so many gifts are not of one day
        gift = await give(rich, run, town.hana, None, "", f"riddle {number}")
        link = await link_of(rich, run, gift)
        came = await asyncio.gather(*(claim(rich, one, link) for one in people), return_exceptions=True)
        assert Counter(type(what) for what in came) == {int: 1, Gone: 99}
        (winner,) = [one for one, what in zip(people, came, strict=True) if what == gift]
        assert (await gift_of(rich, gift)).to_id == winner
        await open_gift(rich, winner, gift)
        wins[winner] += 1
    assert sum(wins.values()) == dose(3, 1000)
    assert await audit(rich.store.reads) == []


async def test_links_cannot_be_guessed(rich: Seasons, run: Run, town: Cast) -> None:
    gift = await give(rich, run, town.hana, None, STAR, "")
    link = await link_of(rich, run, gift)
    number, _, mac = link.partition("-")
    for wrong in ("", "-", mac, number, f"{number}-", f"{number}-{mac[:-1]}", f"{number}-{mac}=", f"0{link}",
                  link.upper(), f"{gift + 1:x}-{mac}", "é-x", "9" * 5000, f"{number}-{mac}\n"):  # fmt: skip
        with pytest.raises(NotFound):
            await claim(rich, town.taro, wrong)
    assert id_in(b"another root" * 3, link) is None


async def test_a_block_stands_between(
    rich: Seasons, run: Run, town: Cast, circle: Circle, clock: FakeClock
) -> None:
    gift = await give(rich, run, town.hana, town.taro, STAR, "")
    open_to_all = await give(rich, run, town.hana, None, STAR, "")
    link = await link_of(rich, run, open_to_all)
    await block_actions.block(circle, town.taro, town.hana)
    with pytest.raises(NotFound):
        await open_gift(rich, town.taro, gift)
    with pytest.raises(NotFound):
        await claim(rich, town.taro, link)
    clock.set(run.closes_ms + 7 * DAY_MS)
    await expire(rich)
    assert await stars(rich, run, town.hana, town.taro) == [3, 0]


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


DEEDS = ("give", "give link", "open", "claim", "revoke", "expire", "thank", "decorate", "part")
DEED = st.tuples(st.sampled_from(DEEDS), st.integers(0, 3), st.integers(0, 3), st.integers(0, 9))


async def attempt(
    seasons: Seasons, run: Run, what: str, who: int, other: int, gift: int, place: int
) -> int | None:
    """One deed; answers the id of a gift that came to be."""
    match what:
        case "give":
            return await give(seasons, run, who, other, STAR, "x")
        case "give link":
            return await give(seasons, run, who, None, STAR, "x")
        case "claim":
            await claim(seasons, who, await link_of(seasons, run, gift))
        case "expire":
            await expire(seasons)
        case "part":
            await seasons.store.write(lambda tx: gift_actions.part(tx, who, other))
        case "decorate":
            await actions.decorate(seasons, run, who, place % 9, "star")
        case _:
            await {"open": open_gift, "revoke": revoke, "thank": thank}[what](seasons, who, gift)
    return None


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(DEED, max_size=30))
def test_the_book_is_whole_whatever_is_tried(
    rich: Seasons, run: Run, town: Cast, deeds: list[tuple[str, int, int, int]]
) -> None:
    """Three at a time, in every order that comes; what is refused changes nothing."""
    people = (town.hana, town.taro, town.yuki, town.ken)
    known: list[int] = []

    async def do(deed: tuple[str, int, int, int]) -> None:
        what, one, other, which = deed
        gift = known[which % len(known)] if known else 0
        with suppress(Refusal):  # the point is what stands afterwards
            made = await attempt(rich, run, what, people[one], people[other], gift, which)
            if made is not None:
                known.append(made)

    async def live() -> None:
        for start in range(0, len(deeds), 3):
            await asyncio.gather(*(do(deed) for deed in deeds[start : start + 3]))
        assert await audit(rich.store.reads) == []
        gifts = [await gift_of(rich, one) for one in known]
        asset = book.ornament(run, "star")
        under_way = {gift.id for gift in gifts if gift.state == "given"}
        for gift in gifts:
            in_it = await ledger.balance(rich.store.reads, book.Account(asset, "gift", gift.id))
            assert in_it == (gift.id in under_way)
        on_the_way = await ledger.holders(rich.store.reads, asset, "gift")
        assert sum(await stars(rich, run, *people)) + sum(on_the_way.values()) == 3

    asyncio.run(live())
