"""The measurements. Each answers plain numbers; ``report`` makes tables of them."""

import os
import platform
import re
import signal
import sqlite3
import statistics
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Final

import msgspec

from bench.child import Child, fetch, fetch_json, run_load, serve, serve_static
from bench.data import TEXTS, Size, token
from bench.load import COUNTER, Plan, Tally, Times
from bench.serve import Profile
from bench.static import Answer

HOME: Final = "/api/v1/timelines/home"
DRAINED_S: Final = 30.0
DEEP_PAGES: Final = 4
"""How many pages of 40 lie above a deep one."""
_NOT_KEPT: Final = ("connection", "date", "server", "content-length", "transfer-encoding")


class Effort(msgspec.Struct, frozen=True, kw_only=True):
    """How long to measure: each rate for ``seconds``, ``rounds`` times."""

    seconds: float = 2.0
    rounds: int = 3


class Spread(msgspec.Struct, frozen=True):
    """A number measured several times: the median, and between what it lay."""

    median: float
    least: float
    most: float


class Home(msgspec.Struct, kw_only=True):
    """Home reads per second at so many connections, and by how much static bytes are faster."""

    connections: int
    static: Spread
    reads: Spread
    ratio: Spread
    mixed: Spread
    mixed_ratio: Spread
    static_us: Spread
    """Processor time of the server per static answer, in microseconds: what others do on the machine counts less."""
    home_us: Spread
    mixed_us: Spread
    """Per home read, with its tenth of a post."""
    latency: Times
    static_latency: Times


class Posts(msgspec.Struct, kw_only=True):
    """Posts per second at so many connections, and how long the outbox needed afterwards."""

    connections: int
    keyed: bool
    rate: Spread
    cost_us: Spread
    """Processor time of the server per post, in microseconds, the outbox included."""
    drained_s: Spread
    latency: Times


class Start(msgspec.Struct, kw_only=True):
    """Seconds until the first answer and resident megabytes, of a server that nobody has used."""

    seconds: Spread
    memory_mb: Spread


def spread(values: list[float]) -> Spread:
    """Median and bounds."""
    return Spread(*(round(value, 3) for value in (statistics.median(values), min(values), max(values))))


def machine() -> dict[str, str]:
    """Where this was measured, and with what."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    names = ("granian", "starlette", "msgspec", "sqlalchemy")
    return {
        "processor": f"{os.cpu_count()} × {model[1] if model else platform.processor()}",
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "load before": f"{os.getloadavg()[0]:.1f}",
        **{name: version(name) for name in names},
    }


def read_request(path: str, number: int) -> str:
    """A read by an account, as a client sends it."""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token(number)}\r\nAccept: */*\r\n\r\n"


def post_request(number: int, *, keyed: bool = False) -> str:
    """A post by an account as JSON; every fifth has a hashtag, every tenth a mention."""
    extra = (" #絆" if number % 5 == 0 else "") + (f" @person{number // 2}" if number % 10 == 0 else "")
    body = '{"status":"%s %s%s"}' % (COUNTER.decode(), TEXTS[number % len(TEXTS)], extra)  # noqa: UP031 - the braces are of JSON
    key = f"Idempotency-Key: {COUNTER.decode()}\r\n" if keyed else ""
    return (
        f"POST /api/v1/statuses HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token(number)}\r\n{key}"
        f"Content-Type: application/json\r\nContent-Length: {len(body.encode())}\r\n\r\n{body}"
    )


def home_reads(size: Size, port: int) -> list[str]:
    """One read by everybody, and every tenth a deep page, in an order that is nobody's own."""
    deep = ""
    for _ in range(DEEP_PAGES):
        found = fetch_json(port, f"{HOME}?limit=40{deep and '&max_id='}{deep}", token(0))
        deep = found[-1]["id"] if found else deep
    order = [number * 617 % size.accounts for number in range(size.accounts)]
    paths = [f"{HOME}?max_id={deep}" if place % 10 == 9 else HOME for place in range(size.accounts)]
    return [read_request(path, number) for path, number in zip(paths, order, strict=True)]


def static_answer(port: int, file: Path) -> Path:
    """What home answers, kept for the static server."""
    headers, body = fetch(port, HOME, token(0))
    assert len(msgspec.json.decode(body)) == 20
    kept = [(name, value) for name, value in headers.items() if name not in _NOT_KEPT]
    file.write_bytes(msgspec.json.encode(Answer(kept, body)))
    return file


def measure_home(place: Path, size: Size, effort: Effort, connections: tuple[int, ...]) -> list[Home]:
    """Home of 20 against the same bytes served statically, in turns."""
    server = serve(place / "data")
    server.wait("/about")
    static = serve_static(static_answer(server.port, place / "static.json"))
    static.wait("/")
    posts = [post_request(number) for number in range(size.accounts)]
    try:
        return [_home_at(server, static, size, posts, effort, count) for count in connections]
    finally:
        server.stop()
        static.stop(strictly=False)


def _home_at(
    server: Child, static: Child, size: Size, posts: list[str], effort: Effort, connections: int
) -> Home:
    rounds: list[tuple[Tally, Tally, Tally]] = []
    costs: list[tuple[float, float, float]] = []
    for _ in range(effort.rounds):
        # Posts of the round before have moved everything down, so what is deep is looked up anew.
        reads = home_reads(size, server.port)
        once = Plan(port=server.port, connections=4, seconds=60, reads=reads, most=2 * len(reads))
        _checked(run_load(once))
        plan = Plan(port=static.port, connections=connections, seconds=effort.seconds, reads=reads)
        home = msgspec.structs.replace(plan, port=server.port)
        mixed = msgspec.structs.replace(home, posts=posts, post_every=11)  # a new item every ten reads
        alone, static_cost = _with_cost(static, plan)
        pure, home_cost = _with_cost(server, home)
        both, mixed_cost = _with_cost(server, mixed)
        rounds.append((alone, pure, both))
        costs.append((static_cost, home_cost, mixed_cost))
    rate: Callable[[Tally], float] = lambda tally: tally.reads.count / tally.seconds  # noqa: E731 - read thrice
    return Home(
        connections=connections,
        static=spread([rate(alone) for alone, _, _ in rounds]),
        reads=spread([rate(pure) for _, pure, _ in rounds]),
        ratio=spread([rate(pure) / rate(alone) for alone, pure, _ in rounds]),
        mixed=spread([rate(both) for _, _, both in rounds]),
        mixed_ratio=spread([rate(both) / rate(alone) for alone, _, both in rounds]),
        static_us=spread([one for one, _, _ in costs]),
        home_us=spread([one for _, one, _ in costs]),
        mixed_us=spread([one for _, _, one in costs]),
        latency=_middle([both.reads for _, _, both in rounds]),
        static_latency=_middle([alone.reads for alone, _, _ in rounds]),
    )


def _with_cost(child: Child, plan: Plan) -> tuple[Tally, float]:
    """A run without warming up, and the server's processor microseconds per answer (per read where there are reads)."""
    before = child.cpu_seconds()
    tally = _checked(run_load(msgspec.structs.replace(plan, warm_seconds=0)))
    return tally, (child.cpu_seconds() - before) * 1e6 / (tally.reads.count or tally.posts.count)


def _middle(times: list[Times]) -> Times:
    return Times(
        count=sum(each.count for each in times),
        p50=statistics.median(each.p50 for each in times),
        p99=statistics.median(each.p99 for each in times),
        worst=max(each.worst for each in times),
    )


def _checked(tally: Tally) -> Tally:
    if tally.errors:
        raise SystemExit(f"not every answer was right: {tally.errors}")
    return tally


def measure_posts(
    place: Path, size: Size, effort: Effort, connections: tuple[int, ...], *, keyed: tuple[int, ...]
) -> list[Posts]:
    """Posts whose authors' followers all have their home in memory."""
    server = serve(place / "data")
    server.wait("/about")
    reads = [read_request(HOME, number) for number in range(size.accounts)]
    _checked(run_load(Plan(port=server.port, connections=4, seconds=60, reads=reads, most=len(reads))))
    try:
        return [
            _posts_at(server, place, size, effort, count, with_key)
            for with_key, counts in ((False, connections), (True, keyed))
            for count in counts
        ]
    finally:
        server.stop()


def _posts_at(server: Child, place: Path, size: Size, effort: Effort, connections: int, keyed: bool) -> Posts:
    tallies: list[Tally] = []
    costs: list[float] = []
    drained: list[float] = []
    for _ in range(effort.rounds):
        posts = [post_request(number, keyed=keyed) for number in range(size.accounts)]
        first = time.time_ns() // 1_000_000 % 10**7 * 1_000
        plan = Plan(
            port=server.port,
            connections=connections,
            seconds=effort.seconds,
            posts=posts,
            post_every=1,
            first=first,
        )
        before = count_rows(place, "post")
        tally, cost = _with_cost(server, plan)
        tallies.append(tally)
        costs.append(cost)
        drained.append(wait_for_outbox(place))
        written = count_rows(place, "post") - before
        assert written == tallies[-1].acknowledged, f"{tallies[-1].acknowledged} answered, {written} written"
    return Posts(
        connections=connections,
        keyed=keyed,
        rate=spread([each.posts.count / each.seconds for each in tallies]),
        cost_us=spread(costs),
        drained_s=spread(drained),
        latency=_middle([each.posts for each in tallies]),
    )


def count_rows(place: Path, table: str) -> int:
    """How many rows a table of the square has, as another process sees it."""
    with sqlite3.connect(f"file:{place / 'data' / 'square.db'}?mode=ro", uri=True) as other:
        return int(other.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])


def wait_for_outbox(place: Path) -> float:
    """Seconds until the square's outbox is empty."""
    began = time.perf_counter()
    while count_rows(place, "outbox"):
        if time.perf_counter() - began > DRAINED_S:
            raise SystemExit("the outbox is not drained")
        time.sleep(0.01)
    return time.perf_counter() - began


def measure_start(place: Path, effort: Effort) -> Start:
    """From the start of the process to the first answer, and what it holds then."""
    seconds: list[float] = []
    memory: list[float] = []
    for _ in range(effort.rounds + 2):
        server = serve(place / "data")
        seconds.append(server.wait("/about"))
        time.sleep(0.3)
        memory.append(server.memory_mb())
        server.stop()
    return Start(seconds=spread(seconds), memory_mb=spread(memory))


def measure_cold(place: Path, size: Size) -> Times:
    """The first home of everybody after a start, one after the other."""
    server = serve(place / "data")
    server.wait("/about")
    reads = [read_request(HOME, number) for number in range(size.accounts)]
    plan = Plan(port=server.port, connections=1, seconds=60, warm_seconds=0, reads=reads, most=len(reads))
    try:
        return _checked(run_load(plan)).reads
    finally:
        server.stop()


def profile(place: Path, size: Size, effort: Effort, *, posting: bool) -> Profile:
    """Where the event loop's time goes, by samples."""
    file = place / "profile.json"
    file.unlink(missing_ok=True)
    server = serve(place / "data", str(file))
    server.wait("/about")
    reads = home_reads(size, server.port)
    warm = Plan(port=server.port, connections=4, seconds=60, reads=reads, most=2 * len(reads))
    _checked(run_load(warm))
    posts = [post_request(number) for number in range(size.accounts)]
    plan = Plan(
        port=server.port,
        connections=64,
        seconds=2 * effort.seconds,
        reads=reads,
        posts=posts,
        post_every=1 if posting else 11,
    )
    server.signal(signal.SIGUSR1)
    try:
        _checked(run_load(plan))
        server.signal(signal.SIGUSR2)
        while not file.exists():
            time.sleep(0.01)
    finally:
        server.stop()
    return msgspec.json.decode(file.read_bytes(), type=Profile)
