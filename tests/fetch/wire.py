"""A real server on loopback that answers with exactly the bytes a test wants."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_address

from kizuna.fetch.addresses import Address

Answer = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


class Wire:
    """The server: its port and the heads of all requests it got."""

    def __init__(self) -> None:
        self.port = 0
        self.heads: list[bytes] = []


@asynccontextmanager
async def serving(answer: Answer | bytes, tls: ssl.SSLContext | None = None) -> AsyncGenerator[Wire]:
    """Serve one request per connection: the head is read, then `answer` writes (bytes are written as they are)."""
    wire = Wire()

    async def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            wire.heads.append(head)
            if isinstance(answer, bytes):
                writer.write(answer)
                await writer.drain()
            else:
                await answer(head, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # The client hung up, as some of these tests want.
        finally:
            writer.close()

    server = await asyncio.start_server(on_connection, "127.0.0.1", 0, ssl=tls)
    wire.port = server.sockets[0].getsockname()[1]
    try:
        yield wire
    finally:
        server.close()


def ok(body: bytes, *headers: str) -> bytes:
    """A complete answer with its length."""
    head = "\r\n".join(["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *headers])
    return head.encode() + b"\r\n\r\n" + body


def redirect(location: str, status: int = 302) -> bytes:
    """An answer that sends elsewhere."""
    return f"HTTP/1.1 {status} Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


class Names:
    """A resolver with a fixed answer per name; what was asked is kept."""

    def __init__(self, **names: list[str]) -> None:
        self._names = {
            name.replace("_", "."): [ip_address(text) for text in texts] for name, texts in names.items()
        }
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[Address]:
        """The addresses of a name; a literal address stands for itself."""
        del port
        self.asked.append(host)
        return self._names.get(host) or [ip_address(host)]
