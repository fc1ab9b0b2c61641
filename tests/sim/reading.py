"""People who act while pages and apps follow by streams, in a storm and through kills: one seed, one story."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from unittest.mock import patch

import msgspec

from kizuna.ground.randomness import SeededRandomness
from kizuna.streaming.hub import Hub
from kizuna.streaming.models import Entry
from kizuna.streaming.square import PostEntry
from tests.sim.acts import Actor
from tests.sim.clock import EPOCH_MS
from tests.sim.copies import HOUR_MS, LONGEST_PAUSE_S, Member
from tests.sim.inside import SERVERS, TOWN, actor_of, calm_down, reap, settle_in
from tests.sim.network import STORM
from tests.sim.person import AppUser
from tests.sim.reader import App, Page, Reader
from tests.sim.verdict import faults, rows
from tests.sim.world import World, copy_place, world

ACTS = 7
KILLS = 2
COMPARED = 15  # the newest: a page shows twenty


class Reading(msgspec.Struct):
    """How a seed went."""

    seed: int
    wrong: list[str]
    acts: int = 0
    kills: int = 0
    events: int = 0
    loads: int = 0
    items: int = 0


def make_template(place: Path) -> list[Member]:
    """Sign people up, let them follow each other and be friends, and stop."""
    with world("reading", place, SERVERS) as made:
        members = made.loop.run_until_complete(_begin(made))
        assert made.complaints() == []
    return members


async def _begin(made: World) -> list[Member]:
    browsers, members = await settle_in(made)
    for number, (one, member) in enumerate(zip(browsers, members, strict=True)):
        app = AppUser(made.client(TOWN, member.name, bearer=member.bearer))
        for other in browsers:
            if other is not one:
                await app.follow(other.handle)
        for other in browsers[number + 1 :]:
            await one.befriend(other)
    await made.stop(TOWN)
    return members


def tell(seed: int, template: Path, members: list[Member], place: Path) -> Reading:
    """Live through one seed in a copy of the template and judge it."""
    story = Reading(seed, [])
    copy_place(template, place)
    with world(seed, place, SERVERS, faults=STORM, epoch_ms=EPOCH_MS + HOUR_MS) as made:
        actors, readers = made.loop.run_until_complete(_live(made, members, story))
        story.wrong += [f"complaint: {complaint}" for complaint in made.complaints()]
    story.wrong += faults([actor.model for actor in actors], place, TOWN, TOWN)
    for reader in readers:
        story.wrong += reader.wrong
        story.events += reader.events
        story.loads += reader.loads
        story.items += len(reader.items)
    for actor in actors:
        story.wrong += [f"refused: {refusal}" for refusal in actor.model.refused]
        story.acts += actor.model.acts
    return story


async def _live(made: World, members: list[Member], story: Reading) -> tuple[list[Actor], list[Reader]]:
    shows: dict[str, str] = {}
    with patch.object(Hub, "publish", _noting(shows)):
        return await _follow(made, members, story, shows)


def _noting(shows: dict[str, str]) -> Callable[[Hub, Entry], None]:
    """Publish, and note which post a boost shows: a page has it from its elements, the event does not say it."""
    publish = Hub.publish

    def note(hub: Hub, entry: Entry) -> None:
        if isinstance(entry, PostEntry) and entry.original_id is not None:
            shows[str(entry.id)] = str(entry.original_id)
        publish(hub, entry)

    return note


async def _follow(
    made: World, members: list[Member], story: Reading, shows: dict[str, str]
) -> tuple[list[Actor], list[Reader]]:
    await made.boot(TOWN)
    actors = [actor_of(made, member) for member in members]
    readers = [reader for member in members for reader in _readers(made, member, shows)]
    following = [asyncio.create_task(reader.follow()) for reader in readers]
    living = asyncio.gather(*(actor.live(ACTS, LONGEST_PAUSE_S) for actor in actors))
    story.kills = await reap(made, KILLS, ACTS, 600, 20)
    await living
    for reader in readers:
        reader.calm = True
    await calm_down(made)
    await asyncio.sleep(60)
    boosts = {str(row[0]) for row in rows(made.place / TOWN / "square.db", BOOSTS)}
    for reader in readers:
        story.wrong += _apart(reader, await reader.load(), boosts if isinstance(reader, Page) else set())
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)
    return actors, readers


BOOSTS = "SELECT id FROM post WHERE boost_of_id IS NOT NULL"  # what a page shows of one is the boosted post


def _readers(made: World, member: Member, shows: Mapping[str, str]) -> list[Reader]:
    app = made.client(TOWN, f"{member.name}'s app", bearer=member.bearer)
    page = made.client(TOWN, f"{member.name}'s page")
    page.cookies = dict(member.cookies)
    chance = [SeededRandomness(f"reads {made.seed} {member.name} {what}") for what in ("app", "page")]
    return [App(made, TOWN, app, chance[0]), Page(made, TOWN, page, chance[1], shows)]


def _apart(reader: Reader, there: dict[str, str], aside: set[str]) -> list[str]:
    """How the list that was kept up to date differs from what a load shows now."""

    def newest(items: dict[str, str]) -> dict[str, str]:
        return {key: items[key] for key in sorted(set(items) - aside, key=int)[-COMPARED:]}

    kept, now = newest(reader.items), newest(there)
    wrong = [f"{reader.path}: {key} {kept.get(key)!r}, there {now.get(key)!r}" for key in {**kept, **now}]
    return [line for line, key in zip(wrong, {**kept, **now}, strict=True) if kept.get(key) != now.get(key)]
