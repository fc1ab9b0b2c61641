"""Those who do not read: what waits for them is bounded, and nobody else waits with them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from starlette.types import Message

from kizuna.streaming.client import MOST_QUEUED
from kizuna.streaming.hub import STUCK_S, Hub
from kizuna.streaming.square import PostEntry
from kizuna.wiring import Server
from tests.running import running
from tests.streams import Sse, Ws
from tests.web.conftest import config_of
from tests.wire import Api, join

pytestmark = pytest.mark.anyio


@pytest.fixture
async def server(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Server]:
    async with running(config_of(tmp_path)) as server:
        yield server


class Stuck:
    """A client that reads the beginning of its streams and nothing more."""

    def __init__(self, server: Server, who: Api, *, socket: bool) -> None:
        self.sent: list[Message] = []
        self.over = asyncio.Event()
        self._asked: asyncio.Queue[Message] = asyncio.Queue()
        kind = "websocket" if socket else "http"
        path = "/api/v1/streaming" + ("" if socket else "/user")
        headers = [(b"authorization", f"Bearer {who.token}".encode())]
        scope = {"type": kind, "method": "GET", "path": path, "raw_path": path.encode(), "headers": headers}
        more = {"query_string": b"stream=user", "root_path": "", "scheme": "http", "http_version": "1.1"}
        self._asked.put_nowait({"type": "websocket.connect"})
        self._socket = socket
        self.task = asyncio.create_task(self._call(server, {**scope, **more, "client": ("192.0.2.7", 1)}))

    async def _call(self, server: Server, scope: dict[str, object]) -> None:
        await server.asgi(scope, self._receive, self._send)

    async def _receive(self) -> Message:
        if self._socket:
            return await self._asked.get()
        await self.over.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        self.sent.append(message)
        if message["type"] == "websocket.send" or message.get("body", b":")[:1] != b":":
            await asyncio.Event().wait()


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(3_000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to be")


def listening(hub: Hub) -> int:
    return sum(len(client.subscriptions) for client in hub.clients)


@pytest.mark.parametrize("socket", [False, True], ids=["events", "socket"])
async def test_a_client_that_does_not_read_is_dropped_and_told_why(server: Server, socket: bool) -> None:
    aoi = await join(server, "aoi")
    hub = server.parts.streams.member
    stuck = Stuck(server, aoi, socket=socket)
    await until(lambda: listening(hub) == 1)
    other = Ws(server, "stream=user", protocols=[aoi.token or ""])
    await other.opened()
    said = await aoi.say("one of many")
    assert (await other.next())["payload"]["id"] == said["id"]
    at_ms, me = server.ports.clock.now_ms(), int(said["account"]["id"])
    for number in range(1, MOST_QUEUED + 100):
        again = PostEntry(
            plane="square", event="update", id=int(said["id"]), at_ms=at_ms + number, author_ids=(me,)
        )
        hub.publish(again)
        if number % 100 == 0:
            await other.next()
    async with asyncio.timeout(30):
        await stuck.task
    last = stuck.sent[-1]
    if socket:
        assert (last["code"], last["reason"]) == (1013, "slow")
    else:
        assert last["body"] == b":slow\n\n"
    assert len(hub.clients) == 1
    sentinel = await aoi.say("who reads goes on")
    while (await other.next())["payload"]["id"] != sentinel["id"]:
        pass


async def test_a_write_that_does_not_end_ends_its_stream(server: Server) -> None:
    aoi = await join(server, "aoi")
    hub = server.parts.streams.member
    stuck = Stuck(server, aoi, socket=False)
    await until(lambda: listening(hub) == 1)
    await aoi.say("the first, on which it stops")
    (client,) = hub.clients
    await until(lambda: client.sending_since is not None)
    await hub.look_after(client)
    assert client.reason is None, "it may still move"
    client.sending_since = asyncio.get_running_loop().time() - STUCK_S - 1
    await hub.look_after(client)
    async with asyncio.timeout(30):
        await stuck.task
    assert client.reason == "slow"
    assert not hub.clients


async def test_a_socket_has_a_hundred_streams_and_no_more(server: Server) -> None:
    aoi = await join(server, "aoi")
    ws = Ws(server, protocols=[aoi.token or ""])
    await ws.opened()
    for number in range(100):
        ws.send({"type": "subscribe", "stream": "hashtag", "tag": f"t{number}"})
    (client,) = server.parts.streams.member.clients
    await until(lambda: len(client.subscriptions) == 100)
    await asyncio.sleep(0.5)  # ten messages a second are no flood
    ws.send({"type": "subscribe", "stream": "hashtag", "tag": "one-more"})
    assert (await ws.next())["status"] == 429
    ws.send({"type": "subscribe", "stream": "hashtag", "tag": "T7"})
    await ws.settled()
    assert len(client.subscriptions) == 100


async def test_a_visitor_who_leaves_at_once_leaves_nothing(server: Server) -> None:
    for _ in range(50):
        stream = Sse(server, "/live?on=square")
        stream.leave()
        await stream.connection.until_over()
    assert not server.parts.streams.public.clients
