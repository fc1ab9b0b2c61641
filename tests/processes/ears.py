"""Streams that stand open at one process, over real connections, and when each piece of them came."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx2
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

PATIENCE_S = 30.0
Ears = dict[str, "Ear"]


class EndedByItself(Exception):
    """A stream is over for no reason of its listener's: its process was not heard by the database for too long."""


class Ear:
    """One stream."""

    def __init__(self, listen: Callable[["Ear"], Awaitable[None]]) -> None:
        self._loop = asyncio.get_running_loop()
        self._pieces: list[tuple[float, bytes]] = []
        self._news = asyncio.Condition()
        self._over_at: float | None = None
        self._task = asyncio.ensure_future(self._hear(listen))

    async def _hear(self, listen: Callable[["Ear"], Awaitable[None]]) -> None:
        try:
            await listen(self)
        finally:
            self._over_at = self._loop.time()
            async with self._news:
                self._news.notify_all()

    async def take(self, piece: bytes) -> None:
        """Something has arrived."""
        self._pieces.append((self._loop.time(), piece))
        async with self._news:
            self._news.notify_all()

    async def until(self, wanted: bytes) -> None:
        """Wait until this has arrived. Raises EndedByItself when the stream ends instead."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            while not any(wanted in piece for _, piece in self._pieces):
                self.check_open()
                await self._news.wait()

    def check_open(self) -> None:
        """A premise. Raises EndedByItself."""
        if self._over_at is not None:
            raise EndedByItself

    async def over(self, since: float) -> float:
        """Wait until the server has ended it: how long after that moment it did."""
        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(lambda: self._over_at is not None)
        assert self._over_at is not None
        return max(0.0, self._over_at - since)

    def stale(self, since: float, ids: list[bytes]) -> float:
        """How long after a moment one of these was still told. What tells that it is gone is not stale."""
        told = [0.0]
        for at, piece in self._pieces:
            for event in piece.split(b"\n\n"):
                ended = b"event: delete" in event or b'"event":"delete"' in event or b"event: gone" in event
                if at > since and not ended and any(each in event for each in ids):
                    told.append(at - since)
        return max(told)

    async def close(self) -> None:
        """Leave."""
        self._task.cancel()
        await asyncio.wait([self._task])
        if not self._task.cancelled():
            self._task.result()


@asynccontextmanager
async def listening(host: str, token: str | None, cookie: str | None) -> AsyncGenerator[Ears]:
    """Whatever one can hear with a token and with a browser: two clients' streams, and a page's."""
    ears: Ears = {}
    if token is not None:
        ears["socket"] = Ear(lambda ear: _socket(ear, host, token))
        ears["events"] = Ear(
            lambda ear: _events(
                ear, f"http://{host}/api/v1/streaming/user", "authorization", f"Bearer {token}"
            )
        )
    if cookie is not None:
        ears["page"] = Ear(lambda ear: _events(ear, f"http://{host}/live?on=home%20all", "cookie", cookie))
    try:
        for ear in ears.values():
            await ear.until(b"")
        yield ears
    finally:
        for ear in ears.values():
            await ear.close()


async def _socket(ear: Ear, host: str, token: str) -> None:
    address = f"ws://{host}/api/v1/streaming?stream=user"
    async with connect(address, additional_headers={"authorization": f"Bearer {token}"}) as socket:
        await ear.take(b"")  # it is open
        with contextlib.suppress(ConnectionClosed):
            async for message in socket:
                await ear.take(message if isinstance(message, bytes) else message.encode())


async def _events(ear: Ear, address: str, name: str, value: str) -> None:
    async with (
        httpx2.AsyncClient(timeout=2 * PATIENCE_S, verify=False) as client,
        client.stream("GET", address, headers={name: value}) as answer,
    ):
        assert answer.status_code == 200, answer.status_code
        rest = b""
        async for chunk in answer.aiter_raw():
            whole, _, rest = (rest + chunk).rpartition(b"\n\n")
            if whole:
                await ear.take(whole)
