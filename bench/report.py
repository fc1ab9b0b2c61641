"""Results as tables for people and as build/bench.json for programs."""

from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from bench.bells import Day
from bench.load import Times
from bench.measure import Home, Posts, Spread, Start
from bench.serve import Profile
from bench.streams import Streaming

MOST_LINES = 14


class Results(msgspec.Struct, kw_only=True):
    """Everything measured in one run."""

    machine: dict[str, str]
    data: str
    start: Start | None = None
    home: list[Home] = []
    posts: list[Posts] = []
    cold: Times | None = None
    streams: list[Streaming] = []
    bells: Day | None = None
    profiles: dict[str, Profile] = {}


def write(results: Results, file: Path) -> None:
    """Keep the results."""
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1))


def show(results: Results, console: Console) -> None:
    """Print the results."""
    console.print(", ".join(f"{name} {value}" for name, value in results.machine.items()), highlight=False)
    console.print(results.data, highlight=False)
    if results.start:
        _show_start(results.start, results.cold, console)
    if results.home:
        _show_home(results.home, console)
    if results.posts:
        _show_posts(results.posts, console)
    if results.streams:
        _show_streams(results.streams, console)
    if results.bells:
        _show_bells(results.bells, console)
    for name, found in results.profiles.items():
        _show_profile(name, found, console)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _rate(found: Spread) -> str:
    return f"{found.median:,.0f} ({found.least:,.0f}–{found.most:,.0f})"


def _share(found: Spread) -> str:
    return f"{found.median:.2f} ({found.least:.2f}–{found.most:.2f})"


def _show_home(rows: list[Home], console: Console) -> None:
    table = _table(
        "Home of 20 per second: static bytes, home alone, home with a new post every 10 reads",
        "connections",
        "static",
        "home",
        "÷ static",
        "home + posts",
        "÷ static",
        "CPU µs: static, home, + posts",
        "p50 ms",
        "p99 ms",
        "static p50/p99",
    )
    for row in rows:
        table.add_row(
            str(row.connections),
            _rate(row.static),
            _rate(row.reads),
            _share(row.ratio),
            _rate(row.mixed),
            _share(row.mixed_ratio),
            f"{row.static_us.median:.0f}, {row.home_us.median:.0f}, {row.mixed_us.median:.0f}",
            f"{row.latency.p50:.2f}",
            f"{row.latency.p99:.2f}",
            f"{row.static_latency.p50:.2f}/{row.static_latency.p99:.2f}",
        )
    console.print(table)


def _show_posts(rows: list[Posts], console: Console) -> None:
    table = _table(
        "Posts completed per second",
        "connections",
        "keyed",
        "posts",
        "p50 ms",
        "p99 ms",
        "CPU µs per post",
        "outbox drained after s",
    )
    for row in rows:
        table.add_row(
            str(row.connections),
            "yes" if row.keyed else "no",
            _rate(row.rate),
            f"{row.latency.p50:.2f}",
            f"{row.latency.p99:.2f}",
            _rate(row.cost_us),
            _share(row.drained_s),
        )
    console.print(table)


def _show_streams(rows: list[Streaming], console: Console) -> None:
    table = _table(
        "Streams: from the moment a post is sent to everybody who hears it",
        "streams",
        "opened in s",
        "kB each",
        "a post to all: p50",
        "p99",
        "CPU µs each",
        "at a steady rate: posts/s",
        "p50",
        "p99",
        "as fast as can be: posts/s",
        "p99",
        "missing",
    )
    for row in rows:
        table.add_row(
            f"{row.streams:,}",
            f"{row.opened_s:.1f}",
            f"{row.memory_kb:.1f}",
            f"{row.one_to_all.each.p50:.0f} ms",
            f"{row.one_to_all.each.p99:.0f} ms",
            f"{row.all_us:.1f}",
            f"{row.steady_rate:.0f} × {row.followers}",
            f"{row.steady.each.p50:.0f} ms",
            f"{row.steady.each.p99:.0f} ms",
            f"{row.full_rate:.0f} × {row.followers}",
            f"{row.full.each.p99:.0f} ms",
            str(row.one_to_all.missing + row.steady.missing + row.full.missing),
        )
    console.print(table)


def _show_bells(day: Day, console: Console) -> None:
    table = _table(
        "Bells with their draws: the verbs themselves, each committed, some sent twice",
        "people",
        "bells",
        "per second",
        "p50 ms",
        "p99 ms",
        "coupons",
        "won",
        "passed on",
        "left",
        "out of stock",
    )
    table.add_row(
        f"{day.people:,}",
        f"{day.bells:,} + {day.repeated:,}",
        f"{day.rate:,.0f}",
        f"{day.latency.p50:.1f}",
        f"{day.latency.p99:.1f}",
        *(f"{count:,}" for count in (day.stock, day.won, day.passed_on, day.left, day.out_of_stock)),
    )
    console.print(table)


def _show_start(start: Start, cold: Times | None, console: Console) -> None:
    table = _table(
        "Start and cold home", "first answer s", "memory MB", "cold home p50 ms", "p99 ms", "worst ms"
    )
    values = (cold.p50, cold.p99, cold.worst) if cold else (0.0, 0.0, 0.0)
    table.add_row(
        _share(start.seconds),
        _rate(start.memory_mb),
        *(f"{value:.1f}" for value in values),
    )
    console.print(table)


def _show_profile(name: str, found: Profile, console: Console) -> None:
    table = _table(
        f"Where the time goes: {name} ({found.samples:,} samples)", "running", "", "on the stack", ""
    )
    own = sorted(found.own.items(), key=lambda item: -item[1])[:MOST_LINES]
    inside = [item for item in found.inside.items() if item[1] < 0.9 * found.samples]
    inside = sorted(inside, key=lambda item: -item[1])[:MOST_LINES]
    for (one, one_count), (two, two_count) in zip(own, inside, strict=False):
        table.add_row(f"{one_count / found.samples:.1%}", one, f"{two_count / found.samples:.1%}", two)
    table.columns[1].justify = table.columns[3].justify = "left"
    console.print(table)
