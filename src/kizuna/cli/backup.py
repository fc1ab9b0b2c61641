"""``kizuna backup``: one moment of everything in a new directory, while the server runs."""

import contextlib
import fcntl
import os
import shutil
import sys
import tempfile
from collections.abc import Generator, Sequence
from importlib.metadata import version
from pathlib import Path

import msgspec

from kizuna.cli.archive import (
    FILES,
    FORMAT,
    MANIFEST,
    SEALED,
    Entry,
    Manifest,
    clear_errors,
    is_closed,
    is_kept,
    pour,
    pour_into,
    sync,
)
from kizuna.ground.clock import SystemClock
from kizuna.ground.config import Config, ConfigError
from kizuna.ground.ids import StoreName
from kizuna.ground.randomness import SystemRandomness
from kizuna.ground.sealing import SALT, SealedWriter
from kizuna.store.migrate import revision
from kizuna.store.moment import moment


def run(config: Config, directory: Path, passphrase: str) -> None:
    """Make a backup in ``directory``, which must be empty or not there. Raises ConfigError."""
    with clear_errors():
        if directory.exists() and any(directory.iterdir()):
            raise ConfigError(f"{directory} is not empty; name a new directory")
        directory.parent.mkdir(parents=True, exist_ok=True)
        with _stage(config.data) as stage, _beside(directory) as made:
            manifest = _collect(config, stage, made)
            content = msgspec.json.format(msgspec.json.encode(manifest))
            _seal(manifest.entries, content, stage, made / SEALED, passphrase)
            (made / MANIFEST).write_bytes(content)
            for name in (MANIFEST, "people.db", "square.db"):
                sync(made / name)
            sync(made)
            made.rename(directory)
            sync(directory.parent)
    sys.stdout.write(f"{directory}: {len(manifest.entries)} files\n")


@contextlib.contextmanager
def _stage(data: Path) -> Generator[Path]:
    """A place for the closed files before they are sealed: in the data directory, so that they never lie elsewhere."""
    if not data.is_dir():
        raise ConfigError(f"there is no {data}; is this the directory of a server?")
    stage = data / "backup.part"
    with (data / "backup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigError(f"another backup of {data} is under way") from error
        shutil.rmtree(stage, ignore_errors=True)  # of a backup that was killed
        stage.mkdir(mode=0o700)
        try:
            yield stage
        finally:
            shutil.rmtree(stage)


@contextlib.contextmanager
def _beside(directory: Path) -> Generator[Path]:
    """A directory that gets its name when it is complete."""
    made = Path(tempfile.mkdtemp(dir=directory.absolute().parent, prefix=f".{directory.name}."))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)  # nothing is there any more when it was complete


def _collect(config: Config, stage: Path, made: Path) -> Manifest:
    """Put every open file into ``made`` and every closed one on the stage."""
    data = config.data
    _keep_files(data, stage)
    revisions: dict[StoreName, str] = {}
    made_at = SystemClock().now_ms()
    with moment(config) as found:
        _keep_files(data, stage)  # a file comes before its row, and what was deleted since is kept above
        for name, snapshot in found.items():
            path = (stage if is_closed(f"{name}.db") else made) / f"{name}.db"
            snapshot.copy(path)
            revisions[name] = _revision(path)
    for name in _names(stage):
        if not is_closed(name):
            with (stage / name).open("rb") as source:
                pour_into(source, made / name)
    entries = [_entry(made, name) for name in _names(made)]
    entries += [_entry(stage, name) for name in _names(stage) if is_closed(name)]
    return Manifest(FORMAT, version("kizuna"), made_at, revisions, tuple(entries))


def _keep_files(data: Path, stage: Path) -> None:
    """Take hold of every file as it is now. Files are replaced and never rewritten, so another link is enough."""
    for path in sorted((data / FILES).rglob("*")):
        kept = stage / path.relative_to(data)
        if not path.is_file() or not is_kept(str(path.relative_to(data))) or kept.exists():
            continue
        kept.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(path, kept)
        except FileNotFoundError:
            continue  # deleted meanwhile
        except OSError:
            shutil.copy2(path, kept)  # on another disk, or on one without links


def _names(place: Path) -> Sequence[str]:
    return sorted(str(path.relative_to(place)) for path in place.rglob("*") if path.is_file())


def _entry(place: Path, name: str) -> Entry:
    with (place / name).open("rb") as source:
        return Entry(name, *pour(source, None))


def _revision(path: Path) -> str:
    found = revision(path)
    if found is None:
        raise ConfigError(f"{path.name} is not a store of Kizuna")
    return found


def _seal(entries: Sequence[Entry], manifest: bytes, stage: Path, path: Path, passphrase: str) -> None:
    with path.open("xb") as target:
        writer = SealedWriter(target, passphrase, SystemRandomness().bytes(SALT))
        writer.write(len(manifest).to_bytes(4, "big") + manifest)
        for entry in entries:
            if entry.closed:
                with (stage / entry.name).open("rb") as source:
                    pour(source, writer)
        writer.finish()
        target.flush()
        os.fsync(target.fileno())
