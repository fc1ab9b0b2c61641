"""A day of many people, rung as fast as it goes: each bell once, and no coupon more than there was."""

import asyncio
from pathlib import Path

import pytest

from bench.bells import DAY_MS, DayClock, check, live
from tests.dose import dose, show


def test_a_day_goes_by_its_hours() -> None:
    clock = DayClock(0, 240)
    moments: list[int] = []
    for clock.rung in range(240):
        moments.append(clock.now_ms())
    assert moments == sorted(moments)
    assert moments[0] == 0
    assert DAY_MS * 0.9 < moments[-1] < DAY_MS
    assert moments[120] > DAY_MS / 2, "most of it is in the evening"


@pytest.mark.sqlite("measures a file; what is counted is the same on every database")
@pytest.mark.load
def test_a_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A tenth of a million people in the long dose, with a tenth of the coupons."""
    people = dose(1_000, 100_000)
    day = asyncio.run(live(tmp_path, people, 64, people // 10))
    with capsys.disabled():
        show(
            "a day of bells",
            ["people", "bells", "per second", "p50 ms", "p99 ms", "won", "passed on", "left", "out of stock"],
            [
                [
                    day.people, day.bells, int(day.rate), day.latency.p50, day.latency.p99, day.won, day.passed_on,
                    day.left, day.out_of_stock,
                ]
            ],
        )  # fmt: skip
    assert check(day) == []
    assert day.bells == 8 * people
    assert day.won > 0
