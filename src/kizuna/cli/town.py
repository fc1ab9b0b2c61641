"""Living the past: what the people of the demo did before it started, through the same verbs as everybody's.

The servers run on a clock that is moved from hour to hour, so that ids, dates and lists are those of a lived-in place.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from kizuna.circle import actions as circle_actions
from kizuna.circle import friend_actions, friend_queries, group_actions, sharing_actions
from kizuna.cli.cast import Cast, Post, Voice
from kizuna.fetch.closed import ClosedFetch
from kizuna.ground.clock import SystemClock
from kizuna.ground.config import Config
from kizuna.ground.randomness import SystemRandomness
from kizuna.mail.folder import NoMailer
from kizuna.people import actions as people_actions
from kizuna.people import sessions
from kizuna.people.models import SignUp
from kizuna.people.passwords import Argon2Hasher
from kizuna.square import actions as square_actions
from kizuna.square.models import Draft
from kizuna.wiring import Ports, Server, build

HOUR_MS = 3600 * 1000
EARLIEST_HOURS = 90.0


class MovedClock:
    """A clock that stands at a chosen moment."""

    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        """The chosen moment, in Unix milliseconds."""
        return self._now_ms

    def move_to(self, now_ms: int) -> None:
        """Go on to a later moment."""
        self._now_ms = max(self._now_ms + 1, now_ms)

    async def sleep(self, seconds: float) -> None:
        """Wait in real time."""
        await SystemClock().sleep(seconds)


def live(cast: Cast, square: Config, circle: Config) -> None:
    """Fill the data directories of the two servers of the demo."""
    asyncio.run(_live(cast, square, circle))


async def _live(cast: Cast, square: Config, circle: Config) -> None:
    now = SystemClock().now_ms()
    async with _running(square, now) as (server, clock):
        await _live_square(cast, server, clock, now)
    async with _running(circle, now) as (server, clock):
        await _live_circle(cast, server, clock, now)


@contextlib.asynccontextmanager
async def _running(config: Config, now_ms: int) -> AsyncGenerator[tuple[Server, MovedClock]]:
    clock = MovedClock(now_ms - round(EARLIEST_HOURS * HOUR_MS))
    ports = Ports(
        clock=clock,
        randomness=lambda _plane: SystemRandomness(),
        fetch=ClosedFetch(),
        hasher=Argon2Hasher(cheap=config.test_mode),
        mailer=NoMailer(),
    )
    server = build(config, ports)
    await server.start()
    try:
        yield server, clock
    finally:
        await server.stop()


async def _live_square(cast: Cast, server: Server, clock: MovedClock, now_ms: int) -> None:
    square = server.parts.square
    ids = {person.handle: await _arrive(cast, server, person.handle) for person in cast.living_in("square")}
    for person in cast.living_in("square"):
        await square_actions.edit_profile(square, ids[person.handle], person.name, person.note)
    for follower, followees in cast.follows.items():
        for followee in followees:
            await square_actions.follow(square, ids[follower], ids[followee])
    posts: dict[str, int] = {}
    for line in sorted(cast.post, key=lambda post: -post.at):
        clock.move_to(now_ms - round(line.at * HOUR_MS))
        post_id = await square_actions.post(square, ids[line.by], _draft(line, posts))
        if line.id:
            posts[line.id] = post_id
    for mark in cast.favourite:
        for by in mark.by:
            await square_actions.favourite(square, ids[by], posts[mark.post])
    for mark in cast.boost:
        for by in mark.by:
            clock.move_to(clock.now_ms() + 60_000)
            await square_actions.boost(square, ids[by], posts[mark.post])


def _draft(line: Post, posts: dict[str, int]) -> Draft:
    language = "ja" if any("\u3040" <= letter <= "\u9fff" for letter in line.text) else "en"
    return Draft(text=line.text, language=language, in_reply_to_id=posts[line.reply] if line.reply else None)


async def _live_circle(cast: Cast, server: Server, clock: MovedClock, now_ms: int) -> None:
    circle = server.parts.circle
    ids = {person.handle: await _arrive(cast, server, person.handle) for person in cast.living_in("circle")}
    for person in cast.living_in("circle"):
        await circle_actions.edit_profile(
            circle, ids[person.handle], display_name=person.name, bio=person.bio
        )
    for group in cast.friends:
        for other in group.others:
            await friend_actions.request_friend(circle, ids[group.of], other)
            waiting = await friend_queries.requests_in(circle.store.reads, ids[other])
            for request in waiting:
                await friend_actions.accept(circle, ids[other], request.id)
    clock.move_to(now_ms - round(cast.together.at * HOUR_MS))
    await _gather(cast, server, ids)
    voices: dict[str, int] = {}
    for line in sorted(cast.voice, key=lambda voice: -voice.at):
        clock.move_to(now_ms - round(line.at * HOUR_MS))
        voice_id = await _say(server, ids, voices, line)
        if line.id:
            voices[line.id] = voice_id
    for request in cast.request:
        await friend_actions.request_friend(circle, ids[request.by], request.to, request.note)


async def _gather(cast: Cast, server: Server, ids: dict[str, int]) -> None:
    """Share the group; everybody who is asked takes part."""
    circle, group = server.parts.circle, cast.together
    owner, others = ids[group.of], [ids[handle] for handle in group.others]
    group_id = await group_actions.make_group(circle, owner, group.name)
    await group_actions.change_members(circle, owner, group_id, add=others)
    await sharing_actions.share_group(circle, owner, group_id)
    for face_id in others:
        await sharing_actions.join_group(circle, face_id, group_id)


async def _say(server: Server, ids: dict[str, int], voices: dict[str, int], line: Voice) -> int:
    circle = server.parts.circle
    if line.reply:
        return await circle_actions.reply(circle, ids[line.by], voices[line.reply], line.text)
    people = [ids[handle] for handle in line.people]
    return await circle_actions.say(circle, ids[line.by], line.text, line.to, people)


async def _arrive(cast: Cast, server: Server, handle: str) -> int:
    """Sign up; answers the id of the face."""
    person = next(one for one in cast.person if one.handle == handle)
    people = server.parts.people
    draft = SignUp(handle=handle, password=cast.password, display_name=person.name)
    person_id = await people_actions.sign_up(people, draft, "127.0.0.1")
    viewer = (await sessions.start_session(people, person_id, "demo")).viewer
    await sessions.sign_out(people, viewer)
    face_id = viewer.square_id if viewer.square_id is not None else viewer.circle_id
    assert face_id is not None, "each server of the demo runs one plane"
    return face_id
