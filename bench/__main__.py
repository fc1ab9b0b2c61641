"""``python -m bench``: measure, print the tables, keep them in build/bench.json."""

import argparse
import asyncio
import tempfile
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from bench import bells, measure, report
from bench.data import Size, describe, seed
from bench.streams import measure_streams

RESULTS = Path("build/bench.json")


def main() -> None:
    """Measure what is asked for; everything by default, in less than four minutes."""
    chosen = _parser().parse_args()
    size = Size(accounts=chosen.accounts, posts=chosen.posts, follows=chosen.follows)
    effort = measure.Effort(seconds=chosen.seconds, rounds=chosen.rounds)
    crowd = Crowds(tuple(chosen.streams), chosen.socket_every, chosen.bells)
    console = Console(width=max(Console().width, 160))
    results = report.Results(machine=measure.machine(), data=describe(size))
    with tempfile.TemporaryDirectory(prefix="kizuna-bench-") as folder:
        place = Path(folder)
        with console.status("seeding"):
            seed(place / "data", size)
        for part in chosen.only or ("start", "home", "posts", "streams", "bells", "profile"):
            with console.status(part):
                run(part, results, place, size, effort, crowd)
    report.write(results, RESULTS)
    report.show(results, console)
    if results.bells and (wrong := bells.check(results.bells)):
        raise SystemExit("\n".join(wrong))


class Crowds(NamedTuple):
    """How many streams are open at once, one measurement after the other, how many of them are WebSockets, and how many
    people ring bells."""

    counts: tuple[int, ...]
    socket_every: int
    ringers: int


def run(
    part: str, results: report.Results, place: Path, size: Size, effort: measure.Effort, crowd: Crowds
) -> None:
    """One part of the measurements."""
    match part:
        case "start":
            results.start = measure.measure_start(place, effort)
            results.cold = measure.measure_cold(place, size)
        case "home":
            results.home = measure.measure_home(place, size, effort, (16, 64))
        case "posts":
            results.posts = measure.measure_posts(place, size, effort, (1, 16, 64), keyed=(64,))
        case "streams":
            length = 5 * effort.seconds
            results.streams = measure_streams(place, crowd.counts, size.follows, length, crowd.socket_every)
        case "bells":
            results.bells = asyncio.run(
                bells.live(place / "bells", crowd.ringers, bells.LANES, crowd.ringers // 10)
            )
        case _:
            results.profiles["home"] = measure.profile(place, size, effort, posting=False)
            results.profiles["posts"] = measure.profile(place, size, effort, posting=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each rate is measured")
    parser.add_argument("--rounds", type=int, default=3, help="how many times")
    parser.add_argument("--accounts", type=int, default=1_000)
    parser.add_argument("--posts", type=int, default=100, help="per account")
    parser.add_argument("--follows", type=int, default=200, help="per account, in both directions")
    parser.add_argument("--streams", type=int, nargs="*", default=[1_000], help="open at once")
    parser.add_argument(
        "--socket-every", type=int, default=2, help="every so many is a WebSocket; 0 for none"
    )
    parser.add_argument("--bells", type=int, default=2_500, help="people who ring for eight friends each")
    parser.add_argument(
        "--only", nargs="*", choices=["start", "home", "posts", "streams", "bells", "profile"]
    )
    return parser


if __name__ == "__main__":
    main()
