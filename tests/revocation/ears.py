"""Open streams that remember what the server handed to them, and when: a mark cuts before from after."""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import count
from random import Random
from typing import Any, Final

from starlette.types import Message, Receive, Scope, Send

from kizuna.doors.streams import DIRECT
from kizuna.wiring import Server

WAIT_S: Final = 60.0
_turn: Final = count()


class Ear:
    """One stream. ``slow`` makes each write take a while, so that things wait in the queue of the stream.

    Half of them are as on our listener of streams, where what need not wait is written at once.
    """

    def __init__(self, server: Server, scope: Mapping[str, Any], slow: Random | None = None) -> None:
        self.frames: list[bytes] = []
        self.status = 0
        self._slow = slow
        self._asked: asyncio.Queue[Message] = asyncio.Queue()
        self._news = asyncio.Event()
        self._mark = 0
        self._socket = scope["type"] == "websocket"
        self._extensions = {DIRECT: self._direct} if next(_turn) % 2 else {}
        if self._socket:
            self._asked.put_nowait({"type": "websocket.connect"})
        common = {"http_version": "1.1", "client": ("192.0.2.9", 40_000), "scheme": "http", "root_path": ""}
        self.task = asyncio.ensure_future(
            _call(server, {**common, **scope, "extensions": self._extensions}, self._receive, self._send)
        )
        self.task.add_done_callback(lambda _: self._news.set())

    async def _receive(self) -> Message:
        return await self._asked.get()

    async def _send(self, message: Message) -> None:
        match message["type"]:
            case "http.response.start":
                self.status = message["status"]
            case "websocket.accept":
                self.status = 200
            case "websocket.send":
                self.frames.append(message["text"].encode())
            case "http.response.body":
                self.frames.append(message["body"])
            case _:
                pass
        self._news.set()
        if self._slow is not None and self.frames:
            await asyncio.sleep(self._slow.random() * 0.12)

    def _direct(self, frames: Sequence[bytes]) -> bool:
        """Write at once, unless this stream is slow or its beginning is not written yet."""
        if self.status != 200 or (self._slow is not None and self._slow.random() < 0.5):
            return False
        self.frames.extend(frames)
        self._news.set()
        return True

    def mark(self) -> None:
        """What comes from now on is after the end."""
        self._mark = len(self.frames)

    def after(self) -> list[bytes]:
        """What the server handed over since the mark, one event each."""
        return [event for frame in self.frames[self._mark :] for event in frame.split(b"\n\n") if event]

    async def until(self, wanted: bytes) -> None:
        """Wait until this has arrived, unless the stream has ended."""
        seen = 0
        async with asyncio.timeout(WAIT_S):
            while not self.task.done():
                if any(wanted in frame for frame in self.frames[seen:]):
                    return
                seen = len(self.frames)
                self._news.clear()
                await self._news.wait()

    async def opened(self) -> "Ear":
        """Wait until it is open and listening."""
        async with asyncio.timeout(WAIT_S):
            while not (self.task.done() or self.frames or (self._socket and self.status)):
                self._news.clear()
                await self._news.wait()
        assert self.status == 200, self.status
        return self

    async def ended(self) -> None:
        """Wait until the server has ended it."""
        async with asyncio.timeout(WAIT_S):
            await asyncio.wait([self.task])

    async def close(self) -> None:
        """Leave."""
        self._asked.put_nowait(
            {"type": "websocket.disconnect" if self._socket else "http.disconnect", "code": 1005}
        )
        await self.ended()


async def _call(server: Server, scope: Scope, receive: Receive, send: Send) -> None:
    await server.asgi(scope, receive, send)


def events(server: Server, path: str, slow: Random | None = None, **headers: str) -> Ear:
    """Server-sent events."""
    place, _, query = path.partition("?")
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": place, "raw_path": place.encode(), "headers": pairs}
    return Ear(server, {**scope, "query_string": query.encode()}, slow)


def socket(server: Server, token: str, slow: Random | None = None) -> Ear:
    """A WebSocket on the user stream."""
    pairs: list[tuple[bytes, bytes]] = []
    scope = {
        "type": "websocket",
        "path": "/api/v1/streaming",
        "raw_path": b"/api/v1/streaming",
        "headers": pairs,
    }
    more = {"query_string": b"stream=user", "subprotocols": [token]}
    return Ear(server, {**scope, **more}, slow)
