"""Ids: they sort by time, stores do not tell on each other, and only canonical decimals are ids."""

import pytest

from kizuna.ground.ids import MAX_ID, Ids, first_id_at, id_ms, parse_id
from tests.fakes import FakeClock


def test_ids_grow_also_when_one_millisecond_is_used_up(clock: FakeClock) -> None:
    ids = Ids(clock, "square")
    made = [ids.new() for _ in range(3000)]
    assert made == sorted(set(made))
    assert id_ms(made[0]) == clock.now_ms()
    assert id_ms(made[-1]) == clock.now_ms() + 2


def test_ids_do_not_go_back_with_the_clock(clock: FakeClock) -> None:
    ids = Ids(clock, "square")
    before = ids.new()
    clock.advance(-10)
    assert ids.new() > before


def test_closed_activity_does_not_show_in_public_ids() -> None:
    quiet, busy = FakeClock(), FakeClock()
    circle = Ids(busy, "circle")
    for _ in range(500):
        circle.new()
    assert Ids(quiet, "square").new() == Ids(busy, "square").new()


def test_stores_and_nodes_never_make_the_same_id(clock: FakeClock) -> None:
    made = [
        Ids(clock, store, node).new()
        for store in ("people", "square", "circle", "letters")
        for node in range(16)
    ]
    assert len(set(made)) == len(made)


def test_the_first_id_of_an_instant_comes_before_all_made_then(clock: FakeClock) -> None:
    assert first_id_at(clock.now_ms()) <= Ids(clock, "people").new() < first_id_at(clock.now_ms() + 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "-1",
        "+1",
        " 1",
        "1 ",
        "01",
        "1.0",
        "1e3",
        "１",
        "٣",
        str(MAX_ID + 1),
        "9" * 5000,
        None,
        5,
        "x",
    ],
)
def test_only_canonical_decimals_are_ids(text: object) -> None:
    assert parse_id(text) is None


def test_ids_are_read_back() -> None:
    assert parse_id("1") == 1
    assert parse_id(str(MAX_ID)) == MAX_ID


def test_what_another_node_made_is_overtaken() -> None:
    clock = FakeClock()
    here, there = Ids(clock, "square", node=0), Ids(clock, "square", node=5)
    for _ in range(3):
        theirs = there.new()
        here.overtake(theirs)
        assert here.new() > theirs
    before = here.new()
    here.overtake(before - (1 << 30))
    assert here.new() == before + 1, "an old one changes nothing"
