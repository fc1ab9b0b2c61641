"""The town of the demo on a pair of servers: people with lives, their accounts tied, their copies made."""

import asyncio
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from kizuna.cli import staff
from kizuna.cli.cast import Cast, load_cast
from kizuna.cli.demo import copy_voice, tie
from kizuna.cli.together import open_windows, talk
from kizuna.cli.town import live
from kizuna.cli.visitor import Speaker, Visitor
from kizuna.fetch.http import HttpFetch
from tests.browser.pair import Pair, configs, serving
from tests.databases import placed

FEWEST_INBOUND = 2


@contextmanager
def town(place: Path) -> Generator[tuple[Pair, Cast]]:
    """A lived-in pair of servers."""
    cast = load_cast()
    square, circle = map(placed, configs(place))
    # Playwright's own loop may be running in this thread already.
    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(live, cast, square, circle).result()
        elsewhere.submit(staff.run, circle, "misaki", "administrator").result()
        with serving(square, circle) as pair:
            elsewhere.submit(asyncio.run, _tie(cast, pair, square.fetch_allow)).result()
            yield pair, cast


async def _tie(cast: Cast, pair: Pair, allowed: tuple[str, ...]) -> None:
    async with HttpFetch("Kizuna tests", allowed) as fetch:
        await open_windows(cast, fetch, pair.circle, pair.square.partition("//")[2])
        for person in cast.person:
            if not person.linked:
                continue
            here, there = Visitor(fetch, pair.circle), Visitor(fetch, pair.square)
            await here.sign_in(person.handle, cast.password)
            await there.sign_in(person.handle, cast.password)
            await tie(here, there)
            for voice in cast.voice:
                if voice.copy and voice.by == person.handle:
                    await copy_voice(here, voice.text)
        await talk(cast, fetch, pair.circle)
        await _say_something_new(cast, fetch, pair)


async def _say_something_new(cast: Cast, fetch: HttpFetch, pair: Pair) -> None:
    """Public posts after the ties were made, so that they come in over them: a tie never brings a backlog."""
    speaker, misaki = Speaker(fetch, pair.square, cast.password), Visitor(fetch, pair.circle)
    for line in [line for line in cast.later if not line.voice][:FEWEST_INBOUND]:
        await speaker.say(line.by, line.text)
    await misaki.sign_in("misaki", cast.password)
    for _ in range(100):
        if (await misaki.get("/")).count('class="item item-square') >= FEWEST_INBOUND:
            break
        await asyncio.sleep(0.2)
    else:
        raise AssertionError("nothing came in over the tie")
    line = next(line for line in cast.later if line.voice and line.by != "misaki")
    friend = Visitor(fetch, pair.circle)
    await friend.sign_in(line.by, cast.password)
    await friend.post("/", "/compose", text=line.text, audience="friends")
