"""``kizuna restore``: a backup into an empty data directory; all of it is verified before any of it gets its name."""

import shutil
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from kizuna.cli.archive import (
    LARGEST_MANIFEST,
    MANIFEST,
    SEALED,
    Entry,
    Manifest,
    clear_errors,
    pour_into,
    read_manifest,
    sync,
)
from kizuna.ground.config import Config, ConfigError
from kizuna.ground.ids import STORE_NAMES
from kizuna.ground.sealing import SealedReader, Source
from kizuna.store.migrate import head, revision
from kizuna.store.moment import fill_configured
from kizuna.store.open import UNFINISHED, lock_directory
from kizuna.store.snapshot import check


def run(config: Config, directory: Path, passphrase: str) -> None:
    """Restore the backup in ``directory``. Raises ConfigError, and leaves nothing behind then."""
    with clear_errors():
        if not (directory / MANIFEST).is_file():
            raise ConfigError(f"{directory} is not a backup of Kizuna: it has no {MANIFEST}")
        content = (directory / MANIFEST).read_bytes()
        manifest = read_manifest(content)
        _check_age(manifest)
        with _filling(config.data) as part:
            _unseal(directory, manifest, content, part, passphrase)
            for entry in manifest.entries:
                if not entry.closed:
                    with (directory / entry.name).open("rb") as source:
                        _take(source, entry, part)
                        _at_end(source, entry.name)
            _check_stores(manifest, part)
            fill_configured(config, {store: part / f"{store}.db" for store in STORE_NAMES})
            sync(part)
    sys.stdout.write(f"{config.data}: {len(manifest.entries)} files of {directory}\n")


def _check_age(manifest: Manifest) -> None:
    for store, found in manifest.revisions.items():
        if found > head(store):
            raise ConfigError(
                f"the backup's {store} has schema {found}, this program {head(store)}; update the program first"
            )


@contextmanager
def _filling(data: Path) -> Generator[Path]:
    """Where to write at first: taken away again when something goes wrong, and given its names at the end."""
    new = not data.exists()
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(path.name != "lost+found" for path in data.iterdir()):
        raise ConfigError(f"{data} is not empty; a backup is restored into an empty directory")
    with lock_directory(data):
        part = data / UNFINISHED
        part.mkdir(mode=0o700)
        try:
            yield part
        except BaseException:
            shutil.rmtree(part)
            (data / "lock").unlink()
            if new:
                data.rmdir()
            raise
        _name(part, data)
        (data / "lock").unlink()


def _unseal(directory: Path, manifest: Manifest, content: bytes, part: Path, passphrase: str) -> None:
    with (directory / SEALED).open("rb") as source:
        reader = SealedReader(source, passphrase)
        size = int.from_bytes(reader.read(4), "big")
        if size > LARGEST_MANIFEST or reader.read(size) != content:
            raise ConfigError(f"{MANIFEST} is not the one that was sealed in {SEALED}")
        for entry in manifest.entries:
            if entry.closed:
                _take(reader, entry, part)
        _at_end(reader, SEALED)


def _take(source: Source, entry: Entry, part: Path) -> None:
    if pour_into(source, part / entry.name, entry.size) != (entry.size, entry.sha256):
        raise ConfigError(f"{entry.name} is not as the manifest says: it was cut or changed")


def _at_end(source: Source, name: str) -> None:
    if source.read(1):
        raise ConfigError(f"{name} is not as the manifest says: it was lengthened")


def _check_stores(manifest: Manifest, part: Path) -> None:
    for store, expected in manifest.revisions.items():
        check(part / f"{store}.db")
        found = revision(part / f"{store}.db")
        if found != expected:
            raise ConfigError(f"{store}.db has schema {found}, the manifest says {expected}")


def _name(part: Path, data: Path) -> None:
    """Give everything its name. A server does not start while something of it is left in ``part``."""
    for path in sorted(part.iterdir()):
        path.rename(data / path.name)
    sync(data)
    part.rmdir()
    sync(data)
