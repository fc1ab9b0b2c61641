"""The bench in small: every answer is right and everything acknowledged is there. Never how fast."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from bench.__main__ import Crowds, run
from bench.bells import check
from bench.data import Size, seed
from bench.measure import Effort, measure_cold, measure_home, measure_posts, measure_start, profile
from bench.report import Results, show
from bench.streams import measure_streams

pytestmark = pytest.mark.load
SIZE = Size(accounts=60, posts=20, follows=20)
EFFORT = Effort(seconds=0.5, rounds=1)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A seeded data directory."""
    place = tmp_path_factory.mktemp("bench")
    seed(place / "data", SIZE)
    return place


def test_home_and_static_bytes(place: Path) -> None:
    (found,) = measure_home(place, SIZE, EFFORT, (8,))
    assert found.reads.median > 0
    assert found.mixed.median > 0
    assert found.ratio.median > 0


def test_every_post_that_was_answered_is_written(place: Path) -> None:
    """The measurement itself compares the rows and waits for the outbox."""
    plain, keyed = measure_posts(place, SIZE, EFFORT, (8,), keyed=(8,))
    assert (plain.keyed, keyed.keyed) == (False, True)
    assert min(plain.latency.count, keyed.latency.count) > 0


def test_start_and_cold_home(place: Path) -> None:
    assert measure_start(place, EFFORT).memory_mb.median > 0
    assert measure_cold(place, SIZE).count == SIZE.accounts


def test_every_post_reaches_all_who_listen(tmp_path: Path) -> None:
    (found,) = measure_streams(tmp_path, (120,), 20, 1.0, 2)
    assert found.one_to_all.missing == found.steady.missing == found.full.missing == 0
    assert found.one_to_all.each.count == 120 * 5


def test_bells_have_their_row(tmp_path: Path) -> None:
    """Eight for each of sixty people, all of them there; and the table says so."""
    results = Results(machine={}, data="")
    run("bells", results, tmp_path, SIZE, EFFORT, Crowds((), 0, 60))
    assert results.bells is not None
    assert check(results.bells) == []
    assert results.bells.bells == results.bells.acts == 480
    told = io.StringIO()
    show(results, Console(file=told, width=160))
    assert "480 + 10" in told.getvalue()


def test_the_profile_names_our_functions(place: Path) -> None:
    found = profile(place, SIZE, EFFORT, posting=True)
    assert found.samples > 0
    assert any(name.startswith("doors/front.py") for name in found.inside)
