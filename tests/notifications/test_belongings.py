"""What somebody was told goes with them, a little at a time, and is in their archive before."""

import asyncio

import pytest

from kizuna.circle import actions as circle_actions
from kizuna.circle import friend_actions
from kizuna.circle.models import Audience
from kizuna.notifications import actions as verbs
from kizuna.notifications import belongings, on_square, square_queries
from kizuna.notifications.models import EVERYTHING
from kizuna.notifications.quiet import QuietTime
from kizuna.notifications.square_reads import square_page
from kizuna.people.belongings import AT_ONCE, Leaver, Progress
from kizuna.square import actions, edit_actions, kept_actions
from kizuna.square.belongings import empty_account
from kizuna.square.models import Draft, Edit, Page
from tests.notifications.conftest import Town
from tests.notifications.test_told import rows

pytestmark = pytest.mark.anyio


async def test_a_repeat_writes_nothing_and_what_is_not_so_is_not_shown(town: Town) -> None:
    square, aoi, ben = town.server.parts.square, town.aoi, town.ben
    post = await actions.post(square, aoi.square, Draft(text="hello"))
    telling = on_square.Telling(aoi.square, "favourite", ben.square, post)
    for _ in range(2):
        await square.kept.write(lambda tx: on_square.write_down([telling, telling], tx))
    assert await town.heard() == [("aoi", "favourite")]
    (row,) = await square_queries.rows(square.kept.reads, aoi.square, EVERYTHING, Page())
    assert (await square_page(square, aoi.square, Page())).found == [], "it was never favoured"
    await actions.favourite(square, ben.square, post)
    assert await town.heard() == [], "the row is there already"
    assert [one.id for one in (await square_page(square, aoi.square, Page())).found] == [row.id]


async def test_who_leaves_takes_along_what_they_were_told_and_what_was_told_of_them(town: Town) -> None:
    parts, aoi, ben, carol = town.server.parts, town.aoi, town.ben, town.carol
    square, circle = parts.square, parts.circle
    post = await actions.post(square, aoi.square, Draft(text="hello"))
    for one in (ben, carol):
        await actions.favourite(square, one.square, post)
    await actions.follow(square, aoi.square, ben.square)
    await town.befriend(aoi, ben)
    room = await circle_actions.say(circle, aoi.circle, "hello", Audience.FRIENDS)
    await circle_actions.reply(circle, ben.circle, room, "hello")
    await friend_actions.request_friend(circle, carol.circle, "aoi")
    await verbs.choose_square(square, aoi.square, ["mention"])
    await verbs.set_quiet(parts.people, aoi.viewer.person_id, QuietTime("Asia/Tokyo", 0, 420))
    before = await rows(town)
    assert before == (3, 3), "two favourites and a follow; a friendship, a reply and a request"
    for part in belongings.PARTS:
        assert part.export is not None
        store = square.kept if part.store == "people" else circle.store
        owners = {"person": aoi.viewer.person_id, "square": aoi.square, "circle": aoi.circle}
        told = [entry async for entry in part.export(store.reads, owners[part.owner])]
        assert told, part.name
        assert all("hello" not in str(entry.fields) for entry in told), "what others wrote is theirs"
        leaver = Leaver(owners[part.owner], 0, recall=False)
        for _ in range(2):
            assert await store.write(lambda tx, p=part, who=leaver: p.empty(tx, who)) is Progress.DONE
        assert [entry async for entry in part.export(store.reads, owners[part.owner])] == []
    assert await rows(town) == (0, 0)


async def test_leaving_takes_a_little_at_a_time(town: Town) -> None:
    kept, me = town.server.parts.square.kept, town.aoi.square
    tellings = [on_square.Telling(me, "follow", 1_000 + one, 0) for one in range(AT_ONCE + 1)]
    await kept.write(lambda tx: on_square.write_down(tellings, tx))
    (part, *_) = belongings.PARTS
    steps = [await kept.write(lambda tx: part.empty(tx, Leaver(me, 0, recall=False))) for _ in range(2)]
    assert steps == [Progress.MORE, Progress.DONE]


async def test_who_begins_to_watch_hears_of_the_next_post(town: Town) -> None:
    square, aoi, ben = town.server.parts.square, town.aoi, town.ben
    await actions.post(square, aoi.square, Draft(text="nobody is watching"))
    assert await town.heard() == []
    await actions.follow(square, ben.square, aoi.square, notify=True)
    await actions.post(square, aoi.square, Draft(text="now somebody is"))
    assert sorted(await town.heard()) == [("aoi", "follow"), ("ben", "status")]
    await actions.follow(square, ben.square, aoi.square, notify=False)
    await actions.post(square, aoi.square, Draft(text="no more"))
    assert await town.heard() == []


async def test_what_concerns_many_is_told_a_part_at_a_time_and_once(town: Town) -> None:
    kept, me = town.server.parts.square.kept, town.aoi.square
    many = on_square.AT_ONCE * 2 + 3
    tellings = [on_square.Telling(me, "follow", 1_000 + one, 0) for one in range(many)]
    await kept.write(lambda tx: on_square.write_down(tellings, tx))
    assert (await rows(town))[0] <= many
    async with asyncio.timeout(60):
        while True:
            if (await rows(town))[0] == many:
                break
            await asyncio.sleep(0.01)
    assert await town.heard() == [("aoi", "follow")] * many


async def test_whoever_is_deaf_to_somebody_or_to_a_thread_is_not_told(town: Town) -> None:
    square, aoi, ben, carol = town.server.parts.square, town.aoi, town.ben, town.carol
    post = await actions.post(square, aoi.square, Draft(text="hello"))
    for one in (ben, carol):
        await actions.favourite(square, one.square, post)
    await town.heard()
    await kept_actions.mute(square, ben.square, aoi.square)
    await kept_actions.mute_thread(square, carol.square, post)
    await edit_actions.edit_post(square, aoi.square, post, Edit(text="hello again"))
    assert await town.heard() == []
    await kept_actions.unmute(square, ben.square, aoi.square)
    await edit_actions.edit_post(square, aoi.square, post, Edit(text="and again"))
    assert await town.heard() == [("ben", "update")]


async def test_nothing_is_left_of_an_account_that_is_gone(town: Town) -> None:
    square, aoi, ben, carol = town.server.parts.square, town.aoi, town.ben, town.carol
    for one, other in ((aoi, ben), (ben, aoi), (carol, ben)):
        await actions.follow(square, one.square, other.square)
    assert await rows(town) == (3, 0)
    leaver = Leaver(aoi.square, 0, recall=False)
    await square.store.write(lambda tx: empty_account(tx, leaver))
    assert await rows(town) == (1, 0)
