"""Coupons: passed on without making any, shown by a code that counts once, taken by shops of their sponsor alone."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from kizuna.apps.season import actions, book, coupon_actions, coupon_queries, gift_actions, queries
from kizuna.apps.season.check import load_season
from kizuna.apps.season.coupon_rules import (
    ALPHABET,
    YOUNG_MS,
    code,
    digest,
    spaced,
    typed,
)
from kizuna.apps.season.draws import Won, shares
from kizuna.apps.season.files import SHIPPED
from kizuna.apps.season.gift_actions import DAY_MS, expire, give, open_gift, return_shares, revoke
from kizuna.apps.season.models import Prize
from kizuna.apps.season.ports import Seasons
from kizuna.apps.season.run import Run
from kizuna.apps.season.tables import SEASON_ACT
from kizuna.apps.season.verify import verify
from kizuna.circle.tables import FACE
from kizuna.ground.errors import Conflict, Gone, Invalid, NotFound
from kizuna.ground.ids import id_ms
from kizuna.jobs.idempotency import make_key
from kizuna.ledger import queries as ledger
from kizuna.ledger.actions import move
from kizuna.ledger.audit import audit
from kizuna.ledger.models import Account, Movement
from kizuna.ledger.rules import Insufficient
from kizuna.store.store import Tx
from tests.circle.conftest import Cast
from tests.fakes import FakeClock
from tests.season.conftest import at

SNACK = "hot-snack"


@pytest.fixture
def run(run: Run) -> Run:
    """Every act draws the coupon."""
    always = (Prize(weight=1000, coupon=SNACK),)
    return replace(
        run, season=replace(run.season, lots=tuple(replace(lot, prizes=always) for lot in run.season.lots))
    )


async def has(seasons: Seasons, run: Run, *faces: int) -> list[int]:
    asset = book.coupon(run, SNACK)
    return [await ledger.balance(seasons.store.reads, book.held(asset, one)) for one in faces]


async def to_pass_on(seasons: Seasons, run: Run, act_id: int) -> int:
    return await ledger.balance(seasons.store.reads, book.to_pass_on(run, SNACK, act_id))


async def letters(seasons: Seasons, run: Run, code_id: int) -> str:
    made = await queries.find_run(seasons.store.reads, run.season.id, run.year)
    assert made is not None
    return code(await queries.root(seasons.store.reads, made.id), code_id)


# Passing on


async def test_a_winner_shares_with_two_friends(seasons: Seasons, run: Run, town: Cast) -> None:
    act = await actions.ring(seasons, run, town.hana, town.taro)
    assert await has(seasons, run, town.hana) == [1]
    assert await to_pass_on(seasons, run, act) == 2
    for friend in (town.taro, town.yuki):
        gift = await give(seasons, run, town.hana, friend, f"share/{act}", "one for you")
        await open_gift(seasons, friend, gift)
    assert await has(seasons, run, town.hana, town.taro, town.yuki) == [1, 1, 1]
    with pytest.raises(Insufficient):
        await give(seasons, run, town.hana, town.ken, f"share/{act}", "")
    assert await audit(seasons.store.reads) == []
    assert (await verify(seasons.store.reads, {run.season.id: run.season}))[1] == []


async def test_not_twice_to_one_and_not_to_oneself(seasons: Seasons, run: Run, town: Cast) -> None:
    act = await actions.ring(seasons, run, town.hana, town.taro)
    gift = await give(seasons, run, town.hana, town.taro, f"share/{act}", "")
    for who, friend, thing, refusal in (
        (town.hana, town.taro, f"share/{act}", Invalid),
        (town.hana, town.hana, f"share/{act}", NotFound),
        (town.hana, town.mallory, f"share/{act}", NotFound),
        (town.hana, None, f"share/{act}", Invalid),
        (town.taro, town.hana, f"share/{act}", Invalid),
        (town.hana, town.yuki, f"share/{act + 1}", Invalid),
        (town.hana, town.yuki, "share/", Invalid),
        (town.hana, town.yuki, "share/x", Invalid),
    ):
        with pytest.raises(refusal):
            await give(seasons, run, who, friend, thing, "")
    await revoke(seasons, town.hana, gift)
    assert await has(seasons, run, town.hana) == [1], "what is taken back is to be passed on, not kept"
    assert await to_pass_on(seasons, run, act) == 2
    await give(seasons, run, town.hana, town.taro, f"share/{act}", "")


async def test_what_is_not_shared_is_returned(
    seasons: Seasons, run: Run, town: Cast, clock: FakeClock
) -> None:
    act = await actions.ring(seasons, run, town.hana, town.taro)
    await give(seasons, run, town.hana, town.taro, f"share/{act}", "")
    clock.set(run.closes_ms + 7 * DAY_MS - 1)
    assert await return_shares(seasons, run) == 0
    clock.set(run.closes_ms + 7 * DAY_MS)
    assert await expire(seasons) == 1
    assert [await return_shares(seasons, run) for _ in range(2)] == [1, 0]
    returned = Account(book.coupon(run, SNACK), "returned")
    assert await ledger.balance(seasons.store.reads, returned) == 2
    assert await has(seasons, run, town.hana, town.taro) == [1, 0]
    assert await audit(seasons.store.reads) == []


async def test_of_the_last_ones_as_many_are_shared_as_there_are(
    seasons: Seasons, run: Run, town: Cast
) -> None:
    stock = book.stock(run, SNACK)
    left = await ledger.balance(seasons.store.reads, stock)
    bought = Movement("a test", stock, book.held(stock.asset, town.mallory), left - 5)
    await seasons.store.write(lambda tx: move(tx, bought))
    acts = await asyncio.gather(
        *(actions.ring(seasons, run, town.hana, one) for one in (town.taro, town.yuki, town.ken))
    )
    assert [await to_pass_on(seasons, run, one) for one in acts] == [2, 1, 0]
    assert await has(seasons, run, town.hana) == [2], "the third drew it when none was left"
    assert await ledger.balance(seasons.store.reads, stock) == 0
    assert await audit(seasons.store.reads) == []


@given(st.integers(1, 100_000))
def test_shares_come_out_of_the_stock(left: int) -> None:
    season = load_season(SHIPPED / "xmas-2011", 2026).season
    assert shares(season, Won(coupon=SNACK), left) == min(2, left - 1)
    assert shares(season, Won(points=3), left) == 0


async def test_a_changed_share_is_found(seasons: Seasons, run: Run, town: Cast) -> None:
    await actions.ring(seasons, run, town.hana, town.taro)

    async def cheat(tx: Tx) -> None:
        assert await tx.run(SEASON_ACT.update().values(shares=SEASON_ACT.c.shares + 1)) == 1

    await seasons.store.write(cheat)
    wrong = (await verify(seasons.store.reads, {run.season.id: run.season}))[1]
    assert len(wrong) == 2, wrong
    assert "3 were given to be passed on, not 2" in wrong[0]
    assert "the book says 2" in wrong[1]


# Codes


@given(st.binary(min_size=32, max_size=32), st.integers(1, 2**62))
def test_a_code_is_read_however_it_is_typed(root: bytes, code_id: int) -> None:
    made = code(root, code_id)
    assert len(made) == 16
    assert set(made) <= set(ALPHABET)
    sloppy = spaced(made).lower().replace("0", "o").replace("1", "l").replace("-", " - ")
    assert typed(made) == typed(spaced(made)) == typed(sloppy) == made
    assert code(root, code_id + 1) != made


@pytest.mark.parametrize("sent", ["", "-", "a" * 15, "a" * 17, "ABCD-EFGH-JKMN-PQR!", "٣" * 16, "9" * 10_000])
def test_what_cannot_be_a_code(sent: str) -> None:
    assert typed(sent) is None


@pytest.fixture
def won(seasons: Seasons, run: Run, town: Cast, clock: FakeClock) -> Seasons:
    """hana has a coupon and has been here for three days; ken's phone takes it, mallory's the cake of nobody."""

    async def live() -> None:
        await actions.ring(seasons, run, town.hana, town.taro)
        await coupon_actions.appoint_shop(seasons, run, "corner-shop", town.ken)

    asyncio.run(live())
    clock.set(max(id_ms(town.hana) + YOUNG_MS, clock.now_ms()))
    return seasons


async def test_a_code_counts_once(won: Seasons, run: Run, town: Cast) -> None:
    shown = await coupon_actions.show(won, run, town.hana, SNACK)
    assert await coupon_actions.show(won, run, town.hana, SNACK) == shown, "one code until it is used"
    sent = await letters(won, run, shown)
    found = await coupon_actions.look_up(won, town.ken, sent)
    assert (found.coupon.id, found.state) == (SNACK, "good")
    came = await asyncio.gather(
        *(coupon_actions.redeem(won, town.ken, sent) for _ in range(20)), return_exceptions=True
    )
    assert Counter(type(one) for one in came) == {coupon_actions.Shown: 1, Gone: 19}
    assert await has(won, run, town.hana) == [0]
    assert await ledger.balance(won.store.reads, Account(book.coupon(run, SNACK), "used")) == 1
    assert (await coupon_actions.look_up(won, town.ken, sent)).state == "used"
    assert await audit(won.store.reads) == []
    with pytest.raises(Invalid):
        await coupon_actions.show(won, run, town.hana, SNACK)


async def test_a_request_that_is_repeated_is_answered_as_the_first_time(
    won: Seasons, run: Run, town: Cast
) -> None:
    sent = await letters(won, run, await coupon_actions.show(won, run, town.hana, SNACK))
    key = make_key(town.ken, 0, "a form", b"")
    for _ in range(2):
        assert (await coupon_actions.redeem(won, town.ken, sent, key)).state == "used"


async def test_only_shops_of_its_sponsor(won: Seasons, run: Run, town: Cast) -> None:
    sent = await letters(won, run, await coupon_actions.show(won, run, town.hana, SNACK))
    for who in (town.hana, town.mallory):
        for act in (coupon_actions.look_up, coupon_actions.redeem):
            with pytest.raises(Invalid) as refused:
                await act(won, who, sent)
            with pytest.raises(Invalid) as unknown:
                await act(won, who, "0" * 16)
            assert str(refused.value) == str(unknown.value)
    await coupon_actions.appoint_shop(won, run, "corner-shop", town.ken, undo=True)
    with pytest.raises(Invalid):
        await coupon_actions.redeem(won, town.ken, sent)
    for sponsor, face, refusal in (("nobody", town.ken, NotFound), ("corner-shop", 12345, NotFound)):
        with pytest.raises(refusal):
            await coupon_actions.appoint_shop(won, run, sponsor, face)
    assert await has(won, run, town.hana) == [1]


async def test_what_was_given_away_does_not_count(won: Seasons, run: Run, town: Cast) -> None:
    sent = await letters(won, run, await coupon_actions.show(won, run, town.hana, SNACK))
    await give(won, run, town.hana, town.yuki, f"coupon/{SNACK}", "")
    assert (await coupon_actions.look_up(won, town.ken, sent)).state == "gone"
    with pytest.raises(Gone):
        await coupon_actions.redeem(won, town.ken, sent)
    assert await audit(won.store.reads) == []


async def test_a_code_of_whom_a_host_refuses_does_not_count(won: Seasons, run: Run, town: Cast) -> None:
    """Also one that was made before."""
    sent = await letters(won, run, await coupon_actions.show(won, run, town.hana, SNACK))
    made = await queries.find_run(won.store.reads, run.season.id, run.year)
    assert made is not None
    await won.store.write(lambda tx: coupon_queries.ask_review(tx, made.id, town.hana))
    assert (await coupon_actions.look_up(won, town.ken, sent)).state == "gone", "it waits for a look"
    await coupon_actions.decide(won, run, town.hana, allowed=False)
    with pytest.raises(Gone):
        await coupon_actions.redeem(won, town.ken, sent)
    await coupon_actions.decide(won, run, town.hana, allowed=True)
    assert (await coupon_actions.look_up(won, town.ken, sent)).state == "good"


async def test_a_code_of_whom_the_staff_has_suspended_does_not_count(
    won: Seasons, run: Run, town: Cast
) -> None:
    sent = await letters(won, run, await coupon_actions.show(won, run, town.hana, SNACK))
    suspended = FACE.update().where(FACE.c.id == town.hana).values(suspended=True)
    await won.store.write(lambda tx: tx.run(suspended))
    assert (await coupon_actions.look_up(won, town.ken, sent)).state == "gone"


async def test_until_its_time_is_over(won: Seasons, run: Run, town: Cast, clock: FakeClock) -> None:
    sent = await letters(won, run, await coupon_actions.show(won, run, town.hana, SNACK))
    clock.set(at("2027-01-24T23:59:59"))
    assert (await coupon_actions.look_up(won, town.ken, sent)).state == "good"
    clock.set(at("2027-01-25T00:00"))
    assert (await coupon_actions.look_up(won, town.ken, sent)).state == "over"
    for act in (coupon_actions.redeem(won, town.ken, sent), coupon_actions.show(won, run, town.hana, SNACK)):
        with pytest.raises(Gone):
            await act


async def test_the_new_wait_three_days(seasons: Seasons, run: Run, town: Cast, clock: FakeClock) -> None:
    await actions.ring(seasons, run, town.hana, town.taro)
    clock.set(max(clock.now_ms(), id_ms(town.hana)))
    if clock.now_ms() >= id_ms(town.hana) + YOUNG_MS:
        clock.set(id_ms(town.hana) + YOUNG_MS - 1)
    with pytest.raises(Conflict):
        await coupon_actions.show(seasons, run, town.hana, SNACK)
    with pytest.raises(Invalid):
        await coupon_actions.show(seasons, run, town.yuki, SNACK)
    with pytest.raises(NotFound):
        await coupon_actions.show(seasons, run, town.hana, "moon")


async def test_who_leaves_leaves_no_code(won: Seasons, run: Run, town: Cast) -> None:
    sent = await letters(won, run, await coupon_actions.show(won, run, town.hana, SNACK))
    await won.store.write(lambda tx: coupon_queries.leave(tx, town.hana))
    with pytest.raises(Invalid):
        await coupon_actions.redeem(won, town.ken, sent)
    await won.store.write(lambda tx: coupon_queries.leave(tx, town.ken))
    assert await coupon_queries.sponsors_of(won.store.reads, town.ken) == set()


async def test_a_used_code_stays_used_when_both_have_left(won: Seasons, run: Run, town: Cast) -> None:
    shown = await coupon_actions.show(won, run, town.hana, SNACK)
    await coupon_actions.redeem(won, town.ken, await letters(won, run, shown))
    for one in (town.hana, town.ken):
        await won.store.write(lambda tx, one=one: coupon_queries.leave(tx, one))
    row = await coupon_queries.by_digest(won.store.reads, digest(await letters(won, run, shown)))
    assert row is not None
    assert (row.face_id, row.shop_id, row.redeemed_at is None) == (-shown, -shown, False)


async def test_the_receiver_who_leaves_gives_the_share_back(
    seasons: Seasons, run: Run, town: Cast, clock: FakeClock
) -> None:
    act = await actions.ring(seasons, run, town.hana, town.taro)
    await give(seasons, run, town.hana, town.taro, f"share/{act}", "")
    await seasons.store.write(lambda tx: gift_actions.leave_some(tx, town.taro))
    assert await to_pass_on(seasons, run, act) == 1
    clock.set(run.closes_ms + 7 * DAY_MS)
    await gift_actions.expire(seasons)
    assert await to_pass_on(seasons, run, act) == 2
    assert await has(seasons, run, town.hana) == [1]
