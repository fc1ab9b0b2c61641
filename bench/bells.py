"""A day of a season: everybody rings for every friend, by the hours at which people do; and what that costs.

``python -m bench.bells --people 1000000``: one process, the verbs themselves, on a database of its own on disk.
"""

import argparse
import asyncio
import gc
import tempfile
import time
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace
from rich.console import Console

from bench.data import fill
from bench.load import Times
from kizuna.apps.season import actions, book, queries
from kizuna.apps.season.check import load_season
from kizuna.apps.season.files import SHIPPED
from kizuna.apps.season.ports import Calendar, Installed, Seasons
from kizuna.apps.season.run import Run
from kizuna.apps.season.tables import SEASON_STAGE
from kizuna.circle.tables import FACE, FRIENDSHIP
from kizuna.ground.clock import SystemClock
from kizuna.ground.randomness import SystemRandomness
from kizuna.jobs.idempotency import make_key
from kizuna.ledger import queries as ledger
from kizuna.ledger.audit import audit
from kizuna.ledger.models import Account
from kizuna.store.open import open_stores

OFFSETS: Final = (1, 2, 3, 4, -1, -2, -3, -4)
"""Everybody is a friend of the four before and the four behind in a ring."""
REPEATED: Final = 50
"""Every so many is sent twice, as by somebody whose answer was lost."""
STEP: Final = 611_953
"""Of who rings next; it has no factor in common with how many bells there are."""
HOURS: Final = (4, 2, 1, 1, 1, 3, 7, 12, 10, 7, 7, 8, 14, 9, 7, 8, 9, 12, 15, 18, 22, 26, 24, 13)
"""So the day goes: the way to work, noon, and most of all the evening."""
LANES: Final = 64
"""Bells that are rung at once."""
DAY_MS: Final = 24 * 3600 * 1000


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it. ``latency`` in milliseconds, from the call to the commit."""

    people: int
    bells: int
    repeated: int
    seconds: float
    rate: float
    latency: Times
    stock: int
    won: int
    passed_on: int
    """How many more were won to be passed on."""
    left: int
    out_of_stock: int
    acts: int
    wrong: list[str]


class DayClock:
    """The season's day goes by with the bells, as fast as they are rung."""

    def __init__(self, begin_ms: int, bells: int) -> None:
        self._begin_ms = begin_ms
        self._bells = bells
        self._sums = [0, *accumulate(HOURS)]
        self.rung = 0

    def now_ms(self) -> int:
        """The moment at which so many of the day's bells were rung."""
        share = self._sums[-1] * min(self.rung, self._bells - 1) / self._bells
        hour = bisect_right(self._sums, share) - 1
        part = (share - self._sums[hour]) / HOURS[hour]
        return self._begin_ms + round((hour + part) * DAY_MS / len(HOURS))

    async def sleep(self, seconds: float) -> None:
        """Nobody waits for the day."""
        await asyncio.sleep(seconds)


def run_of(stock: int) -> Run:
    """The season of 2011, with so many coupons in stock."""
    run = load_season(SHIPPED / "xmas-2011", 2026)
    coupons = tuple(replace(one, stock=stock) if one.passed_on_to else one for one in run.season.coupons)
    return replace(run, season=replace(run.season, coupons=coupons))


async def live(place: Path, people: int, lanes: int, stock: int) -> Day:
    """The whole day."""
    run = run_of(stock)
    bells = people * len(OFFSETS)
    clock = DayClock(run.instant("12-20T00:00"), bells)
    stores = open_stores(place, clock)
    installed = {run.season.id: Installed(run.season, SHIPPED / "xmas-2011")}
    seasons = Seasons(stores.circle, SystemRandomness(), Calendar(clock, installed))
    try:
        await actions.begin(seasons, run)
        made = await queries.find_run(stores.circle.reads, run.season.id, run.year)
        assert made is not None
        now = clock.now_ms()
        await fill(stores.circle, FACE, (_face(number, now) for number in range(people)))
        await fill(stores.circle, FRIENDSHIP, _friendships(people, now))
        await fill(stores.circle, SEASON_STAGE, _stages(people, made.id, now))
        gc.collect()
        gc.freeze()
        times, repeated, seconds = await _ring_all(seasons, run, clock, people, bells, lanes)
        return await _found(seasons, run, made.id, people, times, repeated, seconds)
    finally:
        await stores.close()


async def _ring_all(
    seasons: Seasons, run: Run, clock: DayClock, people: int, bells: int, lanes: int
) -> tuple["array[float]", int, float]:
    times, repeated = array("d"), 0
    turns = iter(range(bells))

    async def lane() -> None:
        nonlocal repeated
        for turn in turns:
            number = turn * STEP % bells
            ringer, offset = divmod(number, len(OFFSETS))
            friend = (ringer + OFFSETS[offset]) % people
            key = make_key(1 + ringer, 0, f"season:{number}", b"%d" % friend)
            began = time.perf_counter()
            act = await actions.ring(seasons, run, 1 + ringer, 1 + friend, key)
            times.append((time.perf_counter() - began) * 1000)
            clock.rung += 1
            if turn % REPEATED == 0:
                assert await actions.ring(seasons, run, 1 + ringer, 1 + friend, key) == act
                repeated += 1

    began = time.perf_counter()
    await asyncio.gather(*(lane() for _ in range(lanes)))
    return times, repeated, time.perf_counter() - began


async def _found(
    seasons: Seasons, run: Run, run_id: int, people: int, times: "array[float]", repeated: int, seconds: float
) -> Day:
    reads = seasons.store.reads
    ordered = sorted(times)
    snack = next(one for one in run.season.coupons if one.passed_on_to)
    totals = {
        one.kind: one.balance for one in await ledger.totals(reads) if one.asset == book.coupon(run, snack.id)
    }
    sums = await queries.sums(reads, run_id)
    return Day(
        people=people,
        bells=len(times),
        repeated=repeated,
        seconds=round(seconds, 1),
        rate=round(len(times) / seconds),
        latency=Times(
            count=len(times),
            p50=round(ordered[len(ordered) // 2], 1),
            p99=round(ordered[len(ordered) * 99 // 100], 1),
            worst=round(ordered[-1], 1),
        ),
        stock=snack.stock,
        won=totals.get("held", 0),
        passed_on=totals.get("gift", 0),
        left=await ledger.balance(reads, Account(book.coupon(run, snack.id), "stock", book.FOR_ACTS)),
        out_of_stock=sums.out_of_stock,
        acts=sums.acts,
        wrong=list(await audit(reads)),
    )


def _face(number: int, now: int) -> dict[str, object]:
    name = f"person{number}"
    return {
        "id": 1 + number,
        "handle": name,
        "display_name": name,
        "bio": "",
        "bio_html": "",
        "created_at": now,
    }


def _friendships(people: int, now: int) -> Iterator[dict[str, object]]:
    for number in range(people):
        for offset in OFFSETS:
            yield {"a_id": 1 + number, "b_id": 1 + (number + offset) % people, "since_at": now}


def _stages(people: int, run_id: int, now: int) -> Iterator[dict[str, object]]:
    for number in range(people):
        yield {"run_id": run_id, "face_id": 1 + number, "hung_at": now, "after_friend": number > 0}


def check(day: Day) -> list[str]:
    """What must not be, whatever the day was like; nothing on a good day."""
    wrong = list(day.wrong)
    if day.acts != day.bells:
        wrong.append(f"{day.bells:,} bells were rung, and {day.acts:,} stand")
    if day.won + day.passed_on + day.left != day.stock or day.left < 0:
        wrong.append(
            f"of {day.stock:,} coupons {day.won:,} + {day.passed_on:,} were won and {day.left:,} are left"
        )
    if day.out_of_stock and day.left:
        wrong.append(f"{day.out_of_stock:,} were told that it is out of stock, and {day.left:,} are left")
    return wrong


def main() -> None:
    """Live a day and print it; exit code 1 when something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.bells", description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--lanes", type=int, default=LANES, help="bells that are rung at once")
    parser.add_argument("--stock", type=int, default=100_000, help="of the coupon that is passed on")
    parser.add_argument(
        "--place", type=Path, help="a directory for its database; a temporary one if none is named"
    )
    chosen = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory(prefix="kizuna-bells-", dir=chosen.place) as folder:
        began = SystemClock().now_ms()
        day = asyncio.run(live(Path(folder) / "data", chosen.people, chosen.lanes, chosen.stock))
        console.print_json(msgspec.json.encode(day).decode())
        console.print(f"{(SystemClock().now_ms() - began) / 1000:,.0f} s in all", highlight=False)
    wrong = check(day)
    for line in wrong:
        console.print(f"WRONG  {line}", highlight=False)
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
