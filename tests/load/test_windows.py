"""Show 1: thirty members, three windows, fifty new items a second: every open page is told within two seconds.

A page does what its script does: told of something by a window, it reads itself once more.
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from kizuna.fetch.port import Response
from kizuna.ground.clock import SystemClock
from kizuna.ground.ids import id_ms
from kizuna.square import actions as square_actions
from kizuna.square.models import Draft
from kizuna.square.queries import account_by_handle
from kizuna.tie.windows.tables import WINDOW_ITEM
from tests.dose import dose, show
from tests.running import running
from tests.streams import Sse
from tests.tie.fake_partner import FakePartner
from tests.web.conftest import Cast, arrive, config_of
from tests.web.test_live import page_stream
from tests.web.test_windows import open_window
from tests.web.visitor import Visitor, befriend, join

pytestmark = pytest.mark.load
MEMBERS = 30
ITEMS_S = 50
LATE_MS = 2000
SOON_S = 0.15  # as in live.js
FEED = "/news.xml"
Told = dict[str, dict[int, float]]


@asynccontextmanager
async def watched(place: Path) -> AsyncGenerator[tuple[Cast, list[Visitor], FakePartner, str]]:
    """A shared group with a hashtag of the own square, an account of a partner and a feed."""
    partner = FakePartner(SystemClock().now_ms)
    async with running(config_of(place, window_seconds=0.5)) as server:
        server.ports.fetch.send = partner.send
        cast = await arrive(server)
        members = [cast.ben, *[await join(server, f"member{number}") for number in range(MEMBERS - 2)]]
        for one in members[1:]:
            await befriend(cast.aoi, one)
        group = await cast.aoi.do("/groups", "/groups", name="Harbour club")
        page = await cast.aoi.open(group)
        faces = [a["value"] for tag, a in page.tags if tag == "input" and a.get("value", "").isdigit()]
        await cast.aoi.do(page, f"{group}/members", **{"person[]": faces})
        together = await cast.aoi.do(group, f"{group}/share")
        for one in members:
            await one.do("/together", f"{together}/join")
        for address in ("#harbour", "@user1@partner.test", f"https://partner.test{FEED}"):
            await open_window(cast.aoi, together, address)
        yield cast, [cast.aoi, *members], partner, together


async def pace(count: int, seconds: float) -> AsyncGenerator[int]:
    """So many numbers, evenly over the time, whatever is done between them."""
    began = time.monotonic()
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number * seconds / count - time.monotonic()))
        yield number


async def page_of(who: Visitor, path: str, stream: Sse, told: Told, answered: list[float]) -> None:
    """An open page: notes when it was told of each id for the first time, and reads itself again where it should."""
    wanted = asyncio.Event()

    async def read() -> None:
        while True:
            await wanted.wait()
            await asyncio.sleep(SOON_S)
            wanted.clear()
            began = time.monotonic()
            await who.open(path)
            answered.append((time.monotonic() - began) * 1000)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(read())
        while True:
            event = await stream.next(60.0)
            if event.name in told:
                told[event.name].setdefault(int(event.data["id"]), time.time() * 1000)
            if event.name == "window":
                wanted.set()


def feed(items: list[str]) -> Response:
    entries = "".join(
        f"<item><title>{item}</title><link>https://news.test/{item}</link></item>"
        for item in items[-40:][::-1]
    )
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{entries}</channel></rss>'
    return Response(200, {}, body.encode(), f"https://partner.test{FEED}")


def middle_and_worst(found: list[float]) -> list[int]:
    ordered = sorted(found)
    return [round(ordered[len(ordered) // 2]), round(ordered[len(ordered) * 99 // 100]), round(ordered[-1])]


def test_thirty_members_are_told_of_fifty_items_a_second(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seconds = dose(4, 60)
    delays, answered = asyncio.run(watch(tmp_path, seconds))
    with capsys.disabled():
        show(
            f"{MEMBERS} open pages, {ITEMS_S} items a second for {seconds} s: milliseconds",
            ["what", "times", "median", "p99", "worst"],
            [
                ["from the row to the page that is told", len(delays), *middle_and_worst(delays)],
                ["a page reads itself once more", len(answered), *middle_and_worst(answered)],
            ],
        )
    assert middle_and_worst(delays)[1] <= LATE_MS


async def watch(place: Path, seconds: int) -> tuple[list[float], list[float]]:
    """How late each page was told of each item, and how long its reading took, in milliseconds."""
    answered: list[float] = []
    async with watched(place) as (cast, members, partner, group):
        partner.answers[FEED] = feed([])
        on = f"windows {group.rpartition('/')[2]}"
        told: list[Told] = [{"new": {}, "window": {}} for _ in members]
        streams = [await page_stream(who, on) for who in members]
        tasks = [
            asyncio.create_task(page_of(who, f"{group}/windows", stream, heard, answered))
            for who, stream, heard in zip(members, streams, told, strict=True)
        ]
        author = await account_by_handle(cast.server.stores.square.reads, "carol")
        assert author is not None
        posts: set[int] = set()
        news: list[str] = []
        async for number in pace(ITEMS_S * seconds, seconds):
            if number % 3 == 0:
                draft = Draft(text=f"boat {number} #harbour", visibility="public")
                posts.add(await square_actions.post(cast.server.parts.square, author.id, draft))
            elif number % 3 == 1:
                partner.publish(partner.write("1", f"ship {number}"))
            else:
                news.append(f"news{number}")
                partner.answers[FEED] = feed(news)
        await asyncio.sleep(3.0)
        rows = await cast.server.stores.circle.reads.all(WINDOW_ITEM.select())
        for task in tasks:
            assert not task.done()
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for stream in streams:
            stream.leave()
        whose = {row.id: row.source_id for row in rows}
        assert len(set(whose.values())) == 2, "the premise: the account and the feed were read"
        delays: list[float] = []
        for heard in told:
            assert posts <= heard["new"].keys()
            delays += [heard["new"][one] - id_ms(one) for one in posts]
            marks = sorted(heard["window"].items())
            for one, source_id in whose.items():
                # What came with one look at a source is told of by the newest id of it.
                at_ms = next(at_ms for mark, at_ms in marks if mark >= one and whose.get(mark) == source_id)
                delays.append(at_ms - id_ms(one))
    return delays, answered
