"""Open connections: what both doors need to let the hub write to one, and to end it from either side."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from kizuna.doors.credentials import INVALID_TOKEN
from kizuna.doors.routes import asker_of
from kizuna.ground.errors import Unauthorized, Unavailable
from kizuna.people.models import Viewer
from kizuna.streaming.client import Client
from kizuna.streaming.frames import comment
from kizuna.streaming.hub import Hub, same_sight
from kizuna.streaming.models import Authorise, Channel, Direct, Form

LAST_WORD_S: Final = 1.0
DIRECT: Final = "kizuna.direct"
"""An ASGI extension of our listener of streams: a ``Direct`` for pieces of a body or for text messages."""
MEDIA_TYPE: Final = b"text/event-stream"


@asynccontextmanager
async def seated(hub: Hub, viewer: Viewer | None, address: str, client: Client) -> AsyncGenerator[None]:
    """A seat in the hub until the block ends; what the hub ends leaves the block quietly, with ``client.reason`` set.

    Raises TooMany, Unavailable (the server is stopping), Unauthorized (the token ended on the way here).
    """
    person_id = viewer.person_id if viewer else None
    hub.seats.take(person_id, address)
    try:
        if not hub.open(client):
            raise Unavailable("The server is stopping")
        try:
            if client.authorise is not None and not same_sight(await client.authorise(), viewer):
                raise Unauthorized(INVALID_TOKEN)  # asked again now that an ending would be heard here
            yield
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if client.reason is None or task is None:
                raise
            task.uncancel()
        finally:
            hub.close(client)
    finally:
        hub.seats.leave(person_id, address)


class EventStream(Response):
    """Server-sent events until either side ends them. ``retry_ms``: when a browser that was cut off shall come back."""

    def __init__(
        self,
        request: Request,
        hub: Hub,
        form: Form,
        channels: Sequence[Channel],
        *,
        authorise: Authorise | None = None,
        digest: bytes | None = None,
        position: str = "",
        lost: bytes = b"",
        retry_ms: int = 0,
    ) -> None:
        super().__init__()
        self._asker = asker_of(request)
        self._hub = hub
        self._form = form
        self._channels = channels
        self._authorise = authorise
        self._digest = digest
        self._position = position
        self._lost = lost
        self._retry = b"\nretry: %d" % retry_ms if retry_ms else b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI scope."""
        if scope["method"] == "HEAD":
            await _begin(send)
            await send({"type": "http.response.body", "body": b""})
            return
        task = asyncio.current_task()
        assert task is not None

        async def write(frame: bytes) -> None:
            await send({"type": "http.response.body", "body": frame, "more_body": True})

        viewer = self._asker.viewer
        client = Client(
            viewer,
            self._form,
            write,
            task.cancel,
            authorise=self._authorise,
            digest=self._digest,
            direct=direct_of(scope),
        )
        async with seated(self._hub, viewer, self._asker.address, client):
            await _begin(send)
            known = self._hub.subscribe(client, "", self._channels, self._position)
            await write(b":)" + self._retry + b"\n\n" + (b"" if known else self._lost))
            await _until_gone(receive)
        if client.reason != "left":
            with contextlib.suppress(Exception):  # it is the last word to somebody who may not hear it
                async with asyncio.timeout(LAST_WORD_S):
                    await send({"type": "http.response.body", "body": comment(str(client.reason))})


def direct_of(scope: Scope) -> Direct | None:
    """How the server lets frames be written at once, if it does."""
    return scope.get("extensions", {}).get(DIRECT)


def last_event(request: Request, name: str) -> str:
    """The position that a client shows: what the browser says it saw last, else the parameter."""
    shown = request.headers.get("last-event-id") or request.query_params.get(name, "")
    return shown if len(shown) <= 60 and shown.isascii() else ""


async def _begin(send: Send) -> None:
    headers = [(b"content-type", MEDIA_TYPE), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
