"""Home in memory is home in the store: the same bytes after whatever happens, warm or cold."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
import pytest

from kizuna.circle.ports import Circle
from kizuna.ground.config import Config
from kizuna.ground.errors import NotFound
from kizuna.ground.randomness import SeededRandomness
from kizuna.people.models import Viewer
from kizuna.square import actions, render, timeline_queries
from kizuna.square.load import load_page
from kizuna.square.models import Draft, Page
from kizuna.square.ports import Square
from kizuna.square.relations import viewer_flags
from kizuna.store.open import Stores
from kizuna.store.store import Tx
from kizuna.tie.home import Home
from tests.fakes import FakeClock

PEOPLE: Final = (101, 102, 103, 104)
ME, KEN, MAI, STRANGER = PEOPLE


class House:
    """A square with four accounts; ``home`` hears of everything, ``me`` follows Ken and Mai."""

    def __init__(self, stores: Stores, clock: FakeClock) -> None:
        self.square = Square(stores.square, stores.people, Config(), clock)
        self.clock = clock
        self._circle = Circle(stores.circle, clock, SeededRandomness(1))
        self.home = self.cold()
        self.home.listen(stores.square, stores.people)

    def cold(self) -> Home:
        """Home as after a start."""
        return Home(self.square, self._circle)

    async def settle(self) -> "House":
        """Make the accounts."""

        async def people(tx: Tx) -> None:
            for one in PEOPLE:
                await actions.make_account(tx, one, f"person{one}")

        await self.square.store.write(people)
        await actions.follow(self.square, ME, KEN)
        await actions.follow(self.square, ME, MAI)
        return self

    async def say(self, author: int, text: str = "a", parent: int | None = None) -> int:
        """Post, a second after the last."""
        self.clock.advance(1)
        return await actions.post(self.square, author, Draft(text=text, in_reply_to_id=parent))

    async def ids(self, page: Page | None = None, viewer: int = ME) -> list[int]:
        """Home in memory, as ids."""
        return (await self.home.statuses(viewer, page or Page())).ids

    async def stored(self, viewer: int, page: Page) -> bytes:
        """What the store alone answers."""
        reads = self.square.store.reads
        followees = await timeline_queries.followee_ids(reads, viewer)
        found = await load_page(reads, await timeline_queries.home_ids(reads, viewer, followees, page))
        flags = await viewer_flags(self.square, viewer, {status.proper.post.id for status in found})
        return msgspec.json.encode([render.status(status, self.square.origin, flags) for status in found])


def in_house(stores: Stores, clock: FakeClock, act: Callable[[House], Awaitable[None]]) -> None:
    async def go() -> None:
        await act(await House(stores, clock).settle())

    asyncio.run(go())


def test_home_is_mine_and_whom_i_follow_newest_first(stores: Stores, clock: FakeClock) -> None:
    async def act(house: House) -> None:
        assert await house.ids() == []
        made = [await house.say(author) for author in (KEN, ME, STRANGER, MAI)]
        assert await house.ids() == [made[3], made[1], made[0]]
        assert await house.ids(viewer=STRANGER) == [made[2]]

    in_house(stores, clock, act)


def test_replies_are_shown_to_who_follows_both(stores: Stores, clock: FakeClock) -> None:
    async def act(house: House) -> None:
        assert await house.ids() == [], "warm before anything is said"
        theirs, kens = await house.say(STRANGER), await house.say(KEN)
        await house.say(KEN, parent=theirs)
        shown = [await house.say(MAI, parent=kens), await house.say(KEN, parent=kens)]
        assert await house.ids() == [*reversed(shown), kens]
        assert (await house.cold().statuses(ME, Page())).ids == [*reversed(shown), kens]

    in_house(stores, clock, act)


def test_what_is_deleted_is_made_up_for(stores: Stores, clock: FakeClock) -> None:
    async def act(house: House) -> None:
        made = [await house.say(KEN) for _ in range(12)]
        assert await house.ids(Page(limit=3)) == made[:-4:-1]
        for one in made[-1:-6:-1]:
            await actions.delete_post(house.square, KEN, one)
        assert await house.ids(Page(limit=3)) == made[6:3:-1]
        assert await house.ids(Page(limit=20)) == made[6::-1]
        assert await house.ids(Page(limit=3, max_id=made[2])) == made[1::-1]

    in_house(stores, clock, act)


def test_what_is_deleted_does_not_end_the_page_of_the_merged_home(stores: Stores, clock: FakeClock) -> None:
    viewer = Viewer(person_id=1, square_id=ME, circle_id=99, locale="en", scopes=frozenset())

    async def act(house: House) -> None:
        async def shown(page: Page) -> list[int]:
            return [entry.id for entry in await house.home.entries(viewer, "all", page)]

        made = [await house.say(KEN) for _ in range(12)]
        assert await shown(Page(limit=3)) == made[:-4:-1]
        for one in made[-1:-6:-1]:
            await actions.delete_post(house.square, KEN, one)
        assert await shown(Page(limit=3)) == made[6:3:-1], "three, as there are more below"
        assert await shown(Page(limit=20)) == made[6::-1]

    in_house(stores, clock, act)


def test_a_flag_is_the_viewers_own_and_gone_when_taken_back(stores: Stores, clock: FakeClock) -> None:
    async def act(house: House) -> None:
        post_id = await house.say(KEN, '"favourited":false,"reblogged":false')

        async def flags(viewer: int) -> tuple[bool, bool, int]:
            found = msgspec.json.decode((await house.home.statuses(viewer, Page(max_id=post_id + 1))).body)
            assert '"favourited":false,"reblogged":false' in found[0]["content"].replace("&quot;", '"')
            return found[0]["favourited"], found[0]["reblogged"], found[0]["favourites_count"]

        assert await flags(ME) == (False, False, 0)
        await actions.favourite(house.square, ME, post_id)
        assert (await flags(ME), await flags(KEN)) == ((True, False, 1), (False, False, 1))
        await actions.boost(house.square, ME, post_id)
        assert await flags(ME) == (True, True, 1)
        await actions.unfavourite(house.square, ME, post_id)
        await actions.unboost(house.square, ME, post_id)
        assert await flags(ME) == (False, False, 0)

    in_house(stores, clock, act)


@pytest.mark.parametrize("seed", range(4))
def test_memory_answers_what_the_store_answers_after_everything(
    stores: Stores, clock: FakeClock, seed: int
) -> None:
    dice = random.Random(seed)

    async def act(house: House) -> None:
        made = [await house.say(author) for author in PEOPLE]
        seen = 0
        for _ in range(60):
            if (new := await something(house, dice, made)) is not None:
                made.append(new)
            viewer = dice.choice(PEOPLE)
            page = any_page(dice, made)
            warm, stored = await house.home.statuses(viewer, page), await house.stored(viewer, page)
            if page.min_id is None:  # a page upwards may be short where something was deleted
                assert len(warm.ids) >= len(msgspec.json.decode(stored))
            if len(msgspec.json.decode(stored)) == len(warm.ids):
                assert warm.body == stored
            assert (await house.cold().statuses(viewer, page)).body == warm.body or page.min_id is not None
            seen += len(warm.ids)
        assert seen > 60, "the pages were not empty"

    in_house(stores, clock, act)


async def something(house: House, dice: random.Random, made: list[int]) -> int | None:
    """Anybody does anything; answers the new post or boost, if it is one."""
    one, other, post_id = dice.choice(PEOPLE), dice.choice(PEOPLE), dice.choice(made)
    square = house.square
    try:
        match dice.randrange(9):
            case 0 | 1:
                return await house.say(one)
            case 2:
                return await house.say(one, parent=post_id)
            case 3:
                return await actions.boost(square, one, post_id)
            case 4:
                await actions.unboost(square, one, post_id)
            case 5:
                verb = dice.choice((actions.favourite, actions.unfavourite))
                await verb(square, one, post_id)
            case 6 if one != other:
                relate = dice.choice((actions.follow, actions.unfollow))
                await relate(square, one, other)
            case 7:
                await actions.delete_post(square, one, post_id)
            case _:
                await actions.edit_profile(square, one, dice.choice("abc"), "")
    except NotFound:
        return None
    return None


def any_page(dice: random.Random, made: list[int]) -> Page:
    """The newest page mostly, else one bounded by something that was made."""
    limit = dice.choice((1, 3, 20))
    match dice.randrange(5):
        case 0:
            return Page(limit=limit, max_id=dice.choice(made))
        case 1:
            return Page(limit=limit, since_id=dice.choice(made))
        case 2:
            return Page(limit=limit, min_id=dice.choice(made))
        case _:
            return Page(limit=limit)
