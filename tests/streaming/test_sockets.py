"""Real sockets: the embedded server with streams open, its signals and its connections."""

import asyncio
import http.client
import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from kizuna.ground.config import Config, make_config
from tests.browser.pair import await_answer, free_ports, start

WAIT_S = 20.0
SCOPES = "read write follow"


class Running:
    """A real `kizuna serve`, and what a client needs of it."""

    def __init__(self, config: Config, child: "subprocess.Popen[bytes]") -> None:
        self.config = config
        self.child = child

    def post(self, path: str, body: dict[str, Any], token: str | None = None) -> Any:
        """What the server answers to a body in JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.config.port, timeout=WAIT_S)
        headers = {"Content-Type": "application/json"} | (
            {"Authorization": f"Bearer {token}"} if token else {}
        )
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        value = json.loads(answer.read())
        assert answer.status == 200, value
        connection.close()
        return value

    def join(self, handle: str) -> str:
        """Somebody's token."""
        app = self.post(
            "/api/v1/apps",
            {"client_name": "t", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": SCOPES},
        )
        ids = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
        grant = {"grant_type": "client_credentials", "scope": SCOPES}
        own = self.post("/oauth/token", {**ids, **grant})["access_token"]
        account = {"username": handle, "email": f"{handle}@example.com", "password": "correct horse battery"}
        made = self.post("/api/v1/accounts", {**account, "agreement": True, "locale": "en"}, own)
        return made["access_token"]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    config = make_config({"port": free_ports(1)[0], "data": str(tmp_path / "data"), "test_mode": True})
    child = start(config)
    try:
        await_answer(config.url, child)
        yield Running(config, child)
    finally:
        child.kill()
        child.wait(WAIT_S)


async def event_stream(port: int, token: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"GET /api/v1/streaming/user HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    )
    async with asyncio.timeout(WAIT_S):
        await reader.readuntil(b":)\n\n")
    return reader, writer


def kept_alive(port: int) -> int:
    """How many accepted connections the kernel probes (`Documentation/networking/proc_net_tcp`: timer 2)."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]]
    return sum(
        row[1].endswith(f":{port:04X}") and row[3] == "01" and row[5].startswith("02:") for row in rows
    )


def test_streams_arrive_are_probed_and_end_when_the_server_stops(running: Running) -> None:
    port, token = running.config.port, running.join("aoi")

    async def run() -> None:
        reader, writer = await event_stream(port, token)
        address = f"ws://localhost:{port}/api/v1/streaming"
        async with connect(address, subprotocols=[token], origin="https://elsewhere.example") as socket:  # pyright: ignore[reportArgumentType]  # any text is a subprotocol
            assert socket.subprotocol == token
            await socket.send(json.dumps({"type": "subscribe", "stream": "user"}))
            await socket.send("?")
            assert json.loads(await socket.recv())["status"] == 400
            said = await asyncio.to_thread(running.post, "/api/v1/statuses", {"status": "hello"}, token)
            async with asyncio.timeout(WAIT_S):
                message = json.loads(await socket.recv())
                assert json.loads(message["payload"])["id"] == said["id"]
                assert said["id"].encode() in await reader.readuntil(b"}\n\n")
            assert kept_alive(port) >= 2
            began = time.monotonic()
            running.child.send_signal(signal.SIGTERM)
            async with asyncio.timeout(WAIT_S):
                assert b":stopping" in await reader.read()
                with pytest.raises(ConnectionClosed) as closed:
                    await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1001
            writer.close()
        assert await asyncio.to_thread(running.child.wait, WAIT_S) == 0
        assert time.monotonic() - began < WAIT_S / 2

    asyncio.run(run())
