"""The tie inside one server under loss, repeats and crashes: a copy stands once, and the ledger is true."""

from pathlib import Path
from unittest.mock import patch

import pytest

from kizuna.jobs import queries
from tests.dose import dose
from tests.sim.copies import Member
from tests.sim.inside import make_template, tell

FEW = 6


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Member]]:
    place = tmp_path_factory.mktemp("inside")
    return place, make_template(place)


@pytest.mark.parametrize("seed", range(FEW))
def test_promises_are_kept_and_the_ledger_is_true(
    town: tuple[Path, list[Member]], place: Path, seed: int
) -> None:
    story = tell(seed, *town, place)
    assert story.kills >= 6
    assert story.copies
    assert story.wrong == []


def test_a_server_that_forgets_what_it_acted_on_is_found(
    town: tuple[Path, list[Member]], place: Path
) -> None:
    """The premise: events are delivered more than once, and the verdict sees what that does."""

    async def never_seen(*_: object) -> bool:
        return True

    with patch.object(queries, "mark_seen", never_seen):
        stories = [tell(seed, *town, place / str(seed)) for seed in range(3)]
    assert any("there stand" in wrong or "times" in wrong for story in stories for wrong in story.wrong)


@pytest.mark.proof
def test_over_many_seeds(town: tuple[Path, list[Member]], place: Path) -> None:
    seeds = range(FEW, FEW + dose(20, 800))
    wrong = {seed: story.wrong for seed in seeds if (story := tell(seed, *town, place / str(seed))).wrong}
    assert wrong == {}
