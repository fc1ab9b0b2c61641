"""The listener of streams, over real connections: the same streams as on the server's own port, and nothing else."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from kizuna.cli import listen_streams
from kizuna.cli.listen_streams import LARGEST_MESSAGE, StreamListener
from kizuna.ground.config import make_config
from kizuna.streaming.client import Item
from kizuna.wiring import Server
from tests.browser.pair import await_answer, free_ports, start
from tests.running import running
from tests.web.conftest import config_of
from tests.wire import PASSWORD, Api, join, new_app

pytestmark = pytest.mark.anyio


@pytest.fixture
async def server(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Server]:
    config = msgspec.structs.replace(config_of(tmp_path), streaming_port=free_ports(1)[0])
    async with running(config) as server:
        yield server


@pytest.fixture
async def serving(server: Server) -> AsyncIterator["asyncio.Task[None]"]:
    """A listener that serves."""
    listener = StreamListener(server.asgi, server.config, server.parts.streams.stop)
    task = asyncio.create_task(listener.serve())
    for _ in range(200):
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", server.config.streaming_port)
            writer.close()
            break
        await asyncio.sleep(0.01)
    yield task
    task.cancel()
    await asyncio.wait([task])


def socket_of(server: Server, who: Api, query: str = "?stream=user", **more: Any) -> connect:
    url = f"ws://127.0.0.1:{server.config.streaming_port}/api/v1/streaming{query}"
    return connect(url, additional_headers={"Authorization": f"Bearer {who.token}"}, **more)


async def next_of(socket: ClientConnection) -> Any:
    async with asyncio.timeout(5):
        message = json.loads(await socket.recv())
    return message if "error" in message else (message["event"], json.loads(message["payload"]))


async def ask(server: Server, request: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.config.streaming_port)
    writer.write(request.replace("\n", "\r\n").encode())
    return reader, writer


@pytest.mark.usefixtures("serving")
async def test_a_socket_hears_what_is_said(server: Server) -> None:
    aoi = await join(server, "aoi")
    async with socket_of(server, aoi, subprotocols=[aoi.token]) as socket:
        assert socket.subprotocol == aoi.token
        assert not socket.protocol.extensions, "nothing is compressed"
        said = await aoi.say("おはよう")
        name, status = await next_of(socket)
        assert (name, status["id"]) == ("update", said["id"])
        await socket.send(json.dumps({"type": "subscribe", "stream": "no such"}))
        assert (await next_of(socket))["status"] == 400


@pytest.mark.usefixtures("serving")
async def test_events_are_served_too(server: Server) -> None:
    aoi = await join(server, "aoi")
    head = f"GET /api/v1/streaming/user HTTP/1.1\nHost: localhost\nAuthorization: Bearer {aoi.token}\n\n"
    reader, writer = await ask(server, head)
    async with asyncio.timeout(5):
        answered = await reader.readuntil(b":)\n\n")
        assert b" 200 " in answered
        assert b"text/event-stream" in answered
        said = await aoi.say("おはよう")
        assert said["id"].encode() in await reader.readuntil(b"\n\n")
    writer.close()


@pytest.mark.usefixtures("serving")
async def test_nothing_but_streams_is_served(server: Server) -> None:
    for path in ("/", "/api/v1/instance", "/api/v1/streamings", "/health", "/api/v1/streaming/../instance"):
        reader, writer = await ask(server, f"GET {path} HTTP/1.1\nHost: localhost\nConnection: close\n\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 404 "), path
        writer.close()


@pytest.mark.usefixtures("serving")
async def test_a_token_that_is_none_is_refused(server: Server) -> None:
    stranger = Api(server, None)
    stranger.token = "no-token-of-anybody-at-all"
    with pytest.raises(InvalidStatus) as refused:
        await socket_of(server, stranger)
    assert refused.value.response.status_code == 401
    assert b"access token" in (refused.value.response.body or b"")


@pytest.mark.usefixtures("serving")
async def test_a_message_that_is_too_large_ends_the_socket(server: Server) -> None:
    aoi = await join(server, "aoi")
    async with socket_of(server, aoi) as socket:
        await socket.send("x" * (LARGEST_MESSAGE + 1))
        with pytest.raises(ConnectionClosed) as ended:
            await next_of(socket)
    assert ended.value.rcvd is not None
    assert ended.value.rcvd.code == 1009


@pytest.mark.usefixtures("serving")
async def test_who_is_no_longer_signed_in_hears_no_more(server: Server) -> None:
    app = await new_app(server)
    ids = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
    body = {"grant_type": "password", "username": "aoi", "password": PASSWORD, "scope": "read write"}
    await join(server, "aoi")
    aoi = Api(server, (await Api(server).post("/oauth/token", {**ids, **body}))["access_token"])
    async with socket_of(server, aoi) as socket:
        await aoi.say("heard")
        assert (await next_of(socket))[0] == "update"
        assert (await aoi.http.post("/oauth/revoke", json={"token": aoi.token, **ids})).status_code == 200
        with pytest.raises(ConnectionClosed) as ended:
            await next_of(socket)
    assert ended.value.rcvd is not None
    assert ended.value.rcvd.code == 1008


async def test_a_stop_says_goodbye(server: Server, serving: "asyncio.Task[None]") -> None:
    aoi = await join(server, "aoi")
    async with socket_of(server, aoi) as socket:
        await aoi.say("heard")
        assert (await next_of(socket))[0] == "update"
        serving.cancel()
        with pytest.raises(ConnectionClosed) as ended:
            await next_of(socket)
        assert ended.value.rcvd is not None
        assert ended.value.rcvd.code == 1001
    async with asyncio.timeout(5):
        await asyncio.wait([serving])


async def test_who_asks_for_nothing_is_sent_away(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listen_streams, "LONGEST_HEADERS_S", 0.2)
    task = asyncio.create_task(StreamListener(server.asgi, server.config, server.parts.streams.stop).serve())
    aoi = await join(server, "aoi")
    reader, writer = await ask(server, "GET /api/v1/streaming/user HTTP/1.1\nHost: local")
    async with asyncio.timeout(5):
        assert await reader.read() == b""
    writer.close()
    async with socket_of(server, aoi) as socket:  # a premise: who has asked may stay
        await asyncio.sleep(0.5)
        await aoi.say("heard")
        assert (await next_of(socket))[0] == "update"
    task.cancel()
    await asyncio.wait([task])


@pytest.mark.usefixtures("serving")
async def test_a_socket_that_does_not_read_holds_nobody_up(server: Server) -> None:
    """The kernel's buffers fill, then the server's own; what waits is bounded, and the connection ends."""
    aoi, ben = await join(server, "aoi"), await join(server, "ben")
    hub = server.parts.streams.member
    reader, writer = await ask(
        server,
        f"GET /api/v1/streaming?stream=user HTTP/1.1\nHost: localhost\nAuthorization: Bearer {aoi.token}\n"
        "Upgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Version: 13\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n\n",
    )
    async with asyncio.timeout(5):
        assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    writer.transport.pause_reading()  # type: ignore[attr-defined] - the type does not say that it reads, too
    (stuck,) = hub.clients
    frame = b"x" * 100_000
    for _ in range(200):
        stuck.put(Item(frame, None, None))
        await asyncio.sleep(0)
        if stuck.reason is not None:
            break
    assert stuck.reason == "slow"
    async with socket_of(server, ben) as socket:
        await ben.say("heard")
        assert (await next_of(socket))[0] == "update"
    writer.close()


def test_the_program_listens_on_both_ports_and_ends_on_both(tmp_path: Path) -> None:
    port, streaming_port = free_ports(2)
    settings = {
        "port": port,
        "streaming_port": streaming_port,
        "data": str(tmp_path / "data"),
        "test_mode": True,
    }
    config = make_config(settings)
    child = start(config)
    try:
        await_answer(config.url, child)
        streams = f"http://127.0.0.1:{streaming_port}/api/v1/streaming/health"
        assert httpx2.get(streams).text == "OK"
        child.send_signal(signal.SIGTERM)
        assert child.wait(20) == 0
    finally:
        child.kill()
        child.wait(20)
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(streams)
