"""Show 1: thirty open pages of windows under fifty new items a second are told of each within two seconds."""

import asyncio
import itertools
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from kizuna.ground.clock import SystemClock
from kizuna.ground.ids import id_ms
from kizuna.square import actions as square_actions
from kizuna.square.models import Draft
from kizuna.tie.windows.tables import WINDOW_ITEM
from tests.dose import dose
from tests.running import running
from tests.streams import Sse
from tests.tie.fake_partner import FakePartner
from tests.web.conftest import Cast, arrive, config_of
from tests.web.test_live import page_stream
from tests.web.test_windows import open_window, shared

pytestmark = pytest.mark.load
PAGES = 30
ITEMS_S = 50
SECONDS = dose(4, 30)
LATE_MS = 2000


@asynccontextmanager
async def watched(place: Path) -> AsyncGenerator[tuple[Cast, FakePartner, str]]:
    """A shared group with two windows: a hashtag of the own square, and one of a partner, which is read often."""
    partner = FakePartner(SystemClock().now_ms)
    async with running(config_of(place, window_seconds=0.5)) as server:
        server.ports.fetch.send = partner.send
        cast = await arrive(server)
        group = await shared(cast)
        await open_window(cast.aoi, group, "#harbour")
        await open_window(cast.aoi, group, "#harbour partner.test")
        yield cast, partner, group


async def pace(count: int) -> AsyncGenerator[int]:
    """So many numbers, evenly over the time, whatever is done between them."""
    began = time.monotonic()
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number * SECONDS / count - time.monotonic()))
        yield number


def late(told: dict[int, float]) -> float:
    """The 99th percentile of how late ids were told, in milliseconds after they were made."""
    delays = sorted(at_ms - id_ms(about) for about, at_ms in told.items())
    return delays[int(len(delays) * 0.99)]


async def listen(stream: Sse, told: dict[str, dict[int, float]]) -> None:
    """Note when each id was told for the first time."""
    while True:
        event = await stream.next(60.0)
        if event.name in told:
            told[event.name].setdefault(int(event.data["id"]), time.time() * 1000)


async def reload(cast: Cast, path: str) -> None:
    """What the script of a page that is told does: read the page again, not all the time."""
    while True:
        await cast.ben.open(path)
        await asyncio.sleep(1.0)


def test_thirty_pages_are_told_of_fifty_items_a_second(tmp_path: Path) -> None:
    async def go() -> None:
        async with watched(tmp_path) as (cast, partner, group):
            on = f"windows {group.rpartition('/')[2]}"
            streams = [
                await page_stream(who, on)
                for who in itertools.islice(itertools.cycle((cast.aoi, cast.ben)), PAGES)
            ]
            told: list[dict[str, dict[int, float]]] = [{"new": {}, "window": {}} for _ in streams]
            tasks = [asyncio.create_task(listen(*pair)) for pair in zip(streams, told, strict=True)]
            tasks += [asyncio.create_task(reload(cast, f"{group}/windows")) for _ in range(3)]
            square = cast.server.parts.square
            carol = await cast.carol.http.get("/@carol")
            assert carol.status_code == 200
            author = await account_id(cast)
            posts: set[int] = set()
            async for number in pace(round(ITEMS_S * SECONDS)):
                if number % 2:
                    text = f"ship {number} #harbour"
                    partner.publish(partner.write("1", text, tags=[{"name": "harbour"}]))
                else:
                    draft = Draft(text=f"boat {number} #harbour", visibility="public")
                    posts.add(await square_actions.post(square, author, draft))
            await asyncio.sleep(3.0)
            rows = await cast.server.stores.circle.reads.all(WINDOW_ITEM.select())
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            assert len(rows) >= 20, "the premise: the partner was read"
            newest = max(row.id for row in rows)
            for heard in told:
                assert posts <= heard["new"].keys()
                assert newest in heard["window"]
            slowest = max(late(heard[name]) for heard in told for name in heard)
            print(f"{PAGES} pages, {ITEMS_S} items a second: told after {slowest:.0f} ms at most (p99)")
            assert slowest <= LATE_MS
            for stream in streams:
                stream.leave()

    asyncio.run(go())


async def account_id(cast: Cast) -> int:
    from kizuna.square.queries import account_by_handle

    account = await account_by_handle(cast.server.stores.square.reads, "carol")
    assert account is not None
    return account.id
