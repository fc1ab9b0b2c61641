"""The rate limiter: never more than the rule allows, whatever the order of calls, and bounded memory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.ground.errors import TooMany
from kizuna.people.limits import Limiter, Rule, address_subject
from tests.fakes import FakeClock

RULE = Rule("test", 5, 10)
steps = st.lists(st.tuples(st.integers(0, 5000), st.sampled_from("ab")), max_size=200)


@given(steps)
def test_no_window_lets_through_more_than_twice_the_limit(calls: list[tuple[int, str]]) -> None:
    clock = FakeClock(0)
    limiter = Limiter(clock)
    let: dict[str, list[int]] = {"a": [], "b": []}
    for wait_ms, subject in calls:
        clock.advance(wait_ms / 1000)
        if limiter.take("square", RULE, subject).allowed:
            let[subject].append(clock.now_ms())
    for times in let.values():
        for start in times:
            within = [time for time in times if start <= time < start + RULE.seconds * 1000]
            assert len(within) <= 2 * RULE.limit  # a full bucket, and what drips in meanwhile
            at_once = [time for time in times if time == start]
            assert len(at_once) <= RULE.limit


@given(steps)
def test_the_numbers_tell_the_truth(calls: list[tuple[int, str]]) -> None:
    clock = FakeClock(0)
    limiter = Limiter(clock)
    for wait_ms, subject in calls:
        clock.advance(wait_ms / 1000)
        standing = limiter.take("square", RULE, subject)
        assert standing.limit == RULE.limit
        assert 0 <= standing.remaining < RULE.limit
        assert clock.now_ms() < standing.reset_ms <= clock.now_ms() + RULE.seconds * 1000
        assert (standing.retry_after > 0) is (not standing.allowed)
        if not standing.allowed:
            assert standing.remaining == 0
            clock.advance(standing.retry_after + 0.001)
            assert limiter.take("square", RULE, subject).allowed


@given(steps, steps)
def test_planes_purposes_and_subjects_do_not_know_each_other(
    ours: list[tuple[int, str]], theirs: list[tuple[int, str]]
) -> None:
    """Noninterference: what happens on the other plane changes no number on this one."""
    alone, beside = FakeClock(0), FakeClock(0)
    quiet, busy = Limiter(alone, most=2), Limiter(beside, most=2)
    for index, (wait_ms, subject) in enumerate(ours):
        alone.advance(wait_ms / 1000)
        beside.advance(wait_ms / 1000)
        for _, other in theirs[index : index + 3]:
            busy.take("circle", RULE, other)
            busy.take(None, RULE, other)
        assert quiet.take("square", RULE, subject) == busy.take("square", RULE, subject)


def test_a_full_bucket_comes_back() -> None:
    clock = FakeClock()
    limiter = Limiter(clock)
    assert [limiter.take("square", RULE, "a").remaining for _ in range(5)] == [4, 3, 2, 1, 0]
    with pytest.raises(TooMany) as refused:
        limiter.check("square", RULE, "a")
    assert refused.value.retry_after == 2.0
    limiter.check("square", Rule("other", 5, 10), "a")
    limiter.check("square", RULE, "b")
    clock.advance(2)
    limiter.check("square", RULE, "a")
    clock.advance(10)
    assert limiter.take("square", RULE, "a").remaining == 4
    limiter.forgive("square", RULE, "a")
    limiter.forgive("circle", RULE, "never seen")
    assert limiter.take("square", RULE, "a").remaining == 4


def test_a_clock_set_back_takes_nothing_away() -> None:
    clock = FakeClock()
    limiter = Limiter(clock)
    limiter.take("square", RULE, "a")
    clock.advance(-3600)
    assert limiter.take("square", RULE, "a").remaining == 3


def test_memory_is_bounded_and_the_busy_are_remembered() -> None:
    limiter = Limiter(FakeClock(), most=100)
    for number in range(1000):
        limiter.take("square", RULE, "busy")
        limiter.take("square", RULE, f"passer-by {number}" + "x" * 1000)
    assert limiter.buckets("square") == 100
    assert not limiter.take("square", RULE, "busy").allowed


def test_in_test_mode_nothing_is_limited() -> None:
    limiter = Limiter(FakeClock(), enabled=False)
    assert all(limiter.take("square", RULE, "a").allowed for _ in range(100))
    assert limiter.buckets("square") == 0


@pytest.mark.parametrize(
    ("address", "subject"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_an_address_counts_as_its_owner(address: str, subject: str) -> None:
    assert address_subject(address) == subject
