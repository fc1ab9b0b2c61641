"""Show 4: pages and apps that follow by streams see each event once, and all come to the same in the end."""

import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from shutil import rmtree
from unittest.mock import patch

import pytest

from kizuna.streaming.hub import Hub
from kizuna.streaming.log import Log
from tests.dose import dose, show
from tests.sim.copies import Member
from tests.sim.reading import Reading, make_template, tell

FEW = 4


@pytest.fixture(scope="module")
def town(template_place: Path) -> tuple[Path, list[Member]]:
    return template_place, make_template(template_place)


@pytest.mark.parametrize("seed", range(FEW))
def test_readers_see_each_event_once_and_converge(
    town: tuple[Path, list[Member]], place: Path, seed: int
) -> None:
    story = tell(seed, *town, place)
    assert story.kills >= 2
    assert story.events > 20
    assert story.loads > 6
    assert story.items
    assert story.wrong == []


def test_a_stream_that_is_taken_up_too_late_is_found(town: tuple[Path, list[Member]], place: Path) -> None:
    """The premise: connections break so often that what was on its way matters."""

    def late(self: Log, position: str) -> int | None:
        return self.since(int(position.split(".", maxsplit=1)[0]) + 1)

    with patch.object(Log, "after", late):
        assert any(tell(seed, *town, place / str(seed)).wrong for seed in range(6))


def test_a_stream_that_is_taken_up_too_early_is_found(town: tuple[Path, list[Member]], place: Path) -> None:
    after = Log.after

    def early(self: Log, position: str) -> int | None:
        seq = after(self, position)
        return None if seq is None else seq - 1

    with patch.object(Log, "after", early):
        assert any(tell(seed, *town, place / str(seed)).wrong for seed in range(4))


def test_a_hub_that_forgets_what_happened_is_found(town: tuple[Path, list[Member]], place: Path) -> None:
    publish = Hub.publish

    def forgetful(self: Hub, entry: object) -> None:
        if vars(self)["_seq"] % 7:
            publish(self, entry)  # pyright: ignore[reportArgumentType] - an entry is what it is given
        else:
            vars(self)["_seq"] += 1

    with patch.object(Hub, "publish", forgetful):
        assert any(tell(seed, *town, place / str(seed)).wrong for seed in range(4))


@pytest.mark.proof
def test_over_many_seeds(
    town: tuple[Path, list[Member]], place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``SEEDS=5:6`` in the environment replays seed 5 alone; ``SEEDS=0:1000`` chooses a range."""
    first, last = (int(part) for part in os.environ.get("SEEDS", f"{FEW}:{FEW + dose(25, 5000)}").split(":"))
    jobs = [(seed, *town, place / str(seed)) for seed in range(first, last)]
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        stories = list(pool.map(told, jobs, chunksize=4))
    sums = _sums(stories)
    with capsys.disabled():
        show("Readers of streams under faults and kills", list(sums), [list(sums.values())])
    assert [f"seed {story.seed}: {wrong}" for story in stories for wrong in story.wrong] == []


def told(job: tuple[int, Path, list[Member], Path]) -> Reading:
    """One seed in a process of the pool; its files go at once."""
    story = tell(*job)
    rmtree(job[-1])
    return story


def _sums(stories: Iterable[Reading]) -> dict[str, int]:
    stories = list(stories)
    names = ("acts", "kills", "events", "loads", "items")
    sums = {name: sum(getattr(story, name) for story in stories) for name in names}
    return {"seeds": len(stories), **sums, "wrong": sum(len(story.wrong) for story in stories)}
