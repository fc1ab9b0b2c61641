"""Draws: fair, the same whoever computes them, and every forgery is found."""

import hmac
from collections import Counter
from datetime import date
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from kizuna.apps.season.check import load_season
from kizuna.apps.season.draws import (
    Drawn,
    Urn,
    Won,
    commitment,
    day_seed,
    draw,
    eve_seed,
    level,
    prize_at,
    roll,
    shares,
    winners,
    wrong_days,
    wrong_draws,
)
from kizuna.apps.season.models import Eve, EvePrize
from kizuna.apps.season.run import Run
from tests.season.test_check import SHIPPED

RUN = load_season(SHIPPED / "xmas-2011", 2026)
ROOT = b"r" * 32
SEEDS = {day: day_seed(ROOT, RUN, day) for day in RUN.days()}
DAY = date(2026, 12, 21)


def test_a_draw_is_known_by_its_seed_alone() -> None:
    """Written down once, so that no later version draws otherwise."""
    assert commitment(SEEDS[DAY]) == "c56c6d53ebd02f7492dcd69f659408fe5a1ecf520a8097e1b0bf64e6eab9818e"
    assert [roll(SEEDS[DAY], RUN, DAY, 1, friend) for friend in range(2, 7)] == [226, 969, 857, 286, 417]


def test_seeds_and_rolls_do_not_repeat() -> None:
    assert len(set(SEEDS.values()) | {eve_seed(ROOT, RUN)}) == 26
    assert roll(SEEDS[DAY], RUN, DAY, 1, 23) != roll(SEEDS[DAY], RUN, DAY, 12, 3)
    other = replace(RUN, year=2027)
    assert day_seed(ROOT, RUN, DAY) != day_seed(ROOT, other, DAY)


def test_prizes_come_as_often_as_they_weigh() -> None:
    """Chi-squared over 50,000 rings; the seed is fixed, so it is the same at every run."""
    many = 50_000
    lot = RUN.lot(DAY)
    found = Counter(prize_at(lot, roll(SEEDS[DAY], RUN, DAY, 1, friend)) for friend in range(many))
    expected = {prize: many * prize.weight / lot.of for prize in lot.prizes}
    square = sum((found[prize] - count) ** 2 / count for prize, count in expected.items())
    assert square < 24.3, "0.999 of the distribution with seven degrees of freedom"


@given(st.integers(0, 999))
def test_every_number_has_a_prize(number: int) -> None:
    lot = RUN.lot(DAY)
    before = lot.prizes[: lot.prizes.index(prize_at(lot, number))]
    assert sum(prize.weight for prize in before) <= number


def test_a_number_beyond_the_lot_has_none() -> None:
    with pytest.raises(ValueError, match="no prize"):
        prize_at(RUN.lot(DAY), 1000)


def _drawn(day: date, ringer: int, friend: int, won: Won) -> Drawn:
    return Drawn(day, ringer, friend, won, shares=shares(RUN.season, won, 100_000))


def some(run: Run = RUN) -> list[Drawn]:
    """A few hundred rings as a server writes them down, a coupon among them."""
    drawn = [
        _drawn(day, ringer, friend, draw(SEEDS[day], run, day, ringer, friend))
        for day in (date(2026, 12, 1), DAY)
        for ringer in range(1, 15)
        for friend in range(100, 115)
    ]
    assert any(one.won.coupon for one in drawn)
    return drawn


def test_what_was_drawn_rightly_is_right() -> None:
    assert wrong_draws(RUN, SEEDS, some()) == []
    assert wrong_days(RUN, SEEDS, {day: commitment(seed) for day, seed in SEEDS.items()}) == []


@pytest.mark.parametrize("number", [0, 7, 200, 419])
def test_a_changed_result_is_found(number: int) -> None:
    drawn = some()
    won = Won(points=drawn[number].won.points + 1)
    drawn[number] = replace(drawn[number], won=won)
    (line,) = wrong_draws(RUN, SEEDS, drawn)
    assert str(drawn[number].friend_id) in line


def test_a_changed_weight_is_found() -> None:
    lots = list(RUN.season.lots)
    prizes = list(lots[1].prizes)
    prizes[0], prizes[1] = (replace(prizes[0], weight=400), replace(prizes[1], weight=350))
    lots[1] = replace(lots[1], prizes=tuple(prizes))
    changed = replace(RUN, season=replace(RUN.season, lots=tuple(lots)))
    assert wrong_draws(changed, SEEDS, some())


def test_a_changed_seed_is_found() -> None:
    promised = {day: commitment(seed) for day, seed in SEEDS.items()}
    other = {**SEEDS, DAY: b"o" * 32}
    assert wrong_days(RUN, other, promised) == ["2026-12-21: the seed is not the one that was committed to"]
    assert wrong_draws(RUN, other, some())
    del promised[DAY]
    assert wrong_days(RUN, SEEDS, promised) == ["2026-12-21: no commitment was published"]
    del other[DAY]
    assert all("not known" in line for line in wrong_draws(RUN, other, some()))


def test_a_second_draw_is_found() -> None:
    drawn = some()
    (line,) = wrong_draws(RUN, SEEDS, [*drawn, drawn[3]])
    assert "drawn twice" in line


def test_what_is_out_of_stock_is_made_good_in_points() -> None:
    coupons = tuple(replace(one, stock=1) if one.id == "hot-snack" else one for one in RUN.season.coupons)
    scarce = replace(RUN, season=replace(RUN.season, coupons=coupons))
    drawn: list[Drawn] = []
    left = 1
    for one in some():
        won, short = one.won, False
        if won.coupon is not None:
            short = left == 0
            left = max(0, left - 1)
        if short:
            won = draw(SEEDS[one.day], scarce, one.day, one.ringer_id, one.friend_id, in_stock=False)
            assert won == Won(points=scarce.lot(one.day).instead)
        drawn.append(replace(one, won=won, out_of_stock=short, shares=0))
    assert sum(one.out_of_stock for one in drawn) > 0
    assert wrong_draws(scarce, SEEDS, drawn) == []
    oversold = [
        replace(one, won=rightly.won, out_of_stock=False, shares=0)
        for one, rightly in zip(drawn, some(), strict=True)
    ]
    assert len(wrong_draws(scarce, SEEDS, oversold)) == sum(one.out_of_stock for one in drawn)
    hidden = [replace(one, out_of_stock=False) for one in drawn]
    assert wrong_draws(scarce, SEEDS, hidden)


def test_levels_follow_from_points() -> None:
    assert [level(RUN.season, points) for points in (0, 4, 5, 14, 15, 10_000)] == [1, 1, 2, 2, 3, 12]


def test_the_draw_for_all_gives_each_prize_to_somebody_else() -> None:
    eve = Eve(
        at="12-24T21:00", prizes=(EvePrize(coupon="cake", count=3), EvePrize(coupon="hot-snack", count=2))
    )
    seed = eve_seed(ROOT, RUN)
    drawn = winners(seed, eve, {face: 1 + face % 3 for face in range(1, 40)})
    assert [coupon for _, coupon in drawn] == ["cake"] * 3 + ["hot-snack"] * 2
    assert len({face for face, _ in drawn}) == 5
    assert winners(seed, eve, dict(reversed([(face, 1 + face % 3) for face in range(1, 40)]))) == drawn, (
        "in any order"
    )
    assert len(winners(seed, eve, {1: 9, 2: 1})) == 2, "more prizes than people"
    assert winners(seed, eve, {}) == []


@given(st.dictionaries(st.integers(1, 10_000), st.integers(0, 6), max_size=60), st.integers(1, 20))
def test_of_all_tickets_the_lowest_win(levels: dict[int, int], count: int) -> None:
    """As if all lay side by side, though few of them are kept."""
    seed, eve = eve_seed(ROOT, RUN), Eve(at="12-24T21:00", prizes=(EvePrize(coupon="cake", count=count),))
    with patch.object(Urn, "KEPT", 3):
        drawn = winners(seed, eve, levels)
    tickets = sorted(
        (hmac.digest(seed, f"{face}\n{chance}".encode(), "sha256"), face)
        for face, has in levels.items()
        for chance in range(has)
    )
    assert [face for face, _ in drawn] == list(dict.fromkeys(face for _, face in tickets))[:count]


def test_a_higher_level_is_a_better_chance() -> None:
    eve = Eve(at="12-24T21:00", prizes=(EvePrize(coupon="cake", count=1),))
    won = Counter(winners(bytes([n % 256, n // 256]) * 16, eve, {1: 3, 2: 1})[0][0] for n in range(2_000))
    assert 1_400 < won[1] < 1_600, "three chances of four"
