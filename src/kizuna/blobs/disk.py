"""Files in a directory, written whole or not at all."""

import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from kizuna.ground.errors import Unavailable

_KEY: Final = re.compile(r"[a-z0-9]+(?:[/._-][a-z0-9]+)*")


class Listed(NamedTuple):
    """A blob in a listing; ``written_ms`` is by the clock of whoever keeps it."""

    key: str
    written_ms: int


class Blobs(Protocol):
    """Bytes kept under a key such as ``4f/4f1c…/small.webp``. Blocking; call it off the event loop."""

    def put(self, key: str, content: bytes) -> None:
        """Keep the content, durably, replacing what was there. Raises Unavailable when the disk is full."""
        ...

    def get(self, key: str) -> bytes | None:
        """The content, or None."""
        ...

    def size(self, key: str) -> int | None:
        """How many bytes it has, or None."""
        ...

    def read(self, key: str, start: int, length: int) -> bytes | None:
        """A part of the content, shorter at its end; None when it is not there (any more)."""
        ...

    def delete(self, key: str) -> None:
        """Forget it; nothing happens when it is not there."""
        ...

    def list(self) -> Iterator[Listed]:
        """Everything that is kept, in no order, also what a crash left half-written."""
        ...


class DiskBlobs:
    """The adapter for a directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def put(self, key: str, content: bytes) -> None:
        """Write beside, sync, then rename: a crash leaves the old content or the new, never half of one."""
        path = self._path(key)
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with part.open("wb") as handle:
                handle.write(content)
                handle.flush()
                os.fsync(handle.fileno())
            part.replace(path)
        except OSError as error:
            self.delete(f"{key}.{os.getpid()}.part")
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise Unavailable("It could not be saved; nothing was written") from error
            raise
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def get(self, key: str) -> bytes | None:
        """The content, or None."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            return None

    def size(self, key: str) -> int | None:
        """How many bytes it has, or None."""
        try:
            return self._path(key).stat().st_size
        except FileNotFoundError:
            return None

    def read(self, key: str, start: int, length: int) -> bytes | None:
        """A part of the content; None when it is not there (any more)."""
        try:
            with self._path(key).open("rb") as handle:
                handle.seek(start)
                return handle.read(length)
        except FileNotFoundError:
            return None

    def delete(self, key: str) -> None:
        """Forget it, and the directories that are empty then; nothing happens when it is not there."""
        path = self._path(key)
        path.unlink(missing_ok=True)
        for directory in path.parents:
            if directory == self._directory:
                return
            try:
                directory.rmdir()
            except OSError:  # something else is in it, or it was never made
                return

    def list(self) -> Iterator[Listed]:
        """Every file, as it is come across."""
        for place, _, names in os.walk(self._directory):  # bears what is deleted meanwhile
            for name in names:
                path = Path(place, name)
                try:
                    written_ms = path.stat().st_mtime_ns // 1_000_000
                except FileNotFoundError:
                    continue
                yield Listed(path.relative_to(self._directory).as_posix(), written_ms)

    def _path(self, key: str) -> Path:
        if len(key) > 200 or not _KEY.fullmatch(key):
            raise ValueError("a blob key is lower-case words joined by single / . _ -")
        return self._directory / key
