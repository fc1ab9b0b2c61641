"""``kizuna season check``, as an administrator types it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.season.test_check import SHIPPED, spoil


def typed(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kizuna", *arguments]
    environment = os.environ | {f"KIZUNA_{name.upper()}": value for name, value in settings.items()}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_a_season_is_told_in_some_lines() -> None:
    done = typed("season", "check", str(SHIPPED / "xmas-2011"), "--year", "2026")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "xmas-2011 2026: クリスマスの靴下 / Christmas socks, #ベルを鳴らそう"
    assert lines[1] == "from 2026-12-01 00:00:00 +0900 until 2026-12-26 00:00:00 +0900, 25 days"
    assert (
        "coupon hot-snack: 100,000 in stock, passed on to 2, usable until 2027-01-24 23:59:59 +0900" in lines
    )
    assert any("59.0% 1 points" in line and "1.0% coupon hot-snack" in line for line in lines)
    assert lines[-1] == "drawn for all at 2026-12-24 21:00:00 +0900: 100 × cake"


def test_what_is_wrong_is_told_and_fails(tmp_path: Path) -> None:
    place = shutil.copytree(SHIPPED / "xmas-2011", tmp_path / "season")
    spoil(place, "of = 1000", "of = 999")
    spoil(place, 'picture = "star.svg"', 'picture = "moon.svg"')
    done = typed("season", "check", str(place))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        f"{place}: season.toml: lot 1: its weights add up to 1,000, not to 999",
        f"{place}: season.toml: picture moon.svg: it is not there",
    ]
    done = typed("season", "check", str(tmp_path / "nowhere"))
    assert done.returncode == 1
    assert "cannot read" in done.stderr
