"""Show 4 by simulation: whatever is lost, repeated, late or killed, promises are kept and the ledger is true."""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from shutil import rmtree
from unittest.mock import patch

import pytest

from kizuna.jobs import queries
from tests.dose import dose, show
from tests.sim.copies import Member, Story, make_template, tell

FEW = 8


@pytest.fixture(scope="module")
def template(template_place: Path) -> tuple[Path, list[Member]]:
    return template_place, make_template(template_place)


@pytest.mark.parametrize("seed", range(FEW))
def test_promises_are_kept_and_the_ledger_is_true(
    template: tuple[Path, list[Member]], place: Path, seed: int
) -> None:
    story = tell(seed, *template, place)
    assert story.kills >= 5
    assert story.spoiled > 10
    assert story.copies
    assert story.wrong == []


def test_a_seed_tells_the_same_story_twice(template: tuple[Path, list[Member]], place: Path) -> None:
    first, second = (tell(1, *template, place / name) for name in ("a", "b"))
    first.seconds = second.seconds = 0
    assert first == second


def test_a_server_that_forgets_keys_is_found(template: tuple[Path, list[Member]], place: Path) -> None:
    """The premise of all this: the storm is strong enough, and the verdict sees what it does."""

    async def forget(*_: object) -> None:
        return None

    with patch.object(queries, "seen_key", forget), patch.object(queries, "keep_key", forget):
        stories = (tell(seed, *template, place / str(seed)) for seed in range(5))
        assert any("times" in wrong for story in stories for wrong in story.wrong)


@pytest.mark.proof
def test_over_many_seeds(
    template: tuple[Path, list[Member]], place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``SEEDS=5:6`` in the environment replays seed 5 alone; ``SEEDS=0:1000`` chooses a range."""
    first, last = (int(part) for part in os.environ.get("SEEDS", f"{FEW}:{FEW + dose(25, 1000)}").split(":"))
    jobs = [(seed, *template, place / str(seed)) for seed in range(first, last)]
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        stories = list(pool.map(told, jobs))
    wrong = [story for story in stories if story.wrong]
    with capsys.disabled():
        show("A storm and kills on two tied servers", COLUMNS, [sums(stories, len(wrong))])
    assert [(story.seed, story.wrong) for story in wrong] == []


def told(job: tuple[int, Path, list[Member], Path]) -> Story:
    """One seed, its files removed afterwards."""
    story = tell(*job)
    rmtree(job[3])
    return story


COLUMNS = [
    "seeds",
    "kills",
    "requests",
    "spoiled",
    "acts",
    "sent again",
    "copies standing",
    "recalled",
    "unsure",
    "wrong",
]


def sums(stories: list[Story], wrong: int) -> list[object]:
    """One line for all of them."""
    return [
        len(stories),
        sum(story.kills for story in stories),
        sum(story.requests for story in stories),
        sum(story.spoiled for story in stories),
        sum(story.acts for story in stories),
        sum(story.repeats for story in stories),
        sum(story.copies.get("standing", 0) for story in stories),
        sum(story.copies.get("recalled", 0) for story in stories),
        sum(story.unsure for story in stories),
        wrong,
    ]
