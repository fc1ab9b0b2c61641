"""Where uploads are developed: a few at a time, off the event loop, and never more waiting than memory can hold."""

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol

import msgspec

from kizuna.ground.errors import Invalid, TooLarge, Unavailable
from kizuna.media.models import Developed, Use
from kizuna.media.pictures import MOST_BYTES, sniff

PLACES: Final = 2
MOST_WAITING: Final = 6
SECONDS: Final = 60.0  # on the clock; what it may compute is bounded in child.py


class Darkroom(Protocol):
    """Makes new pictures of uploads."""

    async def develop(self, data: bytes, use: Use) -> Developed:
        """Raises Invalid for what is no picture, TooLarge, Unavailable when too many wait already."""
        ...

    def close(self) -> None:
        """Let go of threads."""
        ...


class ChildDarkroom:
    """The adapter with a process for each picture (child.py)."""

    def __init__(self, places: int = PLACES, waiting: int = MOST_WAITING, seconds: float = SECONDS) -> None:
        self._pool = ThreadPoolExecutor(places, "darkroom")
        self._most = places + waiting
        self._inside = 0
        self._seconds = seconds

    async def develop(self, data: bytes, use: Use) -> Developed:
        """See Darkroom."""
        check(data)
        if self._inside >= self._most:
            raise Unavailable("Too many pictures are being worked on. Please try again in a moment.")
        self._inside += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._run, data, use)
        finally:
            self._inside -= 1

    def close(self) -> None:
        """See Darkroom."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self, data: bytes, use: Use) -> Developed:
        command = [sys.executable, "-I", "-m", "kizuna.media.child", use]
        try:
            done = subprocess.run(  # noqa: S603 - our own program, and nothing of the upload is on its command line
                command, input=data, capture_output=True, timeout=self._seconds, env={}, check=True
            )
            return msgspec.msgpack.decode(done.stdout, type=Developed)
        except (subprocess.SubprocessError, msgspec.DecodeError) as error:
            raise _not_taken() from error


def check(data: bytes) -> None:
    """What can be said without decoding. Raises TooLarge, Invalid."""
    if len(data) > MOST_BYTES:
        raise TooLarge("The picture is larger than {limit} bytes", limit=MOST_BYTES)
    if sniff(data) is None:
        raise _not_taken()


def _not_taken() -> Invalid:
    return Invalid(
        "This is not a picture that can be taken. JPEG, PNG, GIF, WebP and AVIF can.", field="file"
    )
