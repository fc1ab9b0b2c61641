"""Sources that are made to hurt, through the real way out: each has its stated end, and costs a bounded part of it."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from kizuna.fetch.http import HttpFetch
from kizuna.store.open import Stores
from kizuna.tie.windows import feed, polling, source_queries
from kizuna.tie.windows.models import Source, SourceState
from kizuna.tie.windows.reading import Trouble, look
from tests.fakes import FakeClock

PIECE = b"<item><title>x</title></item>" * 4000


class Hostile:
    """A server on this machine: `/endless` never stops, `/round` leads to itself, `/inside` leads to an inner address,
    `/many` has thousands of items, `/away` breaks off."""

    def __init__(self) -> None:
        self.sent = 0
        self.asked = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readline()).split()[1].decode()
        self.asked += 1
        try:
            match path:
                case "/round":
                    writer.write(b"HTTP/1.1 302 Found\r\nlocation: /round\r\ncontent-length: 0\r\n\r\n")
                case "/inside":
                    writer.write(
                        b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
                    )
                case "/endless":
                    writer.write(b"HTTP/1.1 200 OK\r\n\r\n<rss><channel>")
                    while self.sent < 1024**3:
                        writer.write(PIECE)
                        await writer.drain()
                        self.sent += len(PIECE)
                case "/many":
                    body = b"<rss><channel>" + PIECE + b"</channel></rss>"
                    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
                case _:
                    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n<rss>")
            await writer.drain()
        except ConnectionError:
            return  # whoever asked has had enough
        finally:
            writer.close()


@asynccontextmanager
async def hostile() -> AsyncGenerator[tuple[Hostile, str]]:
    """The server, and its address."""
    made = Hostile()
    server = await asyncio.start_server(made, "127.0.0.1", 0)
    async with server:
        yield made, f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(
    ("path", "state"),
    [
        ("/endless", SourceState.TOO_LARGE),
        ("/round", SourceState.REDIRECTED),
        ("/inside", SourceState.FORBIDDEN),
        ("/away", SourceState.UNREACHABLE),
    ],
)
def test_what_hurts_has_its_end(stores: Stores, clock: FakeClock, path: str, state: SourceState) -> None:
    async def go() -> None:
        async with hostile() as (server, place), HttpFetch("test", (place,)) as fetch:
            source = Source(kind="feed", origin=f"http://{place}", name=path)
            source_id = await stores.circle.write(lambda tx: polling.ensure_source(tx, source, kept=True))
            row = await source_queries.source_row(stores.circle.reads, source_id)
            assert row is not None
            with pytest.raises(Trouble) as found:
                await look(fetch, row, clock.now_ms())
            assert found.value.state is state
            assert server.sent <= feed.BYTES + 16 * 1024 * 1024, "what lies in buffers, and no more"
            assert server.asked <= 4

    asyncio.run(go())


def test_what_takes_long_is_taken_apart_beside_the_loop(
    stores: Stores, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes a thread's time, and nobody else's."""
    read_feed = feed.read_feed
    on_the_loop: list[bool] = []

    def noted(body: bytes, base: str) -> feed.Feed:
        on_the_loop.append(threading.current_thread() is threading.main_thread())
        return read_feed(body, base)

    monkeypatch.setattr(feed, "read_feed", noted)

    async def go() -> None:
        async with hostile() as (_, place), HttpFetch("test", (place,)) as fetch:
            source = Source(kind="feed", origin=f"http://{place}", name="/many")
            source_id = await stores.circle.write(lambda tx: polling.ensure_source(tx, source, kept=True))
            row = await source_queries.source_row(stores.circle.reads, source_id)
            assert row is not None
            found = await look(fetch, row, clock.now_ms())
            assert len(found.rows) == 1, "they all say the same"

    asyncio.run(go())
    assert on_the_loop == [False]
