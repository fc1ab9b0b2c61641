"""Backup and restore by command: all of it comes back, and nothing of a backup that is not whole."""

import hashlib
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from kizuna.blobs.disk import DiskBlobs
from kizuna.cli.program import app
from kizuna.ground.clock import SystemClock
from kizuna.ground.config import ConfigError
from kizuna.ground.ids import STORE_NAMES
from kizuna.ground.sealing import HEADER
from kizuna.store.open import open_stores

SECRET = "what only we know"
ENTRY = "INSERT INTO inbox (event_id, consumer, seen_at) VALUES (?, ?, 0)"
CLOSED = "said among friends"


def kizuna(*arguments: str, data: Path, secret: str = SECRET) -> str:
    """Run a command; answers what it says. Raises ConfigError as ``main`` gets it."""
    environment = {"KIZUNA_DATA": str(data), "KIZUNA_BACKUP_PASSPHRASE": secret}
    result = CliRunner().invoke(app, list(arguments), env=environment)
    if result.exception is not None:
        raise result.exception
    return result.output


@pytest.fixture
def data(tmp_path: Path, blank_data: Path) -> Path:
    """A data directory with a row in every store and a file in every place of files."""
    place = shutil.copytree(blank_data, tmp_path / "data")
    for number, store in enumerate(STORE_NAMES):
        with sqlite3.connect(place / f"{store}.db") as connection:
            connection.execute(ENTRY, (number, CLOSED))
        connection.close()
    for plane in ("square", "circle", "staged"):
        DiskBlobs(place / "files" / plane).put(f"4f/{plane}.webp", f"{CLOSED} {plane}".encode() * 9_000)
    (place / "files" / "circle" / "4f" / "half.webp.17.part").write_bytes(b"half")
    return place


@pytest.fixture
def backup(tmp_path: Path, data: Path) -> Path:
    """A backup of it."""
    kizuna("backup", str(tmp_path / "backup"), data=data)
    return tmp_path / "backup"


def contents(place: Path) -> dict[str, list[str] | bytes]:
    """Every store as SQL and every file as bytes."""
    found: dict[str, list[str] | bytes] = {}
    for store in STORE_NAMES:
        connection = sqlite3.connect(place / f"{store}.db")
        found[store] = list(connection.iterdump())
        connection.close()
    for path in (place / "files").rglob("*.webp"):
        found[str(path.relative_to(place))] = path.read_bytes()
    return found


def test_everything_comes_back(tmp_path: Path, data: Path, backup: Path) -> None:
    new = tmp_path / "new"
    kizuna("restore", str(backup), data=new)
    assert contents(new) == contents(data)
    assert len(contents(new)) == 7
    assert {path.name for path in new.iterdir()} == {"files", *(f"{store}.db" for store in STORE_NAMES)}
    modes = {
        stat.S_IMODE(path.stat().st_mode) for path in (new, *new.rglob("*")) if path == new or path.is_file()
    }
    assert modes == {0o700, 0o600}
    open_stores(new, SystemClock()).abandon()


def test_the_closed_part_is_unreadable_and_leaves_nothing_behind(data: Path, backup: Path) -> None:
    assert {path.name for path in backup.iterdir()} == {
        "closed.sealed", "files", "manifest.json", "people.db", "square.db",
    }  # fmt: skip
    assert CLOSED.encode() not in (backup / "closed.sealed").read_bytes()
    assert [path.name for path in (backup / "files").iterdir()] == ["square"]
    assert not (data / "backup.part").exists()
    manifest = msgspec.json.decode((backup / "manifest.json").read_bytes())
    sums = {entry["name"]: entry["sha256"] for entry in manifest["entries"]}
    for name in ("people.db", "square.db", "files/square/4f/square.webp"):
        assert sums[name] == hashlib.sha256((backup / name).read_bytes()).hexdigest()


def edit(name: str, change: Callable[[bytes], bytes]) -> Callable[[Path], object]:
    return lambda place: (place / name).write_bytes(change((place / name).read_bytes()))


def swap(old: str, new: str) -> Callable[[Path], object]:
    return edit("manifest.json", lambda text: text.replace(old.encode(), new.encode(), 1))


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def reordered(content: bytes) -> bytes:
    first, second = HEADER + 65_552, HEADER + 2 * 65_552
    return content[:HEADER] + content[first:second] + content[HEADER:first] + content[second:]


def trust_square(place: Path) -> None:
    """Change a plain file and its line in the manifest beside it."""
    old = hashlib.sha256((place / "square.db").read_bytes()).hexdigest()
    edit("square.db", flipped)(place)
    swap(old, hashlib.sha256((place / "square.db").read_bytes()).hexdigest())(place)


WRONG: dict[str, tuple[Callable[[Path], object], str]] = {
    "foreign": (lambda place: (place / "manifest.json").unlink(), "not a backup"),
    "no manifest": (edit("manifest.json", lambda _: b"{}"), "not the manifest"),
    "changed square": (edit("square.db", flipped), "square.db is not as"),
    "cut square": (edit("square.db", lambda all_: all_[:-1]), "square.db is not as"),
    "longer square": (edit("square.db", lambda all_: all_ + b"x"), "lengthened"),
    "no people": (lambda place: (place / "people.db").unlink(), "people.db: No such file"),
    "changed file": (edit("files/square/4f/square.webp", flipped), "square.webp is not as"),
    "changed with its sum": (trust_square, "not the one that was sealed"),
    "changed seal": (edit("closed.sealed", flipped), "cut or changed"),
    "cut seal": (edit("closed.sealed", lambda all_: all_[:-65_000]), "cut or changed"),
    "cut seal between chunks": (edit("closed.sealed", lambda all_: all_[: HEADER + 65_552]), "changed"),
    "longer seal": (edit("closed.sealed", lambda all_: all_ + b"x"), "cut or changed"),
    "reordered seal": (edit("closed.sealed", reordered), "changed"),
    "foreign seal": (edit("closed.sealed", lambda _: b"PK" * 100), "not a sealed file"),
    "newer format": (swap('"format": 1', '"format": 2'), "newer Kizuna"),
    "newer schema": (swap('"circle": "0', '"circle": "9'), "update the program first"),
    "a way out": (swap('"files/square/', '"files/../../'), "does not have"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_backup_that_is_not_whole_is_refused(tmp_path: Path, backup: Path, case: str) -> None:
    spoil, why = WRONG[case]
    spoil(backup)
    with pytest.raises(ConfigError, match=why) as refused:
        kizuna("restore", str(backup), data=tmp_path / "new")
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "new").exists()


def test_a_refusal_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    environment = {"KIZUNA_DATA": str(tmp_path / "new"), "KIZUNA_BACKUP_PASSPHRASE": SECRET}
    command = [sys.executable, "-m", "kizuna", "restore", str(tmp_path)]
    ended = subprocess.run(
        command, check=False, cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert ended.stderr == f"kizuna: {tmp_path} is not a backup of Kizuna: it has no manifest.json\n"


def test_another_passphrase_is_refused(tmp_path: Path, backup: Path) -> None:
    for secret, why in (("what nobody knows", "passphrase"), ("short", "less than 12"), ("", "is needed")):
        with pytest.raises(ConfigError, match=why):
            kizuna("restore", str(backup), data=tmp_path / "new", secret=secret)
    assert not (tmp_path / "new").exists()
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    file = ("--passphrase-file", str(tmp_path / "secret"))
    kizuna("restore", str(backup), *file, data=tmp_path / "new", secret="")
    with pytest.raises(ConfigError, match="not empty"):
        kizuna("restore", str(backup), data=tmp_path / "new")


def test_only_an_empty_directory_is_written_to(tmp_path: Path, data: Path, backup: Path) -> None:
    before = contents(data)
    with pytest.raises(ConfigError, match="not empty"):
        kizuna("restore", str(backup), data=data)
    with pytest.raises(ConfigError, match="not empty"):
        kizuna("backup", str(backup), data=data)
    with pytest.raises(ConfigError, match="directory of a server"):
        kizuna("backup", str(tmp_path / "other"), data=tmp_path / "nowhere")
    assert contents(data) == before
    assert not (tmp_path / "other").exists()


def test_no_server_starts_on_half_a_restore(data: Path) -> None:
    (data / "restore.part").mkdir()
    with pytest.raises(ConfigError, match="was not finished"):
        open_stores(data, SystemClock())
