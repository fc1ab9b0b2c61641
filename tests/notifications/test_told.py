"""Who is told of what, once, and what is taken away again."""

import pytest
import sqlalchemy as sa

from kizuna.circle import actions as circle_actions
from kizuna.circle import block_actions, friend_actions, group_actions
from kizuna.circle.friend_queries import requests_in
from kizuna.circle.models import Audience, Rule
from kizuna.notifications import on_square
from kizuna.notifications.tables import CIRCLE_NOTIFICATION, SQUARE_NOTIFICATION
from kizuna.notifications.watched import Watched
from kizuna.square import actions, events
from kizuna.square.models import Draft
from tests.notifications.conftest import Town

pytestmark = pytest.mark.anyio


async def rows(town: Town) -> tuple[int, int]:
    """How many notifications there are in the square, and in the circle."""
    await town.settled()
    stores = town.server.stores
    kept = [(stores.people, SQUARE_NOTIFICATION), (stores.circle, CIRCLE_NOTIFICATION)]
    square, circle = [
        await store.reads.scalar(sa.select(sa.func.count()).select_from(t)) for store, t in kept
    ]
    return square, circle


async def test_the_square_tells_those_concerned_once(town: Town) -> None:
    square, aoi, ben = town.server.parts.square, town.aoi, town.ben
    post = await actions.post(square, aoi.square, Draft(text="hello @ben and @aoi, and @ben again"))
    assert await town.heard() == [("ben", "mention")]
    await actions.post(square, ben.square, Draft(text="hello", in_reply_to_id=post))
    assert await town.heard() == [("aoi", "mention")]
    for verb, kind in ((actions.favourite, "favourite"), (actions.boost, "reblog")):
        await verb(square, ben.square, post)
        await verb(square, ben.square, post)
        await verb(square, aoi.square, post)
        assert await town.heard() == [("aoi", kind)]
    await actions.follow(square, ben.square, aoi.square)
    assert await town.heard() == [("aoi", "follow")]


async def test_what_was_said_before_somebody_followed_is_no_news(town: Town) -> None:
    """However late the server gets to tell of it."""
    square, aoi, ben = town.server.parts.square, town.aoi, town.ben
    before = await actions.post(square, aoi.square, Draft(text="nobody is watching"))
    await actions.follow(square, ben.square, aoi.square, notify=True)
    after = await actions.post(square, aoi.square, Draft(text="now somebody is"))
    told = [
        await on_square.of_posted(
            square, Watched(square), events.Posted(post, aoi.square, "public", None, None, (), ())
        )
        for post in (before, after)
    ]
    assert [[one.account_id for one in each] for each in told] == [[], [ben.square]]


async def test_what_is_taken_back_takes_its_notification_away(town: Town) -> None:
    square, aoi, ben = town.server.parts.square, town.aoi, town.ben
    post = await actions.post(square, aoi.square, Draft(text="hello"))
    await actions.favourite(square, ben.square, post)
    await actions.boost(square, ben.square, post)
    await actions.follow(square, ben.square, aoi.square)
    assert await rows(town) == (3, 0)
    await actions.unfavourite(square, ben.square, post)
    await actions.unboost(square, ben.square, post)
    await actions.unfollow(square, ben.square, aoi.square)
    assert await rows(town) == (0, 0)
    await actions.favourite(square, ben.square, post)
    await actions.post(square, ben.square, Draft(text="@aoi look", in_reply_to_id=post))
    assert await rows(town) == (2, 0)
    await actions.delete_post(square, aoi.square, post)
    assert await rows(town) == (1, 0), "the reply stands, and so does what tells of it"


async def test_the_circle_tells_those_who_may_read(town: Town) -> None:
    circle, aoi, ben, carol = town.server.parts.circle, town.aoi, town.ben, town.carol
    await friend_actions.request_friend(circle, ben.circle, "aoi")
    assert await town.heard() == [("aoi", "friend_request")]
    await friend_actions.request_friend(circle, aoi.circle, "ben")
    assert await town.heard() == [("ben", "friend")]
    await town.befriend(aoi, carol)
    room = await circle_actions.say(circle, aoi.circle, "hello", Audience.FRIENDS)
    assert await town.heard() == []
    reply = await circle_actions.reply(circle, ben.circle, room, "hello")
    assert await town.heard() == [("aoi", "room_reply")]
    await circle_actions.reply(circle, carol.circle, reply, "hello you two")
    assert await town.heard() == [("ben", "reply"), ("aoi", "room_reply")]
    await circle_actions.say(circle, aoi.circle, "for ben", Audience.PEOPLE, [ben.circle])
    assert await town.heard() == [("ben", "named")]


async def test_who_was_chosen_by_a_group_is_told_as_by_name(town: Town) -> None:
    circle, aoi, ben = town.server.parts.circle, town.aoi, town.ben
    await town.befriend(aoi, ben)
    group = await group_actions.make_group(circle, aoi.circle, "x")
    await group_actions.change_members(circle, aoi.circle, group, [ben.circle])
    await town.heard()
    await circle_actions.say_to(
        circle, aoi.circle, "x", Rule(audience=Audience.GROUPS, groups=frozenset({group}))
    )
    assert await town.heard() == [("ben", "named")]


async def test_who_is_blocked_reaches_nobody(town: Town) -> None:
    circle, aoi, ben, carol = town.server.parts.circle, town.aoi, town.ben, town.carol
    await town.befriend(carol, aoi)
    await town.befriend(carol, ben)
    await friend_actions.request_friend(circle, ben.circle, "aoi")
    room = await circle_actions.say(circle, carol.circle, "x", Audience.FRIENDS)
    mine = await circle_actions.reply(circle, aoi.circle, room, "y")
    await town.heard()
    before = await rows(town)
    await block_actions.block(circle, aoi.circle, ben.circle)
    assert await town.heard() == []
    assert await rows(town) == (before[0], before[1] - 1), "what told of the request is gone"
    await circle_actions.reply(circle, ben.circle, mine, "z")
    assert await town.heard() == [("carol", "room_reply")], "the owner of the room, and not whom he answers"


async def test_what_ends_silently_tells_nobody(town: Town) -> None:
    circle, aoi, ben = town.server.parts.circle, town.aoi, town.ben
    await friend_actions.request_friend(circle, ben.circle, "aoi")
    (request,) = await requests_of_aoi(town)
    await town.heard()
    await friend_actions.decline(circle, aoi.circle, request)
    await friend_actions.withdraw(circle, ben.circle, request)
    await friend_actions.request_friend(circle, ben.circle, "aoi")
    assert await town.heard() == [], "a request that was declined before is silent"
    await town.befriend(ben, aoi)
    await friend_actions.remove_friend(circle, aoi.circle, ben.circle)
    assert await town.heard() == []
    assert await rows(town) == (0, 0)


async def requests_of_aoi(town: Town) -> list[int]:
    """The ids of the requests that aoi sees."""
    waiting = await requests_in(town.server.stores.circle.reads, town.aoi.circle)
    return [request.id for request in waiting]
