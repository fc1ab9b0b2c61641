"""The town of the demo on a pair of servers: people with lives, their accounts tied, their copies made."""

import asyncio
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from kizuna.cli.cast import Cast, load_cast
from kizuna.cli.demo import copy_voice, tie
from kizuna.cli.town import live
from kizuna.cli.visitor import Visitor
from kizuna.fetch.http import HttpFetch
from tests.browser.pair import Pair, configs, serving


@contextmanager
def town(place: Path) -> Generator[tuple[Pair, Cast]]:
    """A lived-in pair of servers."""
    cast = load_cast()
    square, circle = configs(place)
    # Playwright's own loop may be running in this thread already.
    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(live, cast, square, circle).result()
        with serving(square, circle) as pair:
            elsewhere.submit(asyncio.run, _tie(cast, pair, square.fetch_allow)).result()
            yield pair, cast


async def _tie(cast: Cast, pair: Pair, allowed: tuple[str, ...]) -> None:
    async with HttpFetch("Kizuna tests", allowed) as fetch:
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
