"""Gifts: whatever is tried in whatever order, at once or again, nothing is doubled and nothing is lost."""

import asyncio
from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kizuna.apps.season import actions, book, gift_actions, gift_queries, queries
from kizuna.apps.season.gift_actions import DAY_MS, claim, code, expire, give, id_in, open_gift, revoke, thank
from kizuna.apps.season.gift_rules import Gift
from kizuna.apps.season.ports import Seasons
from kizuna.apps.season.run import Run
from kizuna.circle import block_actions, friend_queries, group_actions
from kizuna.circle.actions import make_face
from kizuna.circle.ports import Circle
from kizuna.ground.errors import Conflict, Gone, Invalid, NotFound, Refusal
from kizuna.jobs.idempotency import make_key
from kizuna.ledger import queries as ledger
from kizuna.ledger.actions import move
from kizuna.ledger.audit import audit
from kizuna.ledger.models import Movement
from kizuna.ledger.rules import Insufficient
from kizuna.store.store import Tx
from tests.circle.conftest import Cast
from tests.dose import dose
from tests.fakes import FakeClock
from tests.season.conftest import at

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


DEEDS = ("give", "give link", "open", "claim", "revoke", "expire", "thank", "decorate", "part")
DEED = st.tuples(st.sampled_from(DEEDS), st.integers(0, 3), st.integers(0, 3), st.integers(0, 9))


async def fall_out(tx: Tx, who: int, other: int) -> None:
    """One has blocked the other; they are friends again at once."""
    if await friend_queries.untie_friends(tx, who, other):
        await gift_actions.part(tx, who, other)
        await friend_queries.tie_friends(tx, who, other)


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
            await seasons.store.write(lambda tx: fall_out(tx, who, other))
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
