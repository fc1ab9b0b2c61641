"""``kizuna doctor``: what is well is a line, and what is wrong is a line and exit code 1."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kizuna.cli import doctor
from kizuna.cli.program import app
from kizuna.store.open import Stores
from tests.jobs.test_dead import bury


@pytest.fixture
def data(blank_data: Path, tmp_path: Path) -> Path:
    """The directory of a server that was stopped."""
    place = shutil.copytree(blank_data, tmp_path / "data")
    place.chmod(0o700)
    for file in place.iterdir():
        file.chmod(0o600)
    return place


def diagnosis(data: Path, **settings: str) -> tuple[int, list[str]]:
    """The exit code, and the lines about what is wrong."""
    told = CliRunner().invoke(app, ["doctor"], env={"KIZUNA_DATA": str(data), **settings})
    lines = told.output.splitlines()
    assert all(line.startswith(("ok     ", "WRONG  ")) for line in lines), told.output
    return told.exit_code, [line.removeprefix("WRONG  ") for line in lines if line.startswith("WRONG")]


def test_a_sound_server_is_well_and_left_as_it_is(data: Path) -> None:
    before = {file.name: file.read_bytes() for file in data.glob("*.db")}
    assert diagnosis(data) == (0, [])
    assert {file.name: file.read_bytes() for file in data.glob("*.db")} == before


@pytest.mark.sqlite("looks for its files; tests/processes/test_commands.py has the other database")
def test_it_looks_beside_a_running_server_and_counts_dead_letters(stores: Stores, tmp_path: Path) -> None:
    (tmp_path / "data").chmod(0o700)
    for file in (tmp_path / "data").glob("*.db"):
        file.chmod(0o600)
    assert diagnosis(tmp_path / "data") == (0, [])
    asyncio.run(bury(stores))
    assert diagnosis(tmp_path / "data") == (1, ["dead letters: 2; see `kizuna jobs list`"])


def readable(data: Path) -> None:
    data.chmod(0o755)


def readable_file(data: Path) -> None:
    (data / "circle.db").chmod(0o640)


def lost(data: Path) -> None:
    (data / "letters.db").unlink()


def scrambled(data: Path) -> None:
    file = data / "people.db"
    content = bytearray(file.read_bytes())
    content[8192 : 8192 + 4096] = b"\xff" * 4096
    file.write_bytes(content)


def foreign(data: Path) -> None:
    (data / "square.db").write_bytes(b"this is no database" * 300)


def empty(data: Path) -> None:
    (data / "square.db").write_bytes(b"")


def newer(data: Path) -> None:
    with closing(sqlite3.connect(data / "square.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()


@pytest.mark.parametrize(
    ("harm", "what", "reason"),
    [
        (readable, "directory", "mode 0755"),
        (readable_file, "circle.db", "mode 0640"),
        (lost, "letters.db", "is not there"),
        (scrambled, "people.db", "is damaged"),
        (foreign, "square.db", "cannot be read"),
        (empty, "square.db", "has no schema"),
        (newer, "square.db", "update the program"),
        (shutil.rmtree, "directory", "is not there"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_is_broken_is_named(data: Path, harm: Callable[[Path], object], what: str, reason: str) -> None:
    assert diagnosis(data)[0] == 0
    harm(data)
    code, wrong = diagnosis(data)
    assert code == 1
    assert len(wrong) == 1
    assert wrong[0].startswith(f"{what}: ")
    assert reason in wrong[0]


def test_nothing_is_made_where_nothing_is(tmp_path: Path) -> None:
    assert diagnosis(tmp_path / "nowhere")[0] == 1
    assert not (tmp_path / "nowhere").exists()


def test_settings_that_cannot_be_read_are_a_line(data: Path) -> None:
    code, (wrong,) = diagnosis(data, KIZUNA_PORTT="1")
    assert code == 1
    assert wrong == 'settings: unknown setting "portt"; the nearest known one is "port"'


def test_a_full_disk_and_an_old_program_are_wrong(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE", 1 << 60)
    monkeypatch.setattr(doctor, "PYTHON", (9, 0))
    code, wrong = diagnosis(data)
    assert code == 1
    assert [line.partition(":")[0] for line in wrong] == ["Python", "disk"]
