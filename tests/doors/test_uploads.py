"""Bodies with pictures: bounded for all and for one, and nobody's words wait behind another's pictures."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from starlette.requests import Request
from starlette.types import Message

from kizuna.doors.bodies import BODY_LIMIT
from kizuna.doors.uploads import MOST_OF_ONE, MOST_READ, Uploads
from kizuna.ground.errors import Unavailable

pytestmark = pytest.mark.anyio
LARGE = b"x" * (BODY_LIMIT + 1)


def bringing(body: bytes) -> Request:
    """A request that brings this."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request({"type": "http", "method": "POST", "headers": []}, receive)


async def test_words_do_not_wait_behind_pictures() -> None:
    uploads = Uploads()
    async with AsyncExitStack() as reading:
        for person in range(MOST_READ):
            await reading.enter_async_context(uploads.arrived(bringing(LARGE), person))
        async with uploads.arrived(bringing(b"words"), 9) as receive:
            assert await receive() == {"type": "http.request", "body": b"words", "more_body": False}
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await reading.enter_async_context(uploads.arrived(bringing(LARGE), 9))
    async with uploads.arrived(bringing(LARGE), 9) as receive:
        assert (await receive())["body"] == LARGE[: 256 * 1024]


async def test_one_person_cannot_keep_the_others_out() -> None:
    uploads = Uploads()
    async with AsyncExitStack() as arriving:
        for _ in range(MOST_OF_ONE):
            await arriving.enter_async_context(uploads.arrived(bringing(b"a"), 1))
        with pytest.raises(Unavailable):
            await arriving.enter_async_context(uploads.arrived(bringing(b"a"), 1))
        await arriving.enter_async_context(uploads.arrived(bringing(b"a"), 2))
    async with uploads.arrived(bringing(b"a"), 1):
        pass
