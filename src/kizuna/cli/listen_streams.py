"""The listener of streams: Uvicorn, on a port of its own, for servers with thousands of open streams (decision 049).

It serves the streaming API and nothing else. A WebSocket costs it a tenth of what it costs Granian. Compression is off,
so that nothing can be small outside and large inside.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Generator, Sequence
from functools import lru_cache, partial
from typing import Any, Final

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn import Config as Settings
from uvicorn import Server
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.http11 import Request

from kizuna.api.streaming import PLACE
from kizuna.cli.listen import LONGEST_STOP_S, bound, streams_place
from kizuna.doors.answers import ErrorBody, json_answer
from kizuna.doors.streams import DIRECT
from kizuna.ground.config import Config

LONGEST_HEADERS_S: Final = 15.0
LARGEST_HEADERS: Final = 64 * 1024
LARGEST_MESSAGE: Final = 64 * 1024
BACKLOG: Final = 1024


class OnlyStreams:
    """What of an application is served here: all else is not found, and on the port of the server."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI scope."""
        path: str = scope["path"]
        if scope["type"] == "websocket" or path == PLACE or path.startswith(f"{PLACE}/"):
            await self._application(scope, receive, send)
        else:
            await json_answer(ErrorBody("Only streams are served here"), 404)(scope, receive, send)


class _WebSocket(WebSocketsSansIOProtocol):
    """Writes messages at once when the hub asks for it."""

    def handle_connect(self, event: Request) -> None:
        """The handshake: if it is none, there is no scope."""
        super().handle_connect(event)
        if not self.handshake_complete:
            self.scope["extensions"][DIRECT] = self._direct  # type: ignore[literal-required] - it is our own

    def _direct(self, frames: Sequence[bytes]) -> bool:
        if not self.handshake_complete or self.close_sent or not self.writable.is_set():
            return False
        if self.transport.is_closing():
            return False
        self.transport.write(b"".join(map(_message, frames)))
        return True


class _Http(H11Protocol):
    """Writes pieces at once when the hub asks for it. Uvicorn's own waits for a request as long as it takes."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """A connection, of which nothing is known yet."""
        super().connection_made(transport)
        self._late = self.loop.call_later(LONGEST_HEADERS_S, transport.close)

    def data_received(self, data: bytes) -> None:
        """Some bytes of a request: once it has its headers, it may take its time."""
        super().data_received(data)
        if self.cycle and self.scope["http_version"] == "1.1":
            direct: dict[str, Any] = {DIRECT: partial(self._direct, self.cycle)}
            self.scope.setdefault("extensions", direct)
        if self._late is not None and self.scope:
            self._late.cancel()
            self._late = None

    def _direct(self, cycle: RequestResponseCycle, frames: Sequence[bytes]) -> bool:
        begun = cycle.response_started and not cycle.response_complete and not cycle.disconnected
        if not begun or self.flow.write_paused or self.transport.is_closing():
            return False
        self.transport.write(b"".join(map(_chunk, frames)))
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """It has ended."""
        if self._late is not None:
            self._late.cancel()
        super().connection_lost(exc)


@lru_cache(maxsize=100)
def _message(frame: bytes) -> bytes:
    """A text message as it goes over the wire, made once for all who get it: what a server sends is not masked."""
    return Frame(Opcode.TEXT, frame).serialize(mask=False)


@lru_cache(maxsize=100)
def _chunk(frame: bytes) -> bytes:
    """A piece of a body in the chunked coding (RFC 9112, 7.1), made once for all who get it."""
    return b"%x\r\n%b\r\n" % (len(frame), frame)


class _Server(Server):
    """Signals are heard by the program."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Capture none."""
        yield


class StreamListener:
    """Serves the streams of an ASGI application on the address and ``streaming_port`` of the configuration."""

    def __init__(
        self, application: ASGIApp, config: Config, end_streams: Callable[[], Awaitable[None]]
    ) -> None:
        self._end_streams = end_streams
        self._config = config
        more: dict[str, Any] = {
            "http": _Http,
            "ws": _WebSocket,
            "ws_max_size": LARGEST_MESSAGE,
            "ws_ping_interval": None,
            "ws_per_message_deflate": False,
            "h11_max_incomplete_event_size": LARGEST_HEADERS,
        }
        self._server = _Server(
            Settings(
                OnlyStreams(application),
                lifespan="off",
                log_config=None,
                log_level="error",  # below that it would log addresses with tokens in them
                access_log=False,
                proxy_headers=False,
                server_header=False,
                backlog=BACKLOG,
                timeout_graceful_shutdown=int(LONGEST_STOP_S),
                **more,
            )
        )

    async def serve(self) -> None:
        """Serve until cancelled, then end the streams, within ten seconds."""
        serving = asyncio.ensure_future(self._server.serve([bound(streams_place(self._config))]))
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            await self._end_streams()
            self._server.should_exit = True
            await asyncio.wait([serving], timeout=LONGEST_STOP_S)
            raise
