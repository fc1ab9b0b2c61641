"""The import contracts of pyproject.toml hold, and break when somebody builds upwards."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.source import ROOT


def lint(house: Path) -> subprocess.CompletedProcess[str]:
    """Run the contracts on a copy of the house."""
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--config", house / "pyproject.toml"],
        env={**os.environ, "PYTHONPATH": str(house / "src")},
        cwd=house,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def house(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(
        ROOT / "src" / "kizuna", tmp_path / "src" / "kizuna", ignore=shutil.ignore_patterns("__pycache__")
    )
    return tmp_path


def test_the_contracts_hold(house: Path) -> None:
    done = lint(house)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("ground/clock.py", "import kizuna.store.store"),
        ("square/models.py", "import kizuna.circle.models"),
        ("circle/models.py", "import kizuna.square.models"),
        ("people/models.py", "import kizuna.doors.parts"),
        ("store/schema.py", "import kizuna.bus.memory"),
        ("square/models.py", "import starlette.responses"),
        ("circle/actions.py", "import httpx2"),
        ("tie/ports.py", "import granian"),
        ("people/actions.py", "import sqlite3"),
        ("people/ports.py", "import redis"),
        ("doors/params.py", "import jinja2"),
        ("shortcuts/__init__.py", ""),
    ],
)
def test_building_upwards_is_found(house: Path, file: str, line: str) -> None:
    path = house / "src" / "kizuna" / file
    path.parent.mkdir(exist_ok=True)
    path.write_text((path.read_text("utf-8") if path.exists() else "") + f"\n{line}\n", "utf-8")
    done = lint(house)
    assert done.returncode != 0, done.stdout
    assert "BROKEN" in done.stdout or "exhaustive" in done.stdout or "shortcuts" in done.stdout, done.stdout
