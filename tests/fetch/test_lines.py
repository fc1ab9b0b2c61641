"""Streams of events: guarded as every request, bounded line by line, and never silent for long."""

import asyncio

import pytest

from kizuna.fetch.port import FetchAnswered, FetchError, FetchRefused, FetchUnanswered, Request
from tests.fetch.test_http import partner, slowly
from tests.fetch.wire import Answer

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\n"


def heard(
    answer: Answer | bytes, *, limit: int = 100, silence: float = 5.0
) -> tuple[list[bytes], FetchError]:
    """The lines of a stream, and how it ended."""

    async def go() -> tuple[list[bytes], FetchError]:
        found: list[bytes] = []
        async with partner(answer) as (wire, fetch):
            url = f"http://partner.test:{wire.port}/stream"
            try:
                async for line in fetch.lines(Request("GET", url, timeout=silence, limit=limit)):
                    found += (line,)
            except FetchError as error:
                return found, error
        raise AssertionError("a stream ends with an error")

    return asyncio.run(go())


def test_lines_come_as_they_are_written() -> None:
    lines, end = heard(slowly(HEAD, b"event: up", b"date\r\ndata: 1\n\n:thump\nda", pause=0.05))
    assert lines == [b"event: update", b"data: 1", b"", b":thump"]
    assert isinstance(end, FetchUnanswered)


@pytest.mark.parametrize("text", [b"x" * 200, b"x" * 200 + b"\n", b"ok\n" + b"x" * 101 + b"\n"])
def test_a_line_without_end_is_not_kept(text: bytes) -> None:
    _, end = heard(slowly(HEAD, text, pause=0.05))
    assert isinstance(end, FetchUnanswered)
    assert "too long" in end.reason


def test_silence_ends_it() -> None:
    lines, end = heard(slowly(HEAD + b"data: 1\n", b"data: 2\n", pause=2.0), silence=0.3)
    assert lines == [b"data: 1"]
    assert isinstance(end, FetchUnanswered)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", 401),
        (b"HTTP/1.1 302 Found\r\nLocation: http://inner.test/\r\nContent-Length: 0\r\n\r\n", 302),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi", 200),
    ],
)
def test_what_is_no_stream_is_told_with_its_status(answer: bytes, status: int) -> None:
    lines, end = heard(answer)
    assert lines == []
    assert isinstance(end, FetchAnswered)
    assert end.status == status


def test_the_guard_is_the_same() -> None:
    async def go() -> None:
        async with partner(HEAD) as (wire, fetch):
            for url in (f"http://inner.test:{wire.port}/", "http://inner.test/", "ftp://partner.test/"):
                with pytest.raises(FetchRefused):
                    await anext(fetch.lines(Request("GET", url)))

    asyncio.run(go())


def test_whoever_stops_listening_hangs_up() -> None:
    closed = asyncio.Event()

    async def endless(head: bytes, writer: asyncio.StreamWriter) -> None:
        del head
        writer.write(HEAD)
        try:
            while True:
                writer.write(b"data: 1\n")
                await writer.drain()
                await asyncio.sleep(0.01)
        except ConnectionError:
            closed.set()
            raise

    async def go() -> None:
        async with partner(endless) as (wire, fetch):
            lines = fetch.lines(Request("GET", f"http://partner.test:{wire.port}/"))
            assert await anext(lines) == b"data: 1"
            await lines.aclose()
            await asyncio.wait_for(closed.wait(), 5)

    asyncio.run(go())
