"""Bodies with pictures in them: larger than others, so they arrive on disk, and few large ones are read at once."""

import asyncio
import errno
import tempfile
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, nullcontext
from typing import IO, Final

from starlette.requests import Request
from starlette.types import Message, Receive

from kizuna.doors.bodies import BODY_LIMIT, TooSlow, announced_size
from kizuna.ground.errors import TooLarge, Unavailable

UPLOAD_LIMIT: Final = 32 * 1024 * 1024
UPLOAD_SECONDS: Final = 300.0
IN_MEMORY: Final = 1024 * 1024
MOST_ARRIVING: Final = 64
MOST_OF_ONE: Final = 6
MOST_READ: Final = 3
_CHUNK: Final = 256 * 1024


class Uploads:
    """Admits uploads: the disk that they take while they arrive and the memory while they are read have a bound."""

    def __init__(self) -> None:
        self._arriving: Counter[int] = Counter()
        self._reading = asyncio.Semaphore(MOST_READ)

    @asynccontextmanager
    async def arrived(self, request: Request, person_id: int) -> AsyncGenerator[Receive]:
        """Wait for the whole body; a ``receive`` that gives it, for the time in which it may be read.

        Raises TooSlow, TooLarge, BadRequest, and Unavailable when too many arrive at once: of all, or of one person,
        so that nobody can keep the others out by sending slowly.
        """
        if self._arriving.total() >= MOST_ARRIVING or self._arriving[person_id] >= MOST_OF_ONE:
            raise Unavailable("Too many pictures are arriving. Please try again in a moment.")
        self._arriving[person_id] += 1
        try:
            with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as kept:
                try:
                    async with asyncio.timeout(UPLOAD_SECONDS):
                        size = await _keep(request, kept)
                except TimeoutError as error:
                    raise TooSlow("The request took too long to arrive") from error
                kept.seek(0)
                # A form without pictures needs no more memory than others, and must not wait behind them.
                async with self._reading if size > BODY_LIMIT else nullcontext():
                    yield _reader(request, kept, size)
        finally:
            self._arriving[person_id] -= 1
            if not self._arriving[person_id]:
                del self._arriving[person_id]


async def _keep(request: Request, kept: IO[bytes]) -> int:
    if announced_size(request) > UPLOAD_LIMIT:
        raise TooLarge("The request is larger than {limit} bytes", limit=UPLOAD_LIMIT)
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > UPLOAD_LIMIT:
            raise TooLarge("The request is larger than {limit} bytes", limit=UPLOAD_LIMIT)
        _write(kept, chunk)
    return size


def _write(kept: IO[bytes], chunk: bytes) -> None:
    try:
        kept.write(chunk)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Unavailable("It could not be saved; nothing was written") from error
        raise


def _reader(request: Request, kept: IO[bytes], size: int) -> Receive:
    left = size
    ended = False

    async def receive() -> Message:
        nonlocal left, ended
        if ended:
            return await request.receive()
        chunk = kept.read(_CHUNK)
        left -= len(chunk)
        ended = left <= 0
        return {"type": "http.request", "body": chunk, "more_body": not ended}

    return receive
