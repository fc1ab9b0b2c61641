"""The demo's December."""

from datetime import datetime, timedelta

import pytest

from kizuna.cli.holiday import JAPAN, ahead_hours


@pytest.mark.parametrize(
    ("now", "there"),
    [
        ("2026-01-01T00:00", "2026-12-22T18:00"),
        ("2026-11-30T23:59", "2026-12-22T18:00"),
        ("2026-12-01T00:00", "2026-12-01T00:00"),
        ("2026-12-25T23:59", "2026-12-25T23:59"),
        ("2026-12-26T00:00", "2027-12-22T18:00"),
    ],
)
def test_it_is_always_december(now: str, there: str) -> None:
    at = datetime.fromisoformat(f"{now}+09:00")
    moved = at + timedelta(hours=ahead_hours(round(at.timestamp() * 1000)))
    wanted = datetime.fromisoformat(f"{there}+09:00")
    assert abs(moved - wanted) <= timedelta(minutes=30)
    assert moved.astimezone(JAPAN).month == 12
