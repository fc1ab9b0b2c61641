"""Friends from follows, on real stores: who is found, who is not, and what nobody can tell."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import pytest
import sqlalchemy as sa

from kizuna.circle import actions as circle_actions
from kizuna.circle import block_actions, friend_actions, friend_queries
from kizuna.circle.events import Blocked, FaceRemoved, Unfriended
from kizuna.circle.ports import Circle
from kizuna.fetch.closed import ClosedFetch
from kizuna.ground.config import Config
from kizuna.ground.errors import NotFound, TooMany
from kizuna.ground.randomness import SeededRandomness
from kizuna.jobs.schedules import DAY_MS
from kizuna.people.belongings import Leaver, Progress
from kizuna.people.limits import Limiter
from kizuna.people.models import Viewer
from kizuna.people.newcomers import Newcomers
from kizuna.square import actions
from kizuna.square import block_actions as square_blocks
from kizuna.square.ports import Square
from kizuna.store.open import Stores
from kizuna.store.store import Row, Tx
from kizuna.tie import belongings, pairing_queries, rounds, suggestions
from kizuna.tie.consents import on_face_removed
from kizuna.tie.ports import Tie
from kizuna.tie.tables import PAIRING, SUGGESTION
from tests.fakes import FakeClock

DAY_S: Final = DAY_MS // 1000
SURELY: Final = 9
"""Rounds after which whatever can be found is found."""


@dataclass(frozen=True)
class Person:
    """Somebody with both faces."""

    handle: str
    account: int
    face: int

    @property
    def viewer(self) -> Viewer:
        """As a session tells it."""
        return Viewer(
            person_id=1, square_id=self.account, circle_id=self.face, locale="en", scopes=frozenset()
        )


class House:
    """A server with both planes, whose rounds are held by hand."""

    def __init__(self, stores: Stores, clock: FakeClock) -> None:
        self.clock, self.store = clock, stores.circle
        newcomers = Newcomers(Config(new_days=3), clock, Limiter(clock))
        count = {plane: functools.partial(newcomers.check, plane) for plane in ("square", "circle")}
        self.square = Square(stores.square, stores.people, Config(), clock, count=count["square"])
        self.circle = Circle(stores.circle, clock, SeededRandomness("circle"), count["circle"])
        self.tie = Tie(stores.circle, ClosedFetch(), clock, SeededRandomness("tie"), Config())

    async def join(self, *handles: str) -> list[Person]:
        """People who have been here for a while."""
        made = [Person(one, self.square.store.ids.new(), self.store.ids.new()) for one in handles]
        for one in made:
            await self.arrive(one)
        self.clock.advance(10 * DAY_S)
        return made

    async def arrive(self, one: Person) -> None:
        """Somebody's faces, made now."""

        async def account(tx: Tx) -> None:
            await actions.make_account(tx, one.account, one.handle, f"{one.handle} outside")

        async def face(tx: Tx) -> None:
            await circle_actions.make_face(tx, one.face, one.handle, f"{one.handle} inside")

        await self.square.store.write(account)
        await self.store.write(face)

    async def follow(self, *people: Person) -> None:
        """Each of them follows all others."""
        for one in people:
            for other in people:
                if one is not other:
                    await actions.follow(self.square, one.account, other.account)

    async def choose(self, *people: Person) -> None:
        """They want suggestions."""
        for one in people:
            await suggestions.choose(self.tie, self.circle, self.square, one.viewer)

    async def round(self, times: int = 1) -> None:
        """Days on each of which a round is held."""
        for _ in range(times):
            self.clock.advance(DAY_S)
            begun = await rounds.hold(self.tie)
            assert begun is not None, "a day later it is the hour again"
            await self.store.write(begun)
            assert await rounds.hold(self.tie) is None, "once a day"
            while effect := await rounds.step(self.tie, self.square):
                await self.store.write(effect)

    async def seen(self, one: Person) -> list[str]:
        """Whom somebody is suggested now."""
        found = await suggestions.shown(self.tie, self.square, one.face)
        assert all(each.face.handle == each.account.handle for each in found)
        return [each.face.handle for each in found]

    async def rows(self) -> list[Row]:
        """What is stored."""
        return list(await self.store.reads.all(sa.select(SUGGESTION).order_by(SUGGESTION.c.face_id)))

    async def found(self) -> tuple[Person, Person]:
        """Aoi and Ben, who are suggested to each other."""
        aoi, ben = await self.join("aoi", "ben")
        await self.follow(aoi, ben)
        await self.choose(aoi, ben)
        await self.round(SURELY)
        assert await self.seen(aoi) == ["ben"], "the premise"
        assert await self.seen(ben) == ["aoi"]
        return aoi, ben


Act = Callable[[House], Awaitable[None]]


def in_house(stores: Stores, clock: FakeClock, act: Act) -> None:
    async def go() -> None:
        await act(House(stores, clock))

    asyncio.run(go())


def test_both_have_to_follow_and_both_to_choose(stores: Stores, clock: FakeClock) -> None:
    async def act(house: House) -> None:
        aoi, ben, chie, dan = await house.join("aoi", "ben", "chie", "dan")
        await house.follow(aoi, ben)
        await house.follow(aoi, chie)
        await actions.follow(house.square, aoi.account, dan.account)
        await house.choose(aoi, ben, dan)
        assert await house.seen(aoi) == [], "not at once"
        await house.round(2)
        assert await house.seen(aoi) == [], "the round before must have seen it"
        await house.round(SURELY)
        assert await house.seen(aoi) == ["ben"]
        assert await house.seen(ben) == ["aoi"]
        assert await house.seen(chie) == await house.seen(dan) == []
        assert {(row.face_id, row.other_id) for row in await house.rows()} == {
            (aoi.face, ben.face),
            (ben.face, aoi.face),
        }
        shown = await suggestions.shown(house.tie, house.square, aoi.face)
        assert [(one.face.name, one.account.name) for one in shown] == [("ben inside", "ben outside")]

    in_house(stores, clock, act)


def test_who_ends_it_is_gone_on_both_sides_at_once_and_waits_again(stores: Stores, clock: FakeClock) -> None:
    async def act(house: House) -> None:
        aoi, ben = await house.found()
        await suggestions.end(house.tie, aoi.face)
        assert await house.seen(aoi) == await house.seen(ben) == []
        assert await house.rows() == [], "nothing is kept for later"
        await house.choose(aoi)
        assert await house.seen(aoi) == await house.seen(ben) == []
        await house.round()
        assert await house.rows() == [], "choosing anew waits anew"
        await house.round(SURELY)
        assert await house.seen(ben) == ["aoi"]
        history = await pairing_queries.history(house.store.reads, aoi.face)
        assert [one.ended_at is None for one in history] == [False, True]

    in_house(stores, clock, act)


def test_what_is_put_away_never_comes_again_and_the_other_side_sees_what_it_saw(
    stores: Stores, clock: FakeClock
) -> None:
    async def act(house: House) -> None:
        aoi, ben = await house.found()
        await suggestions.dismiss(house.tie, aoi.face, "ben")
        assert await house.seen(aoi) == []
        assert await house.seen(ben) == ["aoi"]
        await suggestions.end(house.tie, aoi.face)
        await house.choose(aoi)
        await house.round(SURELY)
        assert await house.seen(aoi) == [], "not by choosing anew either"
        assert await house.seen(ben) == ["aoi"]
        with pytest.raises(NotFound):
            await suggestions.dismiss(house.tie, aoi.face, "nobody")
        await suggestions.dismiss(house.tie, aoi.face, "aoi")
        assert (aoi.face, aoi.face) not in {(row.face_id, row.other_id) for row in await house.rows()}

    in_house(stores, clock, act)


async def _staff_silences(house: House, _aoi: Person, ben: Person) -> None:
    await house.square.store.write(
        lambda tx: actions.set_standing(tx, ben.account, silenced=True, suspended=False)
    )


async def _staff_suspends_outside(house: House, _aoi: Person, ben: Person) -> None:
    await house.square.store.write(
        lambda tx: actions.set_standing(tx, ben.account, silenced=False, suspended=True)
    )


async def _staff_suspends_inside(house: House, _aoi: Person, ben: Person) -> None:
    await house.store.write(lambda tx: circle_actions.set_standing(tx, ben.face, suspended=True))


async def _ben_blocks_outside(house: House, aoi: Person, ben: Person) -> None:
    await square_blocks.block(house.square, ben.account, aoi.account)


async def _aoi_blocks_outside(house: House, aoi: Person, ben: Person) -> None:
    await square_blocks.block(house.square, aoi.account, ben.account)


async def _ben_blocks_inside(house: House, aoi: Person, ben: Person) -> None:
    await block_actions.block(house.circle, ben.face, aoi.face)


async def _aoi_blocks_inside(house: House, aoi: Person, ben: Person) -> None:
    await block_actions.block(house.circle, aoi.face, ben.face)


async def _ben_unfollows(house: House, aoi: Person, ben: Person) -> None:
    await actions.unfollow(house.square, ben.account, aoi.account)


async def _aoi_unfollows(house: House, aoi: Person, ben: Person) -> None:
    await actions.unfollow(house.square, aoi.account, ben.account)


async def _aoi_asks(house: House, aoi: Person, _ben: Person) -> None:
    await friend_actions.request_friend(house.circle, aoi.face, "ben")


async def _ben_asks(house: House, _aoi: Person, ben: Person) -> None:
    await friend_actions.request_friend(house.circle, ben.face, "aoi")


async def _both_ask(house: House, aoi: Person, ben: Person) -> None:
    await _aoi_asks(house, aoi, ben)
    await _ben_asks(house, aoi, ben)


@pytest.mark.parametrize(
    "end",
    [
        _staff_silences,
        _staff_suspends_outside,
        _staff_suspends_inside,
        _ben_blocks_outside,
        _aoi_blocks_outside,
        _ben_blocks_inside,
        _aoi_blocks_inside,
        _ben_unfollows,
        _aoi_unfollows,
        _aoi_asks,
        _ben_asks,
        _both_ask,
    ],
)
def test_every_end_works_at_once_and_in_every_round_after(
    stores: Stores, clock: FakeClock, end: Callable[[House, Person, Person], Awaitable[None]]
) -> None:
    async def act(house: House) -> None:
        aoi, ben = await house.found()
        await end(house, aoi, ben)
        assert await house.seen(aoi) == []
        await house.round(SURELY)
        assert await house.seen(aoi) == []
        if end is not _staff_suspends_inside:  # who is suspended there does not come in to look
            assert await house.seen(ben) == [], "a round looks at both"

    in_house(stores, clock, act)


def test_a_silent_decline_looks_like_none(stores: Stores, clock: FakeClock) -> None:
    async def act(house: House) -> None:
        aoi, ben = await house.found()

        async def asked_and_taken_back(declined: bool) -> list[list[str]]:
            await friend_actions.request_friend(house.circle, aoi.face, "ben")
            (sent,) = await friend_queries.requests_out(house.store.reads, aoi.face)
            if declined:
                await friend_actions.decline(house.circle, ben.face, sent.id)
            seen = [await house.seen(aoi)]
            await house.round()
            seen.append(await house.seen(aoi))
            await friend_actions.withdraw(house.circle, aoi.face, sent.id)
            seen.append(await house.seen(aoi))
            await house.round()
            return [*seen, await house.seen(aoi)]

        without = await asked_and_taken_back(declined=False)
        assert without == [[], [], ["ben"], ["ben"]]
        assert await house.seen(ben) == ["aoi"]
        assert await asked_and_taken_back(declined=True) == without
        assert await house.seen(ben) == [], "who declined is not asked to ask"

    in_house(stores, clock, act)


def test_who_were_friends_or_blocked_are_not_suggested_again(stores: Stores, clock: FakeClock) -> None:
    async def act(house: House) -> None:
        aoi, ben = await house.found()
        chie, dan = await house.join("chie", "dan")
        await house.follow(aoi, ben, chie, dan)
        await house.choose(chie, dan)
        await _both_ask(house, aoi, ben)
        await friend_actions.remove_friend(house.circle, aoi.face, ben.face)
        over = Unfriended(ben.face, aoi.face, aoi.face)
        await house.store.write(lambda tx: suggestions.on_unfriended(over, tx))
        await block_actions.block(house.circle, chie.face, dan.face)
        blocked = Blocked(chie.face, dan.face)
        await house.store.write(lambda tx: suggestions.on_blocked(blocked, tx))
        await block_actions.unblock(house.circle, chie.face, dan.face)
        await house.round(SURELY)
        assert set(await house.seen(aoi)) == {"chie", "dan"}
        assert set(await house.seen(ben)) == {"chie", "dan"}
        assert set(await house.seen(chie)) == {"aoi", "ben"}
        taken = [one.fields async for one in belongings.export_suggestions(house.store.reads, dan.face)]
        assert [one for one in taken if "put_away" in one] == [], "who was blocked takes no trace of it along"

    in_house(stores, clock, act)


def test_who_is_new_must_wait(stores: Stores, clock: FakeClock) -> None:
    async def act(house: House) -> None:
        (aoi,) = await house.join("aoi")
        fresh = Person("fresh", house.square.store.ids.new(), house.store.ids.new())
        await house.arrive(fresh)
        with pytest.raises(TooMany):
            await house.choose(fresh)
        for mixed in (Person("in", fresh.account, aoi.face), Person("out", aoi.account, fresh.face)):
            with pytest.raises(TooMany):
                await house.choose(mixed)
        assert await house.store.reads.all(sa.select(PAIRING)) == []
        house.clock.advance(3 * DAY_S)
        await house.choose(fresh, fresh)
        assert len(await house.store.reads.all(sa.select(PAIRING))) == 1

    in_house(stores, clock, act)


def test_who_acts_with_one_face_cannot_choose(stores: Stores, clock: FakeClock) -> None:
    async def act(house: House) -> None:
        (aoi,) = await house.join("aoi")
        for one in (
            Viewer(person_id=1, square_id=None, circle_id=aoi.face, locale="en", scopes=frozenset()),
            Viewer(person_id=1, square_id=aoi.account, circle_id=None, locale="en", scopes=frozenset()),
            Viewer(person_id=1, square_id=1, circle_id=aoi.face, locale="en", scopes=frozenset()),
            Viewer(person_id=1, square_id=aoi.account, circle_id=1, locale="en", scopes=frozenset()),
        ):
            with pytest.raises(NotFound):
                await suggestions.choose(house.tie, house.circle, house.square, one)

    in_house(stores, clock, act)


def test_few_are_shown_and_the_next_come_up(stores: Stores, clock: FakeClock) -> None:
    async def act(house: House) -> None:
        people = await house.join(*(f"p{number}" for number in range(8)))
        await house.follow(*people)
        await house.choose(*people)
        await house.round(SURELY)
        first = await house.seen(people[0])
        assert len(first) == suggestions.MOST_SHOWN == 5
        assert first == await house.seen(people[0]), "always in the same order"
        await suggestions.dismiss(house.tie, people[0].face, first[0])
        then = await house.seen(people[0])
        assert then[:4] == first[1:]
        assert then[4] not in first
        assert len({tuple(await house.seen(one)) for one in people}) > 5, "and each in an order of their own"

    in_house(stores, clock, act)


def test_steps_find_what_one_step_would(
    stores: Stores, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "AT_ONCE", 2)
    monkeypatch.setattr(rounds, "PAGE", 1)
    monkeypatch.setattr(rounds, "MOST_READ", 3)

    async def act(house: House) -> None:
        people = await house.join("aoi", "ben", "chie", "dan", "eri")
        await house.follow(*people)
        await house.choose(*people)
        await house.round(SURELY)
        assert len(await house.rows()) == 20
        held = await pairing_queries.held(house.store.reads)
        assert held is not None
        assert held.reached is None

    in_house(stores, clock, act)


def test_a_step_that_comes_late_or_twice_changes_nothing(stores: Stores, clock: FakeClock) -> None:
    async def act(house: House) -> None:
        aoi, _ = await house.found()
        house.clock.advance(DAY_S)
        begun = await rounds.hold(house.tie)
        assert begun is not None
        await house.store.write(begun)
        step = await rounds.step(house.tie, house.square)
        assert step is not None
        await suggestions.end(house.tie, aoi.face)
        await house.store.write(step)
        assert await house.rows() == [], "the choice had ended before the step did"
        await house.choose(aoi)
        house.clock.advance(DAY_S)
        begun = await rounds.hold(house.tie)
        assert begun is not None
        await house.store.write(begun)
        before = await pairing_queries.held(house.store.reads)
        await house.store.write(step)
        assert (await house.rows(), await pairing_queries.held(house.store.reads)) == ([], before)

    in_house(stores, clock, act)


def test_a_third_person_moves_nothing_for_those_who_did_not_agree_with_it(
    stores: Stores, clock: FakeClock
) -> None:
    """Chie chooses or not. Aoi and she follow each other, but Aoi has not chosen; Dan has, but she follows not him."""
    looks: list[tuple[list[list[str]], list[tuple[object, ...]]]] = []

    async def act(house: House) -> None:
        aoi, ben, chie, dan = await house.join("aoi", "ben", "chie", "dan")
        await house.follow(aoi, ben, chie)
        await house.follow(ben, dan)
        await actions.follow(house.square, dan.account, chie.account)
        await house.choose(ben, dan)
        for chosen in (False, True):
            if chosen:
                await house.choose(chie)
            await house.round(SURELY)
            rows = [tuple(row) for row in await house.rows()]
            known = {aoi.face, ben.face, dan.face}
            seen = [await house.seen(one) for one in (aoi, dan)]
            looks.append((seen, [row for row in rows if {row[0], row[1]} <= known]))
        assert set(await house.seen(ben)) == {"chie", "dan"}, "the premise: she did choose"

    in_house(stores, clock, act)
    assert looks[0] == looks[1]
    assert looks[0][0] == [[], ["ben"]]


def test_a_face_that_is_removed_leaves_nothing(stores: Stores, clock: FakeClock) -> None:
    async def act(house: House) -> None:
        aoi, ben = await house.found()
        await suggestions.dismiss(house.tie, ben.face, "aoi")
        await house.store.write(lambda tx: on_face_removed(FaceRemoved(aoi.face), tx))
        assert await house.rows() == []
        kept = await house.store.reads.all(sa.select(PAIRING.c.face_id))
        assert [row.face_id for row in kept] == [ben.face]

    in_house(stores, clock, act)


def test_who_leaves_takes_it_along_and_leaves_nothing(stores: Stores, clock: FakeClock) -> None:
    async def act(house: House) -> None:
        aoi, ben = await house.found()
        (chie,) = await house.join("chie")
        await suggestions.dismiss(house.tie, aoi.face, "chie")
        taken = [one async for one in belongings.export_suggestions(house.store.reads, aoi.face)]
        assert [one.fields.get("put_away") for one in taken] == [None, "chie"]
        assert taken[0].fields["wanted"] is True
        assert "ben" not in str([one.fields for one in taken]), "only what oneself did"
        assert await house.seen(chie) == []
        leaver = Leaver(owner_id=aoi.face, since_ms=0, recall=False)
        done = await house.store.write(lambda tx: belongings.forget_suggestions(tx, leaver))
        assert done is Progress.DONE
        assert await house.rows() == []
        assert await house.seen(ben) == []
        left = await house.store.reads.all(sa.select(PAIRING).where(PAIRING.c.face_id == aoi.face))
        assert left == []

    in_house(stores, clock, act)
