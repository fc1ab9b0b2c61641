"""Many open streams, a process of its own: plain protocols on one event loop, so that only the server is measured.

Reads a Plan as JSON from the first line of stdin and opens all of it; says what it measured, and ends at the end of
stdin. In between it takes one line each: a Task as JSON, answered by a Heard as JSON.
"""

import asyncio
import base64
import os
import re
import resource
import sys
import time
from array import array
from typing import Final

import msgspec

from bench.load import Times, times

MARK: Final = re.compile(rb"@@(\d{8})")
MARK_LENGTH: Final = 10
AT_ONCE: Final = 200
LATEST_S: Final = 30.0


class Plan(msgspec.Struct, kw_only=True):
    """Whose streams to open; every ``socket_every``-th as a WebSocket (0: none), the others as server-sent events."""

    port: int
    streams: int
    """The port of streams."""
    tokens: list[str]
    socket_every: int = 2


class Task(msgspec.Struct, kw_only=True):
    """Posts to send: ``count`` of them, ``per_second`` (0: the next when the last is answered, by ``lanes`` at once).

    Each is the request of its turn with a running number for ``@@``; it must reach ``listeners`` of the streams.
    """

    posts: list[str]
    listeners: int
    count: int
    per_second: float = 0.0
    lanes: int = 1
    first: int = 0


class Heard(msgspec.Struct, kw_only=True):
    """What arrived: the time from the moment of sending to each listener, and to the last of each post's."""

    seconds: float
    each: Times
    last: Times
    answers: Times
    """How long the authors waited."""
    missing: int
    """Deliveries that did not come."""
    bytes: int


class Ears:
    """All that listen, and what they hear."""

    def __init__(self) -> None:
        self.sent: dict[int, float] = {}
        self.delays = array("d")
        self.lasts: dict[int, float] = {}
        self.heard = 0
        self.bytes = 0
        self.open = 0
        self.closed = 0
        self.news = asyncio.Event()

    def hear(self, number: int, now: float) -> None:
        """A post has reached somebody."""
        sent = self.sent.get(number)
        if sent is not None:
            self.delays.append(now - sent)
            self.lasts[number] = now - sent
            self.heard += 1
            self.news.set()

    def forget(self) -> None:
        """Begin anew."""
        self.sent.clear()
        self.lasts.clear()
        self.delays = array("d")
        self.heard = self.bytes = 0


class Stream(asyncio.Protocol):
    """One stream. Whatever it is framed in, the mark of a post stands in it as it is."""

    __slots__ = ("_begun", "_ears", "_opened", "_request", "_tail")

    def __init__(self, ears: Ears, request: bytes, opened: "asyncio.Future[None]") -> None:
        self._ears = ears
        self._request = request
        self._opened: asyncio.Future[None] | None = opened
        self._tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Look which posts came."""
        now = time.perf_counter()
        ears = self._ears
        ears.bytes += len(data)
        if self._opened is not None:
            whole = self._tail + data
            self._tail = whole
            if b":)\n\n" in whole or b" 101 " in whole[:20]:
                self._opened.set_result(None)
                self._opened, self._tail = None, b""
            return
        whole = self._tail + data
        for found in MARK.findall(whole):
            ears.hear(int(found), now)
        self._tail = whole[1 - MARK_LENGTH :]

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the signature of protocols
        """The server has ended it."""
        self._ears.closed += 1
        if self._opened is not None:
            self._opened.set_exception(ConnectionError(self._tail[:200].decode("latin-1")))


class Author(asyncio.Protocol):
    """A connection that posts, one after the other."""

    def __init__(self) -> None:
        self._answered: asyncio.Future[None] | None = None
        self._transport: asyncio.WriteTransport | None = None
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ready."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Wait until the answer is whole."""
        self._got += data
        head, end, body = self._got.partition(b"\r\n\r\n")
        if not end or self._answered is None:
            return
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        assert length is not None, head
        if len(body) >= int(length[1]):
            assert head.startswith(b"HTTP/1.1 200"), head[:200]
            answered, self._answered, self._got = self._answered, None, b""
            answered.set_result(None)

    async def post(self, request: bytes) -> None:
        """Send a post and wait for its answer."""
        assert self._transport is not None
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        await self._answered


def asking(token: str, *, socket: bool) -> bytes:
    """A request for the user stream."""
    head = f"Host: localhost\r\nAuthorization: Bearer {token}\r\n"
    if not socket:
        return f"GET /api/v1/streaming/user HTTP/1.1\r\n{head}\r\n".encode()
    key = base64.b64encode(os.urandom(16)).decode()
    upgrade = f"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
    return f"GET /api/v1/streaming?stream=user HTTP/1.1\r\n{head}{upgrade}\r\n".encode()


async def open_all(plan: Plan, ears: Ears) -> None:
    """Open the streams, some at once."""
    loop = asyncio.get_running_loop()
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(place: int, token: str) -> None:
        async with gate:
            opened: asyncio.Future[None] = loop.create_future()
            every = plan.socket_every
            request = asking(token, socket=every > 0 and place % every == every - 1)
            # Several addresses of this machine, so that ports do not run out.
            here = (f"127.0.0.{2 + place % 8}", 0)
            await loop.create_connection(
                lambda: Stream(ears, request, opened), "127.0.0.1", plan.streams, local_addr=here
            )
            await opened
            ears.open += 1

    await asyncio.gather(*(one(place, token) for place, token in enumerate(plan.tokens)))


async def run(task: Task, plan: Plan, ears: Ears) -> Heard:
    """Send the posts and wait until everybody has heard them."""
    ears.forget()
    loop = asyncio.get_running_loop()
    lanes = [(await loop.create_connection(Author, "127.0.0.1", plan.port))[1] for _ in range(task.lanes)]
    answers = array("d")
    began = time.perf_counter()
    free: asyncio.Queue[Author] = asyncio.Queue()
    for lane in lanes:
        free.put_nowait(lane)

    async def send(number: int, lane: Author) -> None:
        text = task.posts[number % len(task.posts)].replace("@@", f"@@{number:08d}").encode()
        ears.sent[number] = time.perf_counter()
        await lane.post(text)
        answers.append(time.perf_counter() - ears.sent[number])
        free.put_nowait(lane)

    async with asyncio.TaskGroup() as sending:
        for turn in range(task.count):
            if task.per_second:
                await asyncio.sleep(max(0.0, began + turn / task.per_second - time.perf_counter()))
            sending.create_task(send(task.first + turn, await free.get()))
    wanted = task.listeners * task.count
    until = time.perf_counter() + LATEST_S
    while ears.heard < wanted and time.perf_counter() < until:
        ears.news.clear()
        try:
            async with asyncio.timeout(0.5):
                await ears.news.wait()
        except TimeoutError:
            continue
    return Heard(
        seconds=time.perf_counter() - began,
        each=times(ears.delays),
        last=times(array("d", ears.lasts.values())),
        answers=times(answers),
        missing=wanted - ears.heard,
        bytes=ears.bytes,
    )


async def main() -> None:
    """Serve the lines on stdin."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader(limit=1 << 26)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    plan = msgspec.json.decode(await lines.readline(), type=Plan)
    ears = Ears()
    began = time.perf_counter()
    await open_all(plan, ears)
    _say(msgspec.json.encode({"open": ears.open, "seconds": time.perf_counter() - began}))
    while line := await lines.readline():
        _say(msgspec.json.encode(await run(msgspec.json.decode(line, type=Task), plan, ears)))


def _say(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    asyncio.run(main())
