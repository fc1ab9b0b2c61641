"""The HTTP server: Granian, embedded in our event loop (its embedding is marked experimental upstream).

Checked before it was chosen: a stop lets requests under way finish and ends with ``serve``; a body that is not read
to its end does not hold the connection; more than 1,024 open streams need the backpressure raised (decision 002).
"""

import asyncio
import socket
from typing import Final

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.embed import Server
from starlette.types import ASGIApp

from kizuna.ground.config import Config, ConfigError

CONNECTIONS: Final = 20_000
LONGEST_STOP_S: Final = 10.0


class Listener:
    """Serves an ASGI application on the address of the configuration."""

    def __init__(self, application: ASGIApp, config: Config) -> None:
        self._server = Server(
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
            self._server.stop()
            await asyncio.wait([serving], timeout=LONGEST_STOP_S)
            raise


def check_port(config: Config) -> None:
    """Raise ConfigError, in one line, when the address cannot be listened on."""
    try:
        family = socket.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((config.host, config.port))
    except OSError as error:
        raise ConfigError(f"cannot listen on {config.host}:{config.port}: {error.strerror}") from error
