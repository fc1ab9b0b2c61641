"""Streams for tests, through the whole server in this process: server-sent events, and a WebSocket."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import pytest
from starlette.types import Message, Scope

from kizuna.streaming.hub import Hub
from kizuna.wiring import Server

WAIT_S: Final = 15.0
QUIET_S: Final = 0.15
EXTENSIONS: Final[dict[str, Any]] = {"websocket.http.response": {}}


class Event(NamedTuple):
    """An event as a client reads it."""

    name: str
    data: Any
    id: str = ""


def beats_wait_for(gate: asyncio.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is judged or told before the gate is open: so that it is known what an end overtakes."""
    flush = Hub.flush

    async def later(hub: Hub) -> None:
        await gate.wait()
        await flush(hub)

    monkeypatch.setattr(Hub, "flush", later)


class _Connection:
    """One ASGI call, talked to from outside."""

    def __init__(self, server: Server, scope: Mapping[str, Any]) -> None:
        self._to: asyncio.Queue[Message] = asyncio.Queue()
        self._from: asyncio.Queue[Message] = asyncio.Queue()
        whole: Scope = {"http_version": "1.1", "client": ("192.0.2.1", 50_000), "scheme": "http", **scope}
        self.task = asyncio.create_task(self._call(server, whole))

    async def _call(self, server: Server, scope: Scope) -> None:
        await server.asgi(scope, self._to.get, self._from.put)
        await self._from.put({"type": "over"})

    def say(self, message: Message) -> None:
        self._to.put_nowait(message)

    async def hear(self, wait_s: float = WAIT_S) -> Message:
        async with asyncio.timeout(wait_s):
            return await self._from.get()

    async def until_over(self) -> list[Message]:
        """Everything until the server has ended it."""
        heard: list[Message] = []
        while not heard or heard[-1]["type"] != "over":
            heard.append(await self.hear())
        return heard[:-1]


class Sse:
    """A stream of server-sent events."""

    def __init__(self, server: Server, path: str, token: str | None = None, **headers: str) -> None:
        place, _, query = path.partition("?")
        pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        if token is not None:
            pairs.append((b"authorization", f"Bearer {token}".encode()))
        scope = {"type": "http", "method": "GET", "path": place, "raw_path": place.encode(), "headers": pairs}
        self.connection = _Connection(server, {**scope, "query_string": query.encode(), "root_path": ""})
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self.raw = b""
        self.greeting = b""
        self.over = False

    async def opened(self) -> "Sse":
        """Wait until it is open; the first comment has arrived."""
        start = await self.connection.hear()
        self.status, self.headers = start["status"], dict(start["headers"])
        await self.read()
        if self.status == 200:
            self.greeting, _, self.raw = self.raw.partition(b"\n\n")
        return self

    async def next(self, wait_s: float = WAIT_S) -> Event:
        """The next event, without heartbeats."""
        while True:
            block, end, rest = self.raw.partition(b"\n\n")
            if not end:
                assert not self.over, "the stream has ended"
                await self.read(wait_s)
                continue
            self.raw = rest
            if not block.startswith(b":"):
                return _event(block.decode())

    async def some(self, count: int) -> list[Event]:
        """The next events."""
        return [await self.next() for _ in range(count)]

    async def quiet(self) -> bool:
        """Whether nothing arrives for a while."""
        try:
            await self.next(QUIET_S)
        except TimeoutError:
            return True
        return False

    async def ended(self) -> bytes:
        """Wait for its end; answers what was left to read."""
        while not self.over:
            await self.read()
        await self.connection.task
        return self.raw

    def leave(self) -> None:
        """Go away."""
        self.connection.say({"type": "http.disconnect"})

    async def read(self, wait_s: float = WAIT_S) -> None:
        """Read on, in bytes."""
        message = await self.connection.hear(wait_s)
        self.raw += message.get("body", b"")
        self.over = message["type"] == "over" or not message.get("more_body", False)


def _event(block: str) -> Event:
    fields = dict(line.split(": ", 1) for line in block.split("\n"))
    return Event(fields["event"], json.loads(fields["data"]), fields.get("id", ""))


class Ws:
    """A WebSocket of the API."""

    def __init__(
        self,
        server: Server,
        query: str = "",
        *,
        path: str = "/api/v1/streaming",
        protocols: Sequence[str] = (),
        extensions: Mapping[str, Any] = EXTENSIONS,
        **headers: str,
    ) -> None:
        pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "websocket", "path": path, "raw_path": path.encode(), "headers": pairs}
        more = {"query_string": query.encode(), "root_path": "", "subprotocols": list(protocols)}
        self.connection = _Connection(server, {**scope, **more, "extensions": extensions})
        self.connection.say({"type": "websocket.connect"})

    async def opened(self) -> Message:
        """What the server answers to the handshake."""
        return await self.connection.hear()

    def send(self, message: object) -> None:
        """Say something, as JSON unless it is a text already."""
        text = message if isinstance(message, str) else json.dumps(message)
        self.connection.say({"type": "websocket.receive", "text": text})

    async def subscribed(self, stream: str, **more: str) -> None:
        """Subscribe, and wait until that is done."""
        self.send({"type": "subscribe", "stream": stream, **more})
        await self.settled()

    async def settled(self) -> None:
        """Wait until everything said so far is done: a message that nobody understands is answered."""
        self.send({"type": "marker"})
        heard = await self.next()
        assert heard == {"error": "Unknown message type", "status": 400}, heard

    async def next(self, wait_s: float = WAIT_S) -> Any:
        """The next message, its payload decoded."""
        heard = await self.connection.hear(wait_s)
        assert heard["type"] == "websocket.send", heard
        message = json.loads(heard["text"])
        if "payload" in message:
            message["payload"] = json.loads(message["payload"])
        return message

    async def quiet(self) -> bool:
        """Whether nothing arrives for a while."""
        try:
            await self.next(QUIET_S)
        except TimeoutError:
            return True
        return False

    async def closed(self) -> int:
        """Wait for its end; answers the code."""
        heard = (await self.connection.until_over())[-1]
        assert heard["type"] == "websocket.close", heard
        return heard["code"]

    def leave(self) -> None:
        """Go away."""
        self.connection.say({"type": "websocket.disconnect", "code": 1005})
