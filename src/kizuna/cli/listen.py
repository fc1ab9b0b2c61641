"""The HTTP server: Granian, embedded in our event loop (its embedding is marked experimental upstream).

Checked before it was chosen: a stop lets requests under way finish and ends with ``serve``; a body that is not read
to its end does not hold the connection; more than 1,024 open streams need the backpressure raised (decision 002). A
server-sent stream is a request under way, so streams are ended before the server is stopped.

Connections whose other end has vanished are found by the kernel, since the server offers no ping of its own: their
sockets inherit keepalive from the one that listens.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from granian._granian import ListenerSpec
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server
from starlette.types import ASGIApp

from kizuna.ground.config import Config, ConfigError

CONNECTIONS: Final = 20_000
LONGEST_STOP_S: Final = 10.0
# A stream writes at least every 15 seconds; what is not acknowledged within 45, or not answered by probes, is gone.
KEEPALIVE: Final = (
    ("TCP_KEEPIDLE", 20),
    ("TCP_KEEPINTVL", 10),
    ("TCP_KEEPCNT", 3),
    ("TCP_USER_TIMEOUT", 45_000),
)


class _Server(Server):
    """Granian with our options on the socket that listens. It would make its own socket out of reach on Linux."""

    def _init_shared_socket(self) -> None:
        self._shd = ListenerSpec(self.bind_addr, self.bind_port, self.backlog).build()
        self._sfd = self._shd.get_fd()
        self._ssp = None
        listening = socket.socket(fileno=self._sfd)
        find_the_vanished(listening)
        listening.detach()


def find_the_vanished(listening: socket.socket) -> None:
    """Have the kernel end the connections of a listening socket whose other end does not answer any more."""
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE:
        if hasattr(socket, name):
            listening.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


class Listener:
    """Serves an ASGI application on the address of the configuration."""

    def __init__(
        self, application: ASGIApp, config: Config, end_streams: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        self._end_streams = end_streams
        self._server = _Server(
            application,
            address=config.host,
            port=config.port,
            interface=Interfaces.ASGINL,
            http=HTTPModes.http1,
            http1_settings=HTTP1Settings(max_buffer_size=64 * 1024, header_read_timeout=15_000),
            backlog=1024,
            backpressure=CONNECTIONS,
            log_enabled=False,
            log_level=LogLevels.error,
        )

    async def serve(self) -> None:
        """Serve until cancelled, then finish what is under way, within ten seconds."""
        serving = asyncio.ensure_future(self._server.serve())
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            if self._end_streams is not None:
                await self._end_streams()
            self._server.stop()
            await asyncio.wait([serving], timeout=LONGEST_STOP_S)
            raise


def metrics_place(config: Config) -> Config:
    """The settings of the listener of metrics: this machine only, whatever the server itself is bound to."""
    return msgspec.structs.replace(config, host="127.0.0.1", port=config.metrics_port)


def streams_place(config: Config) -> Config:
    """The settings of the listener of streams: the same address, a port of its own."""
    return msgspec.structs.replace(config, port=config.streaming_port)


def bound(config: Config) -> socket.socket:
    """A socket on the address of the configuration, for a server to listen on. Raises ConfigError."""
    try:
        family = socket.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM)[0][0]
        place = socket.socket(family, socket.SOCK_STREAM)
        try:
            place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            find_the_vanished(place)
            place.bind((config.host, config.port))
        except OSError:
            place.close()
            raise
    except OSError as error:
        raise ConfigError(f"cannot listen on {config.host}:{config.port}: {error.strerror}") from error
    return place


def check_port(config: Config) -> None:
    """Raise ConfigError, in one line, when the address cannot be listened on."""
    bound(config).close()
