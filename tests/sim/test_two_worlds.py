"""Show 5: what is closed moves no byte that a visitor, a stranger, a friend outside or the other server can obtain."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.sim import leaks
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
    different += two.heard() + two.mailed() + two.archived() + two.observed()
    for server, viewers in (("town", (VISITOR, "sven", "fred")), ("square", (VISITOR, "sven"))):
        todo = two.requests(server)
        assert len(todo) > 300
        different += [line for viewer in viewers for line in two.walked(viewer, server, todo)]
    print(*different, sep="\n")
    assert different + two.sent_by_town() + two.dumps() == []
    assert [complaint for made in two.worlds for complaint in made.complaints()] == []


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
    ],
)
def test_a_planted_leak_is_found(place: Path, stack: ExitStack, plant: Plant, viewer: str | None) -> None:
    stack.enter_context(plant())
    two = TwoWorlds(place, stack)
    found = two.sent_by_town() if viewer is None else two.walked(viewer, "town", two.requests("town"))
    assert found
