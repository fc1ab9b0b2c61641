"""The load generator, a process of its own: keep-alive connections on one epoll, so that only the server is measured.

Reads a Plan as JSON from stdin, writes a Tally as JSON to stdout. Closed loop: a connection sends its next request when
the last answer is complete, so that the rate is what the server completes.
"""

import re
import select
import socket
import sys
import time
from array import array
from collections.abc import Iterator

import msgspec

LENGTH = re.compile(rb"\r\n[Cc]ontent-[Ll]ength: (\d+)\r\n")
COUNTER = b"@@@@@@@@@@"
"""Replaced in a post by a running number of as many digits, so that no two texts or keys are the same."""


class Plan(msgspec.Struct, kw_only=True):
    """What to send. One request in ``post_every`` is a post: 0 for none, 1 for nothing else."""

    port: int
    connections: int
    seconds: float
    warm_seconds: float = 0.5
    reads: list[str] = []
    posts: list[str] = []
    post_every: int = 0
    most: int = 0
    """Stop after so many requests; 0 for no bound."""
    first: int = 0
    """Where the running number begins."""


class Times(msgspec.Struct, kw_only=True):
    """Answers of one kind in the measured time, and their latencies in milliseconds."""

    count: int
    p50: float
    p99: float
    worst: float


class Tally(msgspec.Struct, kw_only=True):
    """What came back. ``acknowledged`` counts every post answered 200, measured or not."""

    seconds: float
    reads: Times
    posts: Times
    acknowledged: int
    errors: dict[str, int]
    bytes: int


class _Connection:
    __slots__ = ("began", "is_post", "missing", "socket")

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.missing = 0
        self.began = 0.0
        self.is_post = False


class Load:
    """One run of a plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._reads = [text.encode() for text in plan.reads]
        self._posts = [text.encode() for text in plan.posts]
        self._sent = 0
        self._answered = 0
        self._measuring = False
        self._times = {False: array("d"), True: array("d")}
        self._acknowledged = 0
        self._bytes = 0
        self._errors: dict[str, int] = {}
        self._open: dict[int, _Connection] = {}

    def run(self) -> Tally:
        """Send until the time is over or all is sent, then wait for the last answers."""
        plan = self._plan
        epoll = select.epoll()
        for _ in range(plan.connections):
            connection = _Connection(plan.port)
            self._open[connection.socket.fileno()] = connection
            epoll.register(connection.socket.fileno(), select.EPOLLIN)
        start = time.perf_counter() + plan.warm_seconds
        end = start + plan.seconds
        for connection in self._open.values():
            self._send(connection)
        now = time.perf_counter()
        while now < end and not self._all_sent():
            self._measuring = now >= start
            for number, _ in epoll.poll(0.1):
                if self._receive(self._open[number]) and not self._all_sent():
                    self._send(self._open[number])
            now = time.perf_counter()
        self._finish(epoll)
        return self._tally(max(now - start, 0.001))

    def _all_sent(self) -> bool:
        return 0 < self._plan.most <= self._sent

    def _finish(self, epoll: select.epoll) -> None:
        """Answers still under way are acknowledged, but not measured; all was sent before they were waited for."""
        if self._plan.most == 0:
            self._measuring = False
        deadline = time.perf_counter() + 10
        while self._answered < self._sent and time.perf_counter() < deadline:
            for number, _ in epoll.poll(0.1):
                self._receive(self._open[number])
        if self._answered < self._sent:
            self._errors["unanswered"] = self._sent - self._answered
        for connection in self._open.values():
            connection.socket.close()

    def _send(self, connection: _Connection) -> None:
        plan, number = self._plan, self._sent
        self._sent += 1
        is_post = plan.post_every > 0 and number % plan.post_every == 0
        if is_post:
            running = b"%010d" % (plan.first + number)
            request = self._posts[number // plan.post_every % len(self._posts)].replace(COUNTER, running)
        else:
            request = self._reads[number % len(self._reads)]
        connection.is_post = is_post
        connection.began = time.perf_counter()
        connection.socket.sendall(request)

    def _receive(self, connection: _Connection) -> bool:
        """Read what is there; True when an answer is complete."""
        data = connection.socket.recv(1 << 18)
        if not data:
            raise SystemExit("the server closed a connection")
        self._bytes += len(data)
        if connection.missing:
            connection.missing -= len(data)
        else:
            body = data.find(b"\r\n\r\n") + 4
            length = LENGTH.search(data, 0, body)
            if body < 4 or length is None:
                raise SystemExit(f"not an answer that this client reads: {data[:200]!r}")
            connection.missing = int(length[1]) - (len(data) - body)
            self._note(connection, data[9:12])
        if connection.missing > 0:
            return False
        self._answered += 1
        if self._measuring:
            self._times[connection.is_post].append(time.perf_counter() - connection.began)
        return True

    def _note(self, connection: _Connection, status: bytes) -> None:
        if status != b"200":
            self._errors[status.decode()] = self._errors.get(status.decode(), 0) + 1
        elif connection.is_post:
            self._acknowledged += 1

    def _tally(self, seconds: float) -> Tally:
        return Tally(
            seconds=seconds,
            reads=times(self._times[False]),
            posts=times(self._times[True]),
            acknowledged=self._acknowledged,
            errors=self._errors,
            bytes=self._bytes,
        )


def times(seconds: "array[float]") -> Times:
    """The latencies in short."""
    ordered = sorted(seconds)
    p50, p99, worst = percentiles(ordered)
    return Times(count=len(ordered), p50=p50, p99=p99, worst=worst)


def percentiles(ordered: list[float]) -> Iterator[float]:
    """Median, 99th percentile and maximum in milliseconds; zeros of nothing."""
    for part in (0.5, 0.99, 1.0):
        place = min(len(ordered) - 1, int(len(ordered) * part))
        yield round(ordered[place] * 1000, 3) if ordered else 0.0


def main() -> None:
    """Run the plan on stdin."""
    plan = msgspec.json.decode(sys.stdin.buffer.read(), type=Plan)
    sys.stdout.buffer.write(msgspec.json.encode(Load(plan).run()))


if __name__ == "__main__":
    main()
