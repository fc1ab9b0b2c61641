"""When two are suggested to each other: the rule by itself."""

from hypothesis import given
from hypothesis import strategies as st

from kizuna.ground.ids import first_id_at, id_ms
from kizuna.jobs.schedules import DAY_MS, HOUR_MS
from kizuna.tie.pairing import LONGEST_DAYS, Side, is_ripe, last_start, rank

KEY = b"k" * 32
NOW = 1_762_000_000_000
MOMENTS = st.integers(NOW - 20 * DAY_MS, NOW + 20 * DAY_MS)
KEYS = st.binary(min_size=32, max_size=32)


def side(face_id: int, chosen_at: int, followed_at: int) -> Side:
    return Side(face_id, chosen_at, first_id_at(followed_at) + 7)


def newest(one: Side, other: Side) -> int:
    return max(one.chosen_at, other.chosen_at, id_ms(one.follow_id), id_ms(other.follow_id))


@given(KEYS, st.tuples(*[MOMENTS] * 4), MOMENTS)
def test_all_it_rests_on_is_older_than_the_round_before(
    key: bytes, moments: tuple[int, ...], before: int
) -> None:
    one, other = side(1, *moments[:2]), side(2, *moments[2:])
    ripe = is_ripe(key, one, other, before)
    assert ripe == is_ripe(key, other, one, before), "both are found in the same round"
    assert not ripe or newest(one, other) < before
    if newest(one, other) + LONGEST_DAYS * DAY_MS < before:
        assert ripe, "nobody waits for ever"


@given(KEYS, st.integers(0, 3))
def test_the_newest_of_the_four_decides_whichever_it_is(key: bytes, which: int) -> None:
    moments = [NOW - 30 * DAY_MS] * 4
    moments[which] = NOW
    one, other = side(1, *moments[:2]), side(2, *moments[2:])
    waits = [days for days in range(1, 9) if is_ripe(key, one, other, NOW + days * DAY_MS)]
    assert waits == list(range(waits[0], 9))
    moments = [NOW - 30 * DAY_MS] * 4
    moments[3 - which] = NOW
    again = side(1, *moments[:2]), side(2, *moments[2:])
    assert waits[0] == next(days for days in range(1, 9) if is_ripe(key, *again, NOW + days * DAY_MS))


def test_how_long_it_waits_is_drawn_anew_with_each_choice() -> None:
    old = side(2, NOW - 30 * DAY_MS, NOW - 30 * DAY_MS)
    waits = [
        next(
            days
            for days in range(1, 9)
            if is_ripe(KEY, side(1, NOW + ms, NOW - 30 * DAY_MS), old, NOW + ms + days * DAY_MS)
        )
        for ms in range(700)
    ]
    assert set(waits) == set(range(1, LONGEST_DAYS + 2))
    assert all(waits.count(days) > 50 for days in set(waits)), "no day is the usual one"


@given(KEYS, MOMENTS)
def test_a_server_has_one_hour_a_day(key: bytes, now: int) -> None:
    begun = last_start(key, now)
    assert 0 <= now - begun < DAY_MS
    assert begun % HOUR_MS == 0
    assert last_start(key, begun) == begun
    assert last_start(key, begun - 1) == begun - DAY_MS
    assert last_start(key, now + DAY_MS) == begun + DAY_MS


def test_servers_differ_in_their_hour_and_lists_in_their_order() -> None:
    keys = [number.to_bytes(32, "big") for number in range(200)]
    assert len({last_start(key, NOW) % DAY_MS for key in keys}) == 24
    others = range(10, 20)
    orders = {tuple(sorted(others, key=lambda other: rank(key, 1, other))) for key in keys}
    assert len(orders) > 190
    assert sorted(others, key=lambda o: rank(KEY, 1, o)) != sorted(others, key=lambda o: rank(KEY, 2, o))
    assert all(0 <= rank(key, 1, 2) < 1 << 63 for key in keys)
