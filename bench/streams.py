"""Streams: how soon everybody who listens has heard, what one costs, and what posting costs while they listen."""

import subprocess
import sys
import time
from pathlib import Path

import msgspec

from bench.child import Child, serve
from bench.data import TEXTS, Size, seed, token
from bench.ears import Heard, Plan, Task

SETTLE_S = 2.0


class Streaming(msgspec.Struct, kw_only=True):
    """So many open streams, each somebody's home."""

    streams: int
    socket_every: int
    opened_s: float
    memory_kb: float
    """Resident memory of the server per stream, what is kept of whom its person follows included."""
    one_to_all: Heard
    all_us: float
    """Processor time of the server per delivery of a post to all."""
    steady: Heard
    steady_rate: float
    """Posts per second, each to those who follow its author."""
    full: Heard
    full_rate: float
    """Posts per second that were all delivered, when authors post as fast as they are answered."""
    followers: int


class Crowd:
    """The process of those who listen."""

    def __init__(self, plan: Plan) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.ears"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.opened_s = float(msgspec.json.decode(self._ask(plan))["seconds"])

    def run(self, task: Task) -> Heard:
        """Post, and wait until all have heard."""
        return msgspec.json.decode(self._ask(task), type=Heard)

    def _ask(self, said: Plan | Task) -> bytes:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(msgspec.json.encode(said) + b"\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise SystemExit("the listeners have ended")
        return answer

    def stop(self) -> None:
        """Leave."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()


def measure_streams(
    place: Path, counts: tuple[int, ...], follows: int, seconds: float, socket_every: int
) -> list[Streaming]:
    """For each count a server of its own, with as many accounts, who all follow the first one."""
    found: list[Streaming] = []
    for count in counts:
        data = place / f"streams-{count}"
        seed(data / "data", Size(accounts=count, posts=1, follows=min(follows, count - 1), fans=count))
        server = serve(data / "data")
        server.wait("/about")
        try:
            found.append(_measure(server, count, min(follows, count - 1), seconds, socket_every))
        finally:
            server.stop()
    return found


def _measure(server: Child, count: int, follows: int, seconds: float, socket_every: int) -> Streaming:
    before = server.memory_mb()
    tokens = [token(number) for number in range(count)]
    crowd = Crowd(
        Plan(port=server.port, streams=server.streaming_port, tokens=tokens, socket_every=socket_every)
    )
    try:
        time.sleep(SETTLE_S)
        memory = (server.memory_mb() - before) * 1024 / count
        first = Task(posts=[post(0)], listeners=count, count=2)
        crowd.run(first)  # what is made once is made now
        cpu = server.cpu_seconds()
        many = max(5, round(2 * seconds))
        one_to_all = crowd.run(
            Task(posts=[post(0)], listeners=count, count=many, per_second=1.0, first=1_000)
        )
        cpu = server.cpu_seconds() - cpu
        posts = [post(number) for number in range(1, count)]
        rate = 300.0 if count <= 1_000 else 30.0
        steady = Task(
            posts=posts, listeners=follows + 1, count=round(rate * seconds), per_second=rate, lanes=64
        )
        full = Task(posts=posts, listeners=follows + 1, count=round(50 * seconds), lanes=16, first=500_000)
        calm, busy = crowd.run(msgspec.structs.replace(steady, first=100_000)), crowd.run(full)
        return Streaming(
            streams=count,
            socket_every=socket_every,
            opened_s=crowd.opened_s,
            memory_kb=memory,
            one_to_all=one_to_all,
            all_us=cpu * 1e6 / (many * count),
            steady=calm,
            steady_rate=rate,
            full=busy,
            full_rate=full.count / busy.seconds,
            followers=follows,
        )
    finally:
        crowd.stop()


def post(number: int) -> str:
    """A post by an account, with the place of its mark."""
    body = '{"status":"@@ %s"}' % TEXTS[number % len(TEXTS)]  # noqa: UP031 - the braces are of JSON
    return (
        f"POST /api/v1/statuses HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token(number)}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body.encode()) + 8}\r\n\r\n{body}"
    )
