"""What a backup is: its files, what vouches for them, and how bytes get from one file into another.

``manifest.json`` names every file with its size and SHA-256. ``closed.sealed`` holds the same manifest and then the
closed files, in the manifest's order; being sealed, it vouches for the open ones, which lie beside it as they are.
"""

import hashlib
import os
import re
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from kizuna.ground.config import ConfigError
from kizuna.ground.ids import STORE_NAMES, StoreName
from kizuna.ground.sealing import SealError, Source, Target
from kizuna.store.connection import DatabaseErrors

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
SEALED: Final = "closed.sealed"
FILES: Final = "files"
LARGEST_MANIFEST: Final = 256 * 1024 * 1024
_OPEN: Final = re.compile(r"people\.db|square\.db|files/square/.*")
_NAME: Final = re.compile(r"(?:people|square|circle|letters)\.db|files(?:/[a-z0-9]+(?:[._-][a-z0-9]+)*)+")
_PIECE: Final = 64 * 1024


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file, by its path in the data directory."""

    name: str
    size: int
    sha256: str

    @property
    def closed(self) -> bool:
        """Whether it is sealed: all that is not of the people or the square."""
        return is_closed(self.name)


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that is in a backup, when it was made (Unix milliseconds), and the schema of each store."""

    format: int
    version: str
    made_at: int
    revisions: dict[StoreName, str]
    entries: tuple[Entry, ...]


class _AnyFormat(msgspec.Struct):
    format: int


def is_closed(name: str) -> bool:
    """Whether the file of this name is sealed."""
    return not _OPEN.fullmatch(name)


def is_kept(name: str) -> bool:
    """Whether a file of this name belongs into a backup, rather than being half written or somebody else's."""
    return bool(_NAME.fullmatch(name)) and not name.endswith(".part")


def read_manifest(content: bytes) -> Manifest:
    """Decode and check. Raises ConfigError."""
    try:
        if msgspec.json.decode(content, type=_AnyFormat).format > FORMAT:
            raise ConfigError("the backup was made by a newer Kizuna; update this one first")
        manifest = msgspec.json.decode(content, type=Manifest)
    except msgspec.DecodeError as error:
        raise ConfigError(f"{MANIFEST} is not the manifest of a backup: {error}") from error
    names = [entry.name for entry in manifest.entries]
    stores = {f"{name}.db" for name in STORE_NAMES}
    if (
        len(set(names)) != len(names)
        or not stores <= set(names)
        or set(manifest.revisions) != set(STORE_NAMES)
    ):
        raise ConfigError(f"{MANIFEST} does not name each store and each file once")
    for name in names:
        if not is_kept(name):
            raise ConfigError(f"{MANIFEST} names a file that Kizuna does not have: {name!r}")
    return manifest


def pour(source: Source, target: Target | None, limit: int | None = None) -> tuple[int, str]:
    """Copy what comes, at most ``limit`` bytes; answers how many there were, and their SHA-256."""
    size, digest = 0, hashlib.sha256()
    while piece := source.read(_PIECE if limit is None else min(_PIECE, limit - size)):
        size += len(piece)
        digest.update(piece)
        if target is not None:
            target.write(piece)
    return size, digest.hexdigest()


def pour_into(source: Source, path: Path, limit: int | None = None) -> tuple[int, str]:
    """``pour`` into a new file that only we can read, and that is on the disk afterwards."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        found = pour(source, target, limit)
        target.flush()
        os.fsync(target.fileno())
    return found


def sync(place: Path) -> None:
    """See that a file, or a directory with all directories below, is on the disk."""
    for path in (place, *(each for each in place.rglob("*") if each.is_dir())):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def clear_errors() -> Generator[None]:
    """Turn what a disk, a database or a seal refuses into the administrator's one line."""
    try:
        yield
    except SealError as error:
        raise ConfigError(f"{SEALED}: {error}") from error
    except DatabaseErrors as error:
        raise ConfigError(f"a store cannot be used: {error}") from error
    except OSError as error:
        raise ConfigError(f"{error.filename or 'the disk'}: {error.strerror or error}") from error
