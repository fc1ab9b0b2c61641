"""One server with both planes: people copy from their face in the circle to their account on the square.

The storm is on their way to the server. Inside there is no network, but a process may die between any two steps, and
one event in five is delivered again, as if it had died before it could note that it was.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

from kizuna.ground.config import Config
from kizuna.ground.randomness import SeededRandomness
from kizuna.jobs import queries
from kizuna.store.store import Tx
from tests.sim.acts import Actor, Model
from tests.sim.clock import EPOCH_MS
from tests.sim.copies import ACTS, HOUR_MS, LONGEST_PAUSE_S, NAMES, Member, Story
from tests.sim.network import CALM, STORM
from tests.sim.person import AppUser, Browser, token_for
from tests.sim.verdict import faults, ledger, open_work
from tests.sim.world import World, copy_place, world

TOWN = "town"
SERVERS = {
    TOWN: Config(origin="http://localhost:3000", port=3000, language="en", test_mode=True, poll_seconds=300)
}
KILLS = 6


def make_template(place: Path) -> list[Member]:
    """Sign people up, tie their faces, and stop; `place` then holds the files to begin from."""
    with world("template", place, SERVERS) as made:
        members = made.loop.run_until_complete(_begin(made))
        assert made.complaints() == []
    return members


async def _begin(made: World) -> list[Member]:
    _, members = await settle_in(made)
    await made.stop(TOWN)
    return members


async def settle_in(made: World) -> tuple[list[Browser], list[Member]]:
    """Start the server, sign people up, tie their faces; each with what browser and app keep."""
    await made.boot(TOWN)
    browsers: list[Browser] = []
    members: list[Member] = []
    for name in NAMES:
        browser = Browser(made.client(TOWN, name), name)
        await browser.sign_up()
        link_id = await browser.tie_faces()
        bearer = await token_for(made.client(TOWN, name), name)
        members.append(Member(name, browser.client.cookies, browser.csrf, bearer, link_id))
        browsers.append(browser)
    return browsers, members


def tell(seed: int, template: Path, members: list[Member], place: Path) -> Story:
    """Live through one seed in a copy of the template and judge it."""
    story = Story(seed, [])
    copy_place(template, place)
    chance, done = SeededRandomness(f"again {seed}"), queries.outbox_done

    async def mostly_done(tx: Tx, ids: Sequence[int]) -> None:
        await done(tx, [one for one in ids if chance.below(5)])

    again = patch.object(queries, "outbox_done", mostly_done)
    with again, world(seed, place, SERVERS, faults=STORM, epoch_ms=EPOCH_MS + HOUR_MS) as made:
        models = made.loop.run_until_complete(_live(made, members, story))
        story.wrong += [f"complaint: {complaint}" for complaint in made.complaints()]
    story.wrong += faults(models, place, TOWN, TOWN)
    for line in ledger(place / TOWN):
        story.copies[line.state] = story.copies.get(line.state, 0) + 1
    for model in models:
        story.wrong += [f"refused: {refusal}" for refusal in model.refused]
        story.acts += model.acts
        story.repeats += model.repeats
    return story


async def _live(made: World, members: list[Member], story: Story) -> list[Model]:
    await made.boot(TOWN)
    actors = [actor_of(made, member) for member in members]
    living = asyncio.gather(*(actor.live(ACTS, LONGEST_PAUSE_S) for actor in actors))
    story.kills = await reap(made, KILLS, ACTS, 400, 10)
    await living
    await calm_down(made)
    return [actor.model for actor in actors]


def actor_of(made: World, member: Member) -> Actor:
    """Somebody at the pages and with an app."""
    browser = Browser(made.client(TOWN, member.name), member.name)
    browser.client.cookies = dict(member.cookies)
    browser.csrf = member.csrf
    app = AppUser(made.client(TOWN, member.name, bearer=member.bearer))
    chance = SeededRandomness(f"acts {made.seed} {member.name}")
    return Actor(member.name, browser, app, member.link_id, chance)


async def reap(made: World, times: int, acts: int, most_steps: int, longest_s: float) -> int:
    """Kill the server at steps that the seed chooses, also while it starts, and start it again, while people act.

    Within ``most_steps`` of its steps after a pause, or after ``longest_s`` seconds. Answers how often it died.
    """
    chance = SeededRandomness(f"kills {made.seed}")
    kills = 0
    for _ in range(times):
        await asyncio.sleep(chance.uniform() * acts * LONGEST_PAUSE_S / times)
        made.lives[TOWN].process.kill_after(1 + chance.below(most_steps))
        await asyncio.sleep(chance.uniform() * longest_s)
        made.crash(TOWN)
        kills += 1
        await asyncio.sleep(chance.uniform() * 5)
        if await made.boot(TOWN, kill_after=chance.below(100)) is None:
            kills += 1
            await asyncio.sleep(chance.uniform())
            await made.boot(TOWN)
    return kills


async def calm_down(made: World) -> None:
    """Let the network heal, and wait until no work is open."""
    made.network.faults = CALM
    await made.network.settle()
    for _ in range(200):
        await asyncio.sleep(60)
        if not open_work(made.place, TOWN):
            break
    await made.network.settle()
