"""The kinds of ends: how each is made possible again, what it takes away, and the act itself."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from kizuna.circle import actions as circle_actions
from kizuna.circle import audience_actions, block_actions, friend_actions, group_actions
from kizuna.circle.models import Audience, Rule
from kizuna.people import actions as people_actions
from kizuna.people import leaving, oauth, sessions
from kizuna.people.standing import change
from kizuna.people.standing_queries import standing
from kizuna.square import actions as square_actions
from kizuna.square import block_actions as square_blocks
from kizuna.square import kept_actions
from kizuna.store.store import Tx
from tests.revocation.lane import FRIENDS, Lane
from tests.web.visitor import PASSWORD

Step = Callable[[Lane], Awaitable[object]]
Say = Callable[[Lane, str], Awaitable[int]]


@dataclass(frozen=True)
class End:
    """Something that takes away what the reader could read: ``told`` is what was said last before it."""

    name: str
    plane: Literal["circle", "square"]
    ready: Step
    say: Say
    act: Callable[[Lane, int], Awaitable[object]]
    again: Say | None = None
    """What is said after the end, that the reader may not read either; the same as before if it is left out."""
    rule: Rule | None = None
    """Who reads a picture that stands all the time."""
    only_last: bool = False
    """It ends nothing but what was said last."""


async def nothing(lane: Lane) -> None:
    """All is ready."""


# In the circle


async def friends(lane: Lane) -> None:
    await block_actions.unblock(lane.server.parts.circle, lane.author.circle, lane.reader.circle)
    await lane.author.befriend(lane.reader)


async def friends_of_a_friend(lane: Lane) -> None:
    await friend_actions.remove_friend(lane.server.parts.circle, lane.author.circle, lane.reader.circle)
    await lane.author.befriend(lane.between)
    await lane.between.befriend(lane.reader)


async def in_a_group(lane: Lane) -> None:
    await friends(lane)
    circle, owner = lane.server.parts.circle, lane.author.circle
    if "group" not in lane.made:
        lane.made["group"] = await group_actions.make_group(circle, owner, "close")
    await group_actions.change_members(circle, owner, lane.made["group"], add=[lane.reader.circle])


async def in_a_new_group(lane: Lane) -> None:
    lane.made.pop("group", None)
    await in_a_group(lane)


async def out_of_a_group(lane: Lane) -> None:
    await in_a_group(lane)
    circle, owner = lane.server.parts.circle, lane.author.circle
    await group_actions.change_members(circle, owner, lane.made["group"], drop=[lane.reader.circle])


def voice(rule: Rule = FRIENDS) -> Say:
    return lambda lane, text: lane.author.say(text, rule)


async def to_the_group(lane: Lane, text: str) -> int:
    rule = Rule(audience=Audience.GROUPS, groups=frozenset({lane.made["group"]}))
    return await lane.author.say(text, rule)


async def but_not_the_group(lane: Lane, text: str) -> int:
    rule = Rule(audience=Audience.FRIENDS, not_groups=frozenset({lane.made["group"]}))
    return await lane.author.say(text, rule)


async def reply_in_a_room(lane: Lane, text: str) -> int:
    room = lane.made["room"] = await lane.author.say("a room", FRIENDS)
    return await circle_actions.reply(lane.server.parts.circle, lane.author.circle, room, text)


def except_reader(lane: Lane) -> Rule:
    return Rule(audience=Audience.FRIENDS, not_people=frozenset({lane.reader.circle}))


async def narrow(lane: Lane, told: int, rule: Rule) -> None:
    await audience_actions.change_audience(lane.server.parts.circle, lane.author.circle, told, rule)


async def leave_group(lane: Lane, told: int) -> None:
    circle, owner = lane.server.parts.circle, lane.author.circle
    await group_actions.change_members(circle, owner, lane.made["group"], drop=[lane.reader.circle])


async def join_group(lane: Lane, told: int) -> None:
    circle, owner = lane.server.parts.circle, lane.author.circle
    await group_actions.change_members(circle, owner, lane.made["group"], add=[lane.reader.circle])


async def end_group(lane: Lane, told: int) -> None:
    await group_actions.delete_group(lane.server.parts.circle, lane.author.circle, lane.made["group"])


MINE: Final = voice(Rule(audience=Audience.ME))
FOF: Final = Rule(audience=Audience.FOF)
# fmt: off
IN_CIRCLE: Final = (
    End("removed by the author", "circle", friends, voice(),
        lambda lane, _: friend_actions.remove_friend(lane.server.parts.circle, lane.author.circle, lane.reader.circle),
        rule=FRIENDS),
    End("removed by the reader", "circle", friends, voice(),
        lambda lane, _: friend_actions.remove_friend(lane.server.parts.circle, lane.reader.circle, lane.author.circle),
        rule=FRIENDS),
    End("removed, in a room", "circle", friends, reply_in_a_room,
        lambda lane, _: friend_actions.remove_friend(lane.server.parts.circle, lane.author.circle, lane.reader.circle)),
    End("blocked", "circle", friends, voice(),
        lambda lane, _: block_actions.block(lane.server.parts.circle, lane.author.circle, lane.reader.circle),
        rule=FRIENDS),
    End("out of the group", "circle", in_a_group, to_the_group, leave_group),
    End("into the excepted group", "circle", out_of_a_group, but_not_the_group, join_group),
    End("the group is no more", "circle", in_a_new_group, to_the_group, end_group, again=MINE),
    End("excepted", "circle", friends, voice(), lambda lane, told: narrow(lane, told, except_reader(lane)),
        again=MINE, only_last=True),
    End("only me", "circle", friends, voice(), lambda lane, told: narrow(lane, told, Rule(audience=Audience.ME)),
        again=MINE, only_last=True),
    End("the friend between removed", "circle", friends_of_a_friend, voice(FOF),
        lambda lane, _: friend_actions.remove_friend(lane.server.parts.circle, lane.between.circle, lane.reader.circle),
        rule=FOF),
    End("the voice deleted", "circle", friends, voice(),
        lambda lane, told: circle_actions.delete_voice(lane.server.parts.circle, lane.author.circle, told),
        again=MINE, only_last=True),
)
# fmt: on


# On the square


async def following(lane: Lane) -> None:
    square, author, reader = lane.server.parts.square, lane.author.square, lane.reader.square
    await square_blocks.unblock(square, author, reader)
    await square_blocks.unblock(square, reader, author)
    await kept_actions.unmute(square, reader, author)
    await lane.reader.follow(lane.author)


async def following_a_tag(lane: Lane) -> None:
    square, author, reader = lane.server.parts.square, lane.author.square, lane.reader.square
    await square_actions.unfollow(square, reader, author)
    await kept_actions.follow_tag(square, reader, f"of{author}")


async def post(lane: Lane, text: str) -> int:
    return await lane.author.post(text)


async def post_with_tag(lane: Lane, text: str) -> int:
    return await lane.author.post(f"{text} #of{lane.author.square}")


async def boost(lane: Lane, text: str) -> int:
    lane.made["boosted"] = await lane.between.post(text)
    return await square_actions.boost(lane.server.parts.square, lane.author.square, lane.made["boosted"])


async def quiet(lane: Lane, text: str) -> int:
    """What the reader does not follow."""
    return await lane.between.post(text)


# fmt: off
ON_SQUARE: Final = (
    End("unfollowed", "square", following, post,
        lambda lane, _: square_actions.unfollow(lane.server.parts.square, lane.reader.square, lane.author.square)),
    End("muted", "square", following, post,
        lambda lane, _: kept_actions.mute(lane.server.parts.square, lane.reader.square, lane.author.square)),
    End("blocked by the reader", "square", following, post,
        lambda lane, _: square_blocks.block(lane.server.parts.square, lane.reader.square, lane.author.square)),
    End("blocked by the author", "square", following, post,
        lambda lane, _: square_blocks.block(lane.server.parts.square, lane.author.square, lane.reader.square)),
    End("removed as a follower", "square", following, post,
        lambda lane, _: square_blocks.remove_follower(
            lane.server.parts.square, lane.author.square, lane.reader.square)),
    End("the post deleted", "square", following, post,
        lambda lane, told: square_actions.delete_post(lane.server.parts.square, lane.author.square, told),
        again=quiet, only_last=True),
    End("the boost taken back", "square", following, boost,
        lambda lane, _: square_actions.unboost(lane.server.parts.square, lane.author.square, lane.made["boosted"]),
        again=quiet, only_last=True),
    End("the hashtag unfollowed", "square", following_a_tag, post_with_tag,
        lambda lane, _: kept_actions.unfollow_tag(
            lane.server.parts.square, lane.reader.square, f"of{lane.author.square}")),
)
# fmt: on


# Ways in


@dataclass(frozen=True)
class WayIn:
    """Something that ends a way in of the reader's. ``spares`` says what goes on: the browser that stays."""

    name: str
    act: Callable[[Lane, str, str], Awaitable[object]]
    """(lane, session, token)"""
    session: bool = True
    token: bool = True


async def end_one(lane: Lane, session: str, token: str) -> None:
    people = lane.server.parts.people
    rows = await sessions.my_sessions(people, lane.reader.viewer)
    await sessions.end_session(people, lane.reader.viewer, next(row.id for row in rows if not row.current))


async def revoke(lane: Lane, session: str, token: str) -> None:
    people = lane.server.parts.people
    await oauth.revoke(people, lane.app.app.client_id, lane.app.client_secret, token)


async def suspend(lane: Lane, session: str, token: str) -> None:
    await set_suspended(lane, lane.server.ports.clock.now_ms())


async def set_suspended(lane: Lane, at: int | None) -> None:
    """As staff decides."""
    person = lane.reader.viewer.person_id

    async def apply(tx: Tx) -> None:
        before = await standing(tx, person)
        await change(tx, person, msgspec.structs.replace(before, suspended_at=at))

    await lane.server.parts.people.store.write(apply)


# fmt: off
WAYS_IN: Final = (
    WayIn("signed out", lambda lane, session, token: sessions.sign_out(lane.server.parts.people, lane.viewer),
          token=False),
    WayIn("session ended from another", end_one, token=False),
    WayIn("signed out everywhere else",
          lambda lane, session, token: sessions.end_other_sessions(lane.server.parts.people, lane.reader.viewer),
          token=False),
    WayIn("token revoked", revoke, session=False),
    WayIn("app ended",
          lambda lane, session, token: oauth.end_grant(
              lane.server.parts.people, lane.reader.viewer, lane.app.app.id), session=False),
    WayIn("password changed",
          lambda lane, session, token: people_actions.change_password(
              lane.server.parts.people, lane.reader.viewer, PASSWORD, PASSWORD)),
    WayIn("suspended", suspend),
    WayIn("left",
          lambda lane, session, token: leaving.leave(
              lane.server.parts.people, lane.viewer, PASSWORD, recall=False)),
)
# fmt: on
