"""What the new may do how often, and what they are told."""

import functools
from collections.abc import AsyncIterator

import pytest

from kizuna.circle import actions as circle_actions
from kizuna.circle import friend_actions
from kizuna.circle.ports import Circle
from kizuna.ground.config import Config
from kizuna.ground.errors import Invalid, TooMany
from kizuna.ground.randomness import SeededRandomness
from kizuna.people.limits import Limiter
from kizuna.people.newcomers import Newcomers
from kizuna.square import actions, edit_actions, queries
from kizuna.square.models import Draft, Edit
from kizuna.square.ports import Square
from kizuna.store.open import Stores
from tests.fakes import FakeClock

pytestmark = pytest.mark.anyio
FEW = Config(new_posts=2, new_follows=1, new_mentions=2, new_links=1, new_requests=1, new_invites=0)
DAY_S = 24 * 3600


def counting(clock: FakeClock, config: Config = FEW, *, enabled: bool = True) -> Newcomers:
    return Newcomers(config, clock, Limiter(clock, enabled=enabled))


@pytest.fixture(autouse=True)
async def closed_where_they_were_used(stores: Stores, anyio_backend: str) -> AsyncIterator[None]:
    """The connections of a store belong to the loop of the test."""
    yield
    await stores.close()


@pytest.fixture
def square(stores: Stores, clock: FakeClock) -> Square:
    count = functools.partial(counting(clock).check, "square")
    return Square(stores.square, stores.people, FEW, clock, count=count)


async def account(square: Square, handle: str) -> int:
    made = square.store.ids.new()
    await square.store.write(lambda tx: actions.make_account(tx, made, handle))
    return made


def test_limits_hold_for_some_days_and_say_when_it_is_possible_again(
    stores: Stores, clock: FakeClock
) -> None:
    newcomers, face = counting(clock), stores.square.ids.new()
    for _ in range(2):
        newcomers.check("square", face, "posts")
    with pytest.raises(TooMany) as refused:
        newcomers.check("square", face, "posts")
    assert str(refused.value).endswith("It is possible again in 30 minutes.")
    assert refused.value.retry_after == pytest.approx(1800)
    newcomers.check("circle", face, "posts")  # planes are counted apart
    newcomers.check("square", stores.square.ids.new(), "posts")
    clock.advance(1800)
    newcomers.check("square", face, "posts")
    with pytest.raises(TooMany) as refused:
        newcomers.check("circle", face, "invites")
    assert "in 72 hours" in str(refused.value)
    clock.advance(3 * DAY_S)
    for _ in range(100):
        newcomers.check("square", face, "posts")
        newcomers.check("circle", face, "invites")


def test_nobody_is_new_where_nothing_is_limited(stores: Stores, clock: FakeClock) -> None:
    face = stores.square.ids.new()
    for newcomers in (
        counting(clock, Config(new_days=0, new_posts=0)),
        counting(clock, Config(new_posts=0), enabled=False),
    ):
        newcomers.check("square", face, "posts", 1000)


async def test_posts_boosts_links_and_mentions_of_strangers_are_counted(
    square: Square, clock: FakeClock
) -> None:
    aoi, ben, carol, _ = [await account(square, handle) for handle in ("aoi", "ben", "carol", "dan")]
    await actions.follow(square, ben, aoi)
    first = await actions.post(square, aoi, Draft(text="@ben hello"))
    await actions.post(square, aoi, Draft(text="see https://example.com"))
    for refused in (
        actions.post(square, aoi, Draft(text="a third")),
        actions.boost(square, aoi, first),
        edit_actions.edit_post(square, aoi, first, Edit(text="@ben https://example.org")),
    ):
        with pytest.raises(TooMany):
            await refused
    await edit_actions.edit_post(square, aoi, first, Edit(text="@ben hello, @carol"))
    with pytest.raises(Invalid):
        await actions.post(square, carol, Draft(text="@aoi @ben @dan x"))
    with pytest.raises(TooMany):
        await actions.follow(square, ben, carol)
    await actions.follow(square, ben, aoi)  # nothing new
    clock.advance(3 * DAY_S + 1)
    await actions.post(square, aoi, Draft(text="https://example.com @carol"))
    await actions.follow(square, ben, carol)


async def test_what_was_refused_left_nothing(square: Square) -> None:
    aoi, ben, carol = [await account(square, handle) for handle in ("aoi", "ben", "carol")]
    await actions.follow(square, aoi, ben)
    with pytest.raises(TooMany):
        await actions.follow(square, aoi, carol)
    assert await queries.followed(square.store.reads, aoi, [ben, carol]) == {ben}


async def test_voices_requests_and_invites_are_counted(stores: Stores, clock: FakeClock) -> None:
    count = functools.partial(counting(clock).check, "circle")
    circle = Circle(stores.circle, clock, SeededRandomness("circle"), count)
    hana, taro, yuki = (circle.store.ids.new() for _ in range(3))
    for face, handle in ((hana, "hana"), (taro, "taro"), (yuki, "yuki")):
        await circle.store.write(lambda tx, f=face, h=handle: circle_actions.make_face(tx, f, h))
    root = await circle_actions.say(circle, hana, "one", "friends")
    await circle_actions.reply(circle, hana, root, "two")
    with pytest.raises(TooMany):
        await circle_actions.reply(circle, hana, root, "three")
    await friend_actions.request_friend(circle, hana, "taro")
    await friend_actions.request_friend(circle, hana, "taro")  # nothing new
    with pytest.raises(TooMany):
        await friend_actions.request_friend(circle, hana, "yuki")
    with pytest.raises(TooMany):
        await friend_actions.make_invite(circle, hana)
