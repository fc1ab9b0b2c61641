"""Show 5: what is closed moves no byte that a visitor, a stranger, a friend outside or the other server can obtain."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.sim import leaks, outside_leaks
from tests.sim.compare import TwoWorlds
from tests.sim.leaks import Plant

VISITOR = ""


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def test_two_worlds_look_the_same(place: Path, stack: ExitStack) -> None:
    two = TwoWorlds(place, stack)
    different = two.sent_by_town() + two.dumps()
    different += beside_the_answers(two)
    for server, viewers in (("town", (VISITOR, "sven", "fred")), ("square", (VISITOR, "sven"))):
        todo = two.requests(server)
        assert len(todo) > 300
        different += [line for viewer in viewers for line in two.walked(viewer, server, todo)]
    assert different + two.sent_by_town() + two.dumps() == []
    assert [complaint for made in two.worlds for complaint in made.complaints()] == []


def beside_the_answers(two: TwoWorlds) -> list[str]:
    return two.heard() + two.mailed() + two.archived() + two.observed()


@pytest.mark.proof
@pytest.mark.parametrize(
    ("plant", "viewer"),
    [
        (leaks.gate_forgets_the_people, "fred"),
        (leaks.replies_are_counted_over_all_rooms, "fred"),
        (leaks.one_sequence_for_all_stores, VISITOR),
        (leaks.hidden_is_refused_otherwise_than_absent, "sven"),
        (leaks.a_header_follows_the_circle, VISITOR),
        (leaks.the_preview_names_everybody_ever_chosen, "sven"),
        (leaks.a_copys_key_counts_the_voices, None),
        (outside_leaks.exceptions_are_forgotten, "fred"),
        (outside_leaks.every_friend_is_in_every_group, "fred"),
        (outside_leaks.an_act_is_told_to_whoever_asks, "fred"),
        (outside_leaks.following_is_enough, "fred"),
        (outside_leaks.gifts_are_listed_by_whom_they_are_not, "fred"),
        (outside_leaks.a_gift_is_opened_by_whoever_asks, "sven"),
        (outside_leaks.the_end_of_a_link_is_not_looked_at, "fred"),
        (outside_leaks.talk_reads_its_source_anew, None),
    ],
)
def test_a_planted_leak_is_found(place: Path, stack: ExitStack, plant: Plant, viewer: str | None) -> None:
    stack.enter_context(plant())
    two = TwoWorlds(place, stack)
    found = two.sent_by_town() if viewer is None else two.walked(viewer, "town", two.requests("town"))
    assert found


@pytest.mark.proof
@pytest.mark.parametrize(
    ("plant", "where"),
    [
        (outside_leaks.the_beat_begins_with_whatever_happened, TwoWorlds.heard),
        (outside_leaks.streams_ask_no_gate, TwoWorlds.heard),
        (outside_leaks.a_position_is_a_number_in_the_log, TwoWorlds.heard),
        (outside_leaks.notices_go_to_everybody, TwoWorlds.heard),
        (outside_leaks.the_log_counts_voices, TwoWorlds.observed),
        (outside_leaks.metrics_measure_every_store, TwoWorlds.observed),
        (outside_leaks.requests_are_counted_whoever_asks, TwoWorlds.observed),
        (outside_leaks.an_archive_holds_every_voice, TwoWorlds.archived),
        (outside_leaks.a_mail_says_how_much_was_said, TwoWorlds.mailed),
    ],
)
def test_a_leak_beside_the_answers_is_found(
    place: Path, stack: ExitStack, plant: Plant, where: Callable[[TwoWorlds], list[str]]
) -> None:
    stack.enter_context(plant())
    assert where(TwoWorlds(place, stack))
