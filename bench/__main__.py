"""``python -m bench``: measure, print the tables, keep them in build/bench.json."""

import argparse
import tempfile
from pathlib import Path

from rich.console import Console

from bench import measure, report
from bench.data import Size, describe, seed

RESULTS = Path("build/bench.json")


def main() -> None:
    """Measure what is asked for; everything by default, in less than four minutes."""
    chosen = _parser().parse_args()
    size = Size(accounts=chosen.accounts, posts=chosen.posts, follows=chosen.follows)
    effort = measure.Effort(seconds=chosen.seconds, rounds=chosen.rounds)
    console = Console(width=max(Console().width, 160))
    results = report.Results(machine=measure.machine(), data=describe(size))
    with tempfile.TemporaryDirectory(prefix="kizuna-bench-") as folder:
        place = Path(folder)
        with console.status("seeding"):
            seed(place / "data", size)
        for part in chosen.only or ("start", "home", "posts", "profile"):
            with console.status(part):
                run(part, results, place, size, effort)
    report.write(results, RESULTS)
    report.show(results, console)


def run(part: str, results: report.Results, place: Path, size: Size, effort: measure.Effort) -> None:
    """One part of the measurements."""
    match part:
        case "start":
            results.start = measure.measure_start(place, effort)
            results.cold = measure.measure_cold(place, size)
        case "home":
            results.home = measure.measure_home(place, size, effort, (16, 64))
        case "posts":
            results.posts = measure.measure_posts(place, size, effort, (1, 16, 64), keyed=(64,))
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
    parser.add_argument("--only", nargs="*", choices=["start", "home", "posts", "profile"])
    return parser


if __name__ == "__main__":
    main()
