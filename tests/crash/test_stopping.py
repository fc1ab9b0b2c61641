"""SIGTERM to a real server: what is under way is finished, what is stuck is cut, and what was answered is there."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx2
import pytest

from kizuna.cli.listen import LONGEST_STOP_S
from tests.crash.program import Program, free_ports

pytestmark = pytest.mark.anyio
BODY = json.dumps({"client_name": "Slow", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"}).encode()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def program(tmp_path: Path) -> AsyncIterator[Program]:
    """A server that answers."""
    port, metrics = free_ports(2)
    settings = {"KIZUNA_METRICS_PORT": str(metrics), "KIZUNA_REQUEST_LOG": "1"}
    running = Program(tmp_path, "square", port, "", **settings)
    await running.start()
    yield running
    running.stop()


class SlowRequest:
    """A request whose body is sent in two halves."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, part: bytes) -> None:
        self.writer.write(part)
        await self.writer.drain()


@asynccontextmanager
async def begun(program: Program) -> AsyncGenerator[SlowRequest]:
    """Register an app, up to the middle of the body; the server has begun with it."""
    port = int(program.origin.rpartition(":")[2])
    request = SlowRequest(*await asyncio.open_connection("127.0.0.1", port))
    head = f"POST /api/v1/apps HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(BODY)}\r\n"
    expect = "Content-Type: application/json\r\nExpect: 100-continue\r\n\r\n"
    await request.send(head.encode() + expect.encode())
    # The server says "continue" when somebody asks for the body: from here on the request is under way.
    assert b"100" in await asyncio.wait_for(request.reader.readuntil(b"\r\n\r\n"), 60)
    await request.send(BODY[:10])
    try:
        yield request
    finally:
        request.writer.close()
        with suppress(ConnectionError):
            await request.writer.wait_closed()


async def test_a_request_under_way_is_finished_and_kept(program: Program) -> None:
    async with begun(program) as request:
        ended = asyncio.create_task(program.terminate())
        await program.refuses()
        await request.send(BODY[10:])
        answer = await asyncio.wait_for(request.reader.read(), 60)
        assert answer.startswith(b"HTTP/1.1 200")
        assert await ended == 0
    app = json.loads(answer.partition(b"\r\n\r\n")[2])
    await program.start()
    fields = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
    async with httpx2.AsyncClient(base_url=program.origin) as client:
        token = await client.post("/oauth/token", data={**fields, "grant_type": "client_credentials"})
    assert token.status_code == 200, token.text


async def test_metrics_are_shown_apart_and_requests_logged_without_whom_and_what(
    program: Program, tmp_path: Path
) -> None:
    async with httpx2.AsyncClient() as client:
        await client.get(f"{program.origin}/tags/secret?secret=query")
        assert (await client.get(f"{program.origin}/metrics")).status_code == 404
        shown = await client.get(f"http://127.0.0.1:{program.setting('metrics_port')}/metrics")
        assert (await client.get(str(shown.url.join("/about")))).status_code == 404
    assert 'kizuna_requests_total{method="GET",route="/tags/{tag}",status="2xx"} 1.0' in shown.text
    assert await program.terminate() == 0
    log = (tmp_path / "square.log").read_text("utf-8")
    lines = [json.loads(line) for line in log.splitlines() if '"request"' in line]
    told = {"event", "level", "timestamp", "method", "route", "status", "ms"}
    assert all(set(line) == told for line in lines)
    assert ("GET", "/tags/{tag}", 200) in [(line["method"], line["route"], line["status"]) for line in lines]
    assert "secret" not in log
    assert "127.0.0.1" not in log


async def test_one_that_is_stuck_is_cut(program: Program) -> None:
    async with begun(program) as request:
        began = time.monotonic()
        assert await program.terminate() == 0
        took = time.monotonic() - began
        assert LONGEST_STOP_S - 1 < took < LONGEST_STOP_S + 20  # it was waited for, and not for ever
        assert b"200" not in await request.reader.read()
