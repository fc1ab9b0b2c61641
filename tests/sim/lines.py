"""How a stream is asked for: what outside.py and reader.py hand to a server."""

from collections.abc import Mapping
from typing import Any, Final

from tests.sim.client import Client

SOCKET: Final = "/api/v1/streaming"
"""What is asked for here is a WebSocket; everything else are server-sent events."""


def scope_of(client: Client, path: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """The ASGI scope of a request for a stream."""
    place, _, query = path.partition("?")
    scope: dict[str, Any] = {
        "http_version": "1.1",
        "path": place,
        "raw_path": place.encode(),
        "query_string": query.replace(" ", "%20").encode(),
        "root_path": "",
        "client": (client.address, 40000),
        "headers": [(key.encode(), value.encode()) for key, value in headers.items()],
    }
    if place == SOCKET:
        return scope | {"type": "websocket", "scheme": "ws", "subprotocols": [], "extensions": {}}
    return scope | {"type": "http", "scheme": "http", "method": "GET"}


def cookies_of(client: Client) -> dict[str, str]:
    """The header with which a browser shows its cookies."""
    cookies = "; ".join(f"{key}={value}" for key, value in client.cookies.items())
    return {"cookie": cookies} if cookies else {}
