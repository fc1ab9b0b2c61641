"""Files in a directory, written whole or not at all."""

import os
import re
from pathlib import Path
from typing import Final, Protocol

_KEY: Final = re.compile(r"[a-z0-9]+(?:[/._-][a-z0-9]+)*")


class Blobs(Protocol):
    """Bytes kept under a key such as ``circle/4f/4f1c….webp``. Blocking; call it off the event loop."""

    def put(self, key: str, content: bytes) -> None:
        """Keep the content, durably, replacing what was there."""
        ...

    def get(self, key: str) -> bytes | None:
        """The content, or None."""
        ...

    def delete(self, key: str) -> None:
        """Forget it; nothing happens when it is not there."""
        ...


class DiskBlobs:
    """The adapter for a directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def put(self, key: str, content: bytes) -> None:
        """Write beside, sync, then rename: a crash leaves the old content or the new, never half of one."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        with part.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        part.replace(path)
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

    def delete(self, key: str) -> None:
        """Forget it; nothing happens when it is not there."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        if len(key) > 200 or not _KEY.fullmatch(key):
            raise ValueError("a blob key is lower-case words joined by single / . _ -")
        return self._directory / key
