"""Invariant 5 in one process: once an end is acknowledged, nothing is stale in streams, pages, answers and media.

Each round opens a page's stream, server-sent events and a WebSocket, says something, ends the reader's sight of it at a
random moment of the 20 ms in which events wait, and reads at once. Some of the streams are slow, so that things wait.
"""

import asyncio
from pathlib import Path
from random import Random

import pytest

from tests.dose import dose
from tests.revocation.ears import Ear
from tests.revocation.ends import IN_CIRCLE, ON_SQUARE, WAYS_IN, End, WayIn, set_suspended
from tests.revocation.lane import Lane, arrive, make_lane, serving

pytestmark = [pytest.mark.anyio, pytest.mark.proof]
LANES = 10
PICTURES_EVERY = 10


def rounds() -> int:
    return dose(50, 1_000)


@pytest.mark.parametrize("end", [*IN_CIRCLE, *ON_SQUARE], ids=lambda end: end.name)
async def test_nothing_is_stale_after_an_end(tmp_path: Path, end: End) -> None:
    async with serving(tmp_path) as server:
        lanes = [await make_lane(server, f"{end.name} {number}") for number in range(LANES)]
        early = await asyncio.gather(*(_walk(lane, end, rounds() // LANES) for lane in lanes))
        assert sum(early) > 0, "the end always came after what was said had arrived, so nothing was raced"


async def _walk(lane: Lane, end: End, count: int) -> int:
    """So many rounds; answers in how many the end overtook what was said last."""
    picture = None
    await end.ready(lane)
    if end.rule is not None:
        picture = await lane.author.picture(end.rule)
    overtaken = 0
    for number in range(count):
        await end.ready(lane)
        ears = [await ear.opened() for ear in lane.listen(lane.reader.session, lane.token, on=_page(end))]
        said = await _say_some(lane, end)
        told = said[-1]
        if picture is not None and number % PICTURES_EVERY == 0:
            assert (await lane.page(picture[1])).status_code == 200
        await _a_moment(lane.dice)
        overtaken += any(not any(b"%d" % told in frame for frame in ear.frames) for ear in ears)
        await end.act(lane, told)
        for ear in ears:
            ear.mark()
        await _nothing_is_read(lane, end, told, picture)
        after = await (end.again or end.say)(lane, "after the end")
        own = await (
            lane.reader.say("a sentinel") if end.plane == "circle" else lane.reader.post("a sentinel")
        )
        for ear in ears:
            await ear.until(b"%d" % own)
            _check_silence(ear, *(said[-1:] if end.only_last else said), after)
            await ear.close()
    return overtaken


async def _say_some(lane: Lane, end: End) -> list[int]:
    """One to three things: while a slow stream takes the first, the others wait in its queue."""
    said: list[int] = []
    for _ in range(lane.dice.randint(1, 3)):
        said.append(await end.say(lane, "before the end"))
        await asyncio.sleep(lane.dice.random() * 0.03)
    return said


def _page(end: End) -> str:
    return "home all" if end.plane == "circle" else "home square"


async def _a_moment(dice: Random) -> None:
    """Anything from at once to when all has long arrived."""
    match dice.randrange(4):
        case 0:
            for _ in range(dice.randrange(20)):
                await asyncio.sleep(0)
        case _:
            await asyncio.sleep(dice.random() * 0.05)


def _check_silence(ear: Ear, *ids: int) -> None:
    """Of what ended only its end is told."""
    for event in ear.after():
        ended = b"event: delete" in event or b'"event":"delete"' in event or b"event: gone" in event
        assert ended or not any(b"%d" % one in event for one in ids), event


async def _nothing_is_read(lane: Lane, end: End, told: int, picture: tuple[int, str] | None) -> None:
    """What the reader asks for in the moment of the acknowledgement."""
    home = await lane.call("/api/v1/timelines/home")
    assert home.status_code == 200
    assert str(told) not in [each["id"] for each in home.json()]
    if end.plane == "square":
        return
    assert (await lane.call(f"/api/v1/statuses/{told}")).status_code == 404
    assert (await lane.page(f"/v/{told}")).status_code == 404
    assert str(told) not in (await lane.page("/")).text
    if picture is not None:
        assert (await lane.page(picture[1])).status_code == 404
        assert str(picture[0]) not in home.text


@pytest.mark.parametrize("way", WAYS_IN, ids=lambda way: way.name)
async def test_no_way_in_outlives_its_end(tmp_path: Path, way: WayIn) -> None:
    async with serving(tmp_path) as server:
        lanes = [await make_lane(server, f"{way.name} {number}") for number in range(LANES)]
        for lane in lanes:
            await lane.author.befriend(lane.reader)
        await asyncio.gather(*(_enter(lane, way, rounds() // LANES) for lane in lanes))


async def _enter(lane: Lane, way: WayIn, count: int) -> None:
    for _ in range(count):
        if way.name == "left":
            lane.reader = await arrive(lane.server)
            await lane.author.befriend(lane.reader)
        session, lane.viewer = await lane.reader.new_session()
        token = await lane.reader.new_token(lane.app, lane.viewer)
        ears = [await ear.opened() for ear in lane.listen(session, token)]
        told = await lane.author.say("before the end")
        await _a_moment(lane.dice)
        await way.act(lane, session, token)
        for ear in ears:
            ear.mark()
        await _nobody_is_in(lane, way, session, token)
        after = await lane.author.say("after the end")
        page, *clients = ears
        for ear in [*[page] * way.session, *clients * way.token]:
            await ear.ended()
            _check_silence(ear, told, after)
        for ear in [*[page] * (not way.session), *clients * (not way.token)]:
            await ear.until(b"%d" % after)
            assert any(b"%d" % after in frame for frame in ear.frames), "what did not end goes on"
            await ear.close()
        if way.name == "suspended":
            await set_suspended(lane, None)


async def _nobody_is_in(lane: Lane, way: WayIn, session: str, token: str) -> None:
    home, page = await lane.call("/api/v1/timelines/home", token), await lane.page("/friends", session)
    assert home.status_code == (401 if way.token else 200)
    assert page.status_code == (303 if way.session else 200)
    again = lane.listen(session, token)
    if way.session:
        await again[0].ended()
        assert again[0].status == 303
    if way.token:
        for ear in again[1:]:
            await ear.ended()
            assert ear.status in (0, 401)
    for ear in [*[again[0]] * (not way.session), *again[1:] * (not way.token)]:
        await (await ear.opened()).close()
