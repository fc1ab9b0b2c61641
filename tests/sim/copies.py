"""A square and a circle, people who copy and recall, a network in a storm, and kills: one seed, one story."""

import asyncio
import time
from pathlib import Path

import msgspec

from kizuna.ground.config import Config
from kizuna.ground.randomness import SeededRandomness
from tests.sim.acts import Actor, Model, Promise
from tests.sim.clock import EPOCH_MS
from tests.sim.network import CALM, STORM
from tests.sim.person import AppUser, Browser, link, token_for
from tests.sim.verdict import faults, ledger, open_work
from tests.sim.world import World, copy_place, world

SERVERS = {
    "square": Config(
        origin="http://localhost:3000", port=3000, planes=("square",), language="en", test_mode=True
    ),
    "circle": Config(
        origin="http://localhost:3001",
        port=3001,
        planes=("circle",),
        language="en",
        test_mode=True,
        fetch_allow=("localhost:3000",),
        poll_seconds=300,
    ),
}
NAMES = ("aki", "ben", "chie")
ACTS = 14
LONGEST_PAUSE_S = 8.0
KILLS = 5
HOUR_MS = 3600 * 1000


class Member(msgspec.Struct):
    """What a person's browser and app keep: enough to go on in a copy of the world."""

    name: str
    cookies: dict[str, str]
    csrf: str
    bearer: str
    link_id: int


class Story(msgspec.Struct):
    """How a seed went."""

    seed: int
    wrong: list[str]
    acts: int = 0
    repeats: int = 0
    unsure: int = 0
    posts: int = 0
    copies: dict[str, int] = {}
    kills: int = 0
    requests: int = 0
    spoiled: int = 0
    seconds: float = 0.0


def make_template(place: Path) -> list[Member]:
    """Sign people up on both servers, tie them, and stop; `place` then holds the files to begin from."""
    with world("template", place, SERVERS) as made:
        members = made.loop.run_until_complete(_settle_in(made))
        assert made.complaints() == []
    return members


async def _settle_in(made: World) -> list[Member]:
    for name in SERVERS:
        await made.boot(name)
    people: list[Browser] = []
    members: list[Member] = []
    for name in NAMES:
        there = Browser(made.client("square", name), name)
        await there.sign_up()
        here = Browser(made.client("circle", name), name)
        await here.sign_up()
        link_id = await link(here, there)
        bearer = await token_for(made.client("square", name), name)
        members.append(Member(name, here.client.cookies, here.csrf, bearer, link_id))
        people.append(here)
    for number, one in enumerate(people):
        for other in people[number + 1 :]:
            await one.befriend(other)
    for name in SERVERS:
        await made.stop(name)
    return members


def tell(seed: int, template: Path, members: list[Member], place: Path) -> Story:
    """Live through one seed in a copy of the template and judge it."""
    began = time.process_time()
    story = Story(seed, [])
    copy_place(template, place)
    with world(seed, place, SERVERS, faults=STORM, epoch_ms=EPOCH_MS + HOUR_MS) as made:
        models = made.loop.run_until_complete(_live(made, members, story))
        story.wrong += [f"complaint: {complaint}" for complaint in made.complaints()]
        story.requests = len(made.network.log)
        story.spoiled = sum(bool(sent.fault) for sent in made.network.log)
    story.wrong += faults(models, place)
    for line in ledger(place / "circle"):
        story.copies[line.state] = story.copies.get(line.state, 0) + 1
    for model in models:
        story.wrong += [f"refused: {refusal}" for refusal in model.refused]
        story.acts += model.acts
        story.repeats += model.repeats
        story.posts += len(model.posts)
        story.unsure += sum(each.made is Promise.UNSURE for each in [*model.posts, *model.voices])
    story.seconds = time.process_time() - began
    return story


async def _live(made: World, members: list[Member], story: Story) -> list[Model]:
    for name in SERVERS:
        await made.boot(name)
    actors = [_actor(made, member) for member in members]
    await asyncio.gather(_reap(made, story), *(actor.live(ACTS, LONGEST_PAUSE_S) for actor in actors))
    await _heal(made)
    return [actor.model for actor in actors]


def _actor(made: World, member: Member) -> Actor:
    browser = Browser(made.client("circle", member.name), member.name)
    browser.client.cookies = dict(member.cookies)
    browser.csrf = member.csrf
    app = AppUser(made.client("square", member.name, bearer=member.bearer))
    chance = SeededRandomness(f"acts {made.seed} {member.name}")
    return Actor(member.name, browser, app, member.link_id, chance)


async def _reap(made: World, story: Story) -> None:
    """Kill either server, at a step that the seed chooses, also while it starts; then start it again."""
    chance = SeededRandomness(f"kills {made.seed}")
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform() * ACTS * LONGEST_PAUSE_S / KILLS)
        name = ("square", "circle")[chance.below(2)]
        made.lives[name].process.kill_after(1 + chance.below(300))
        await asyncio.sleep(chance.uniform() * 10)
        made.crash(name)
        story.kills += 1
        await asyncio.sleep(chance.uniform() * 15)
        if await made.boot(name, kill_after=chance.below(100)) is None:
            story.kills += 1
            await asyncio.sleep(chance.uniform())
            await made.boot(name)


async def _heal(made: World) -> None:
    """The storm is over, everything is up: wait until there is nothing left to do."""
    made.network.faults = CALM
    await made.network.settle()
    for _ in range(200):
        await asyncio.sleep(60)
        if not open_work(made.place):
            break
    await made.network.settle()
