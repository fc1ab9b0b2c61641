"""Who looks made up: coupons of accounts that are made for a season, and know each other alone, wait for a host."""

from itertools import combinations

import pytest

from kizuna.apps.season import actions, coupon_actions, coupon_queries, gift_actions, queries
from kizuna.apps.season.coupon_rules import YOUNG_MS, looks_made_up
from kizuna.apps.season.gift_actions import give
from kizuna.apps.season.ports import Seasons
from kizuna.apps.season.run import Run
from kizuna.circle import friend_actions, friend_queries
from kizuna.circle.actions import make_face
from kizuna.circle.ports import Circle
from kizuna.ground.errors import Conflict, NotFound
from kizuna.ground.ids import first_id_at, id_ms
from kizuna.store.open import Stores
from kizuna.store.store import Db, Tx
from tests.circle.conftest import Cast
from tests.fakes import FakeClock
from tests.season.test_coupons import SNACK, run, won

__all__ = ["run", "won"]


@pytest.mark.parametrize(
    ("friends_of", "so"),
    [
        ({}, False),
        ({1: 1, 2: 1, 3: 1, 4: 1}, False),
        ({1: 1, 2: 1, 3: 1, 4: 1, 5: 1}, True),
        ({1: 1, 2: 1, 3: 1, 4: 1, 5: 0, 6: 9, 7: 9, 8: 9, 9: 9, 10: 9}, True),
        ({1: 1, 2: 1, 3: 1, 4: 1, 5: 0, 6: 9, 7: 9, 8: 9, 9: 9, 10: 9, 11: 9}, False),
    ],
)
def test_who_rings_mostly_for_people_nobody_else_knows(friends_of: dict[int, int], so: bool) -> None:
    assert looks_made_up(friends_of) is so
    assert looks_made_up(friends_of, set(friends_of)) is so


@pytest.mark.parametrize(
    ("known", "so"), [(set[int](), True), ({1, 2, 3, 4, 5}, True), ({1, 2, 3, 4, 5, 6}, False), (None, False)]
)
def test_friends_of_each_other_whom_nobody_knows(known: set[int] | None, so: bool) -> None:
    assert looks_made_up(dict.fromkeys(range(1, 11), 9), known) is so


async def made_up(seasons: Seasons, *friends: int) -> list[int]:
    """Five faces that were made at this moment, friends of each other and of these."""
    store = seasons.store
    names = ("one", "two", "three", "four", "five")
    faces = [store.ids.new() for _ in names]

    async def apply(tx: Tx) -> None:
        for name, face_id in zip(names, faces, strict=True):
            await make_face(tx, face_id, name, name.title())
        for one, other in combinations([*faces, *friends], 2):
            await friend_queries.tie_friends(tx, one, other)

    await store.write(apply)
    return faces


@pytest.fixture
def grown(cast: Cast, town: Cast, run: Run, stores: Stores) -> Cast:
    """Those of the cast were here before the season began."""
    assert max(cast.hana, cast.taro, cast.yuki, cast.ken) < first_id_at(run.opens_ms)
    assert stores.circle.ids.new() > first_id_at(run.opens_ms)
    return town


async def test_accounts_that_befriend_each_other_are_looked_at(
    grown: Cast, seasons: Seasons, run: Run, clock: FakeClock
) -> None:
    """Whether one rings for them, or has their coupons; until somebody who was here before is a friend of theirs."""
    faces = await made_up(seasons, grown.hana)
    for one in faces:
        await actions.hang(seasons, run, one)
        await actions.ring(seasons, run, grown.hana, one)
    clock.set(max(clock.now_ms(), id_ms(grown.hana) + YOUNG_MS))
    with pytest.raises(Conflict):
        await coupon_actions.show(seasons, run, grown.hana, SNACK)


async def test_coupons_of_accounts_that_befriend_each_other(
    grown: Cast, seasons: Seasons, run: Run, clock: FakeClock
) -> None:
    faces = await made_up(seasons, grown.hana)
    for one in faces:
        await actions.hang(seasons, run, one)
        await actions.ring(seasons, run, one, grown.hana)
        gift = await give(seasons, run, one, grown.hana, f"coupon/{SNACK}", "")
        await gift_actions.open_gift(seasons, grown.hana, gift)
    clock.set(max(clock.now_ms(), id_ms(grown.hana) + YOUNG_MS))
    with pytest.raises(Conflict):
        await coupon_actions.show(seasons, run, grown.hana, SNACK)


async def test_new_people_whom_somebody_knows_are_nothing_to_look_at(
    grown: Cast, seasons: Seasons, run: Run, clock: FakeClock
) -> None:
    faces = await made_up(seasons, grown.hana, grown.ken)
    for one in faces:
        await actions.hang(seasons, run, one)
        await actions.ring(seasons, run, grown.hana, one)
    clock.set(max(clock.now_ms(), id_ms(grown.hana) + YOUNG_MS))
    assert await coupon_actions.show(seasons, run, grown.hana, SNACK)


async def test_where_nobody_was_before_the_season_friends_are_counted(
    grown: Cast, seasons: Seasons, run: Run, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def young(_: Db) -> int:
        return first_id_at(run.opens_ms)

    monkeypatch.setattr(friend_queries, "first_face", young)
    for one in await made_up(seasons, grown.hana):
        await actions.hang(seasons, run, one)
        await actions.ring(seasons, run, grown.hana, one)
    clock.set(max(clock.now_ms(), id_ms(grown.hana) + YOUNG_MS))
    assert await coupon_actions.show(seasons, run, grown.hana, SNACK)


async def test_a_host_has_a_look_first(
    won: Seasons, run: Run, town: Cast, circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """taro has no friend but hana; with one being many, that is enough."""
    monkeypatch.setattr("kizuna.apps.season.coupon_rules.MANY", 1)
    made = await queries.find_run(won.store.reads, run.season.id, run.year)
    assert made is not None
    for _ in range(2):
        with pytest.raises(Conflict):
            await coupon_actions.show(won, run, town.hana, SNACK)
    assert list(await coupon_queries.waiting(won.store.reads, made.id)) == [town.hana]
    with pytest.raises(NotFound):
        await coupon_actions.decide(won, run, town.yuki, allowed=True)
    await coupon_actions.decide(won, run, town.hana, allowed=False)
    with pytest.raises(Conflict):
        await coupon_actions.show(won, run, town.hana, SNACK)
    await coupon_actions.decide(won, run, town.hana, allowed=True)
    assert await coupon_actions.show(won, run, town.hana, SNACK)
    await friend_actions.remove_friend(circle, town.taro, town.hana)
    assert await coupon_actions.show(won, run, town.hana, SNACK), "what was decided stands"
