"""A body may arrive long after its headers: who is asking counts when all of it is there."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from kizuna.doors import bodies
from kizuna.ground.config import Config
from kizuna.people.models import Viewer
from kizuna.people.oauth import end_grant
from kizuna.people.viewers import viewer_by_bearer
from kizuna.wiring import Server
from tests.running import running
from tests.web.visitor import Visitor, befriend, join
from tests.wire import Api
from tests.wire import join as join_by_app

pytestmark = pytest.mark.anyio


@pytest.fixture
async def server(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Server]:
    """A server with both planes."""
    config = Config(origin="http://localhost:3000", data=tmp_path, test_mode=True, language="en")
    async with running(config) as server:
        yield server


class Slow:
    """A request whose body is held back until ``finish``."""

    def __init__(self, server: Server, path: str, body: bytes, headers: dict[str, str]) -> None:
        named = {"host": "localhost:3000", "content-length": str(len(body)), **headers}
        self.status = 0
        self.answer = b""
        self._scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "scheme": "http",
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
            "client": ("192.0.2.1", 50_000),
            "server": ("localhost", 3000),
        }
        self._pieces: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._pieces.put_nowait({"type": "http.request", "body": body[:4], "more_body": True})
        self._rest = {"type": "http.request", "body": body[4:], "more_body": False}
        self.task = asyncio.ensure_future(server.asgi(self._scope, self._pieces.get, self._send))

    async def begin(self) -> None:
        """Let the server read the headers and wait for more."""
        for _ in range(20):
            await asyncio.sleep(0)

    async def finish(self) -> None:
        """Send the rest, and hear the answer."""
        self._pieces.put_nowait(self._rest)
        await self.task

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.answer += message.get("body", b"")


async def _slow_form(visitor: Visitor, path: str, **fields: str) -> Slow:
    body = urlencode({"csrf": await visitor.token(), **fields}).encode()
    cookies = "; ".join(f"{name}={value}" for name, value in visitor.http.cookies.items())
    kind = "application/x-www-form-urlencoded"
    slow = Slow(visitor.server, path, body, {"content-type": kind, "cookie": cookies})
    await slow.begin()
    return slow


async def test_a_form_begun_before_sign_out_writes_nothing_after_it(server: Server) -> None:
    aoi, ben = await join(server, "aoi"), await join(server, "ben")
    await befriend(aoi, ben)
    slow = await _slow_form(aoi, "/compose", text="too late", audience="friends", do="send", key="k")
    await aoi.do("/", "/sign-out")
    await slow.finish()
    assert slow.status == 303
    assert "too late" not in (await ben.open("/")).text


async def test_a_form_begun_before_sign_out_shows_nothing_after_it(server: Server) -> None:
    aoi = await join(server, "aoi")
    room = await aoi.say("between me and me", "me")
    slow = await _slow_form(aoi, f"{room}/reply", text="", key="k")
    await aoi.do("/", "/sign-out")
    await slow.finish()
    assert b"between me and me" not in slow.answer


async def test_a_call_begun_before_its_token_was_revoked_does_nothing_after_it(server: Server) -> None:
    aoi = await join_by_app(server, "aoi")
    headers = {"authorization": f"Bearer {aoi.token}", "content-type": "application/json"}
    slow = Slow(server, "/api/v1/statuses", b'{"status": "too late"}', headers)
    await slow.begin()
    viewer = await viewer_by_bearer(server.parts.people, aoi.token or "")
    assert isinstance(viewer, Viewer)
    await end_grant(server.parts.people, viewer, viewer.app_id or 0)
    await slow.finish()
    assert slow.status == 401
    assert await Api(server).get("/api/v1/timelines/public") == []


async def test_a_body_that_never_ends_is_given_up(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.01)
    slow = Slow(
        server, "/api/v1/apps", b"client_name=x", {"content-type": "application/x-www-form-urlencoded"}
    )
    await asyncio.wait_for(slow.task, 5)
    assert slow.status == 408
