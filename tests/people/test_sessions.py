"""Signing in, sessions, and that nothing is stale once an end is acknowledged."""

import asyncio
import time
from typing import Final

import pytest
import sqlalchemy as sa

from kizuna.ground.config import Config
from kizuna.ground.errors import Invalid, NotFound, TooMany, Unauthorized
from kizuna.people.actions import change_locale, change_password
from kizuna.people.limits import SIGN_IN_AS, SIGN_IN_FROM
from kizuna.people.models import SignUp
from kizuna.people.passwords import Argon2Hasher, Verdict
from kizuna.people.ports import People
from kizuna.people.sessions import (
    end_other_sessions,
    end_session,
    my_sessions,
    sign_in,
    sign_out,
    start_session,
)
from kizuna.people.tables import CREDENTIAL, SESSION
from kizuna.people.tokens import token_hash
from kizuna.people.viewers import HOUR_MS, IDLE_MS, viewer_by_bearer, viewer_by_session
from kizuna.store.store import Db, Tx
from tests.fakes import FakeClock
from tests.people.world import PASSWORD, configured, join, member

HOME = "192.0.2.1"


async def test_a_session_leads_to_its_person(people: People) -> None:
    await join(people, "hana", locale="ja")
    session = await sign_in(people, " Hana ", PASSWORD, HOME, "Firefox\x00/1\n" + "x" * 1000)
    assert session.viewer.session_id is not None
    for _ in range(2):  # from the store, then from memory
        assert await viewer_by_session(people, session.token) == session.viewer
    listed = await my_sessions(people, session.viewer)
    assert [(each.id, each.current) for each in listed] == [(session.viewer.session_id, True)]
    assert listed[0].user_agent.startswith("Firefox/1x")
    assert len(listed[0].user_agent) <= 300


async def test_a_token_is_worth_nothing_elsewhere_and_is_not_stored(people: People) -> None:
    hana = await member(people, "hana")
    assert await viewer_by_bearer(people, hana.token) is None
    for wrong in ("", "x", hana.token + "x", hana.token.swapcase(), "絆", "\ud800", "x" * 100_000):
        assert await viewer_by_session(people, wrong) is None
    stored = await people.store.reads.first(sa.select(SESSION))
    assert stored is not None
    assert stored.token_hash == token_hash("session", hana.token)
    assert hana.token not in str(stored)


WRONG: Final = (
    ("hana", "wrong password"),
    ("hana", ""),
    ("hana", PASSWORD + " "),
    ("hana", PASSWORD + "x" * 100_000),
    ("nobody", PASSWORD),
    ("", PASSWORD),
    ("x" * 100_000, PASSWORD),
    ("ha\x00na", PASSWORD),
    ("\ud800", "\ud800" * 10),
)


async def test_who_is_wrong_learns_nothing_else(people: People) -> None:
    await join(people, "hana")
    for handle, password in WRONG:
        with pytest.raises(Unauthorized) as refused:
            await sign_in(people, handle, password, HOME, "")
        assert str(refused.value) == "The handle or the password is wrong."
    assert await people.store.reads.all(sa.select(SESSION)) == []


class CountingHasher(Argon2Hasher):
    """Counts the work, which is what takes the time."""

    def __init__(self) -> None:
        super().__init__(cheap=True, threads=0)
        self.checks = 0

    async def verify(self, known: str | None, password: str) -> Verdict:
        self.checks += 1
        return await super().verify(known, password)


async def test_an_unknown_handle_costs_as_much_as_a_wrong_password(people: People) -> None:
    await join(people, "hana")
    counted: dict[str, int] = {}
    for handle in ("hana", "nobody"):
        hasher = CountingHasher()
        counting = People(
            people.store,
            people.config,
            people.clock,
            people.randomness,
            hasher,
            people.bus,
            people.limiter,
            {},
        )
        with pytest.raises(Unauthorized):
            await sign_in(counting, handle, "wrong password", HOME, "")
        counted[handle] = hasher.checks
    assert counted["hana"] == counted["nobody"] == 2  # one for each plane


async def test_two_people_may_have_one_handle_in_two_planes(people: People) -> None:
    square = configured(people, Config(planes=("square",)))
    circle = configured(people, Config(planes=("circle",)))
    first = await join(square, "hana")
    second = await join(circle, "hana")
    proved = await sign_in(people, "hana", PASSWORD, HOME, "")
    assert proved.viewer.person_id == first
    await change_password(people, proved.viewer, PASSWORD, "a different one")
    assert (await sign_in(people, "hana", PASSWORD, HOME, "")).viewer.person_id == second


async def test_passwords_are_the_same_from_every_keyboard(people: People) -> None:
    await join(people, "hana")
    wide = "".join(chr(ord(letter) + 0xFEE0) if letter != " " else "\u3000" for letter in PASSWORD)
    assert wide != PASSWORD
    assert (await sign_in(people, "hana", wide, HOME, "")).token


async def test_an_old_hash_is_renewed(people: People) -> None:
    await join(people, "hana")
    before = await people.store.reads.scalar(sa.select(CREDENTIAL.c.argon2))
    stronger = People(
        people.store,
        people.config,
        people.clock,
        people.randomness,
        Argon2Hasher(threads=1),
        people.bus,
        people.limiter,
        people.face_ids,
    )
    await sign_in(stronger, "hana", PASSWORD, HOME, "")
    after = await people.store.reads.scalar(sa.select(CREDENTIAL.c.argon2))
    assert before.startswith("$argon2id$v=19$m=8,")
    assert after.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    await sign_in(stronger, "hana", PASSWORD, HOME, "")
    assert await people.store.reads.scalar(sa.select(CREDENTIAL.c.argon2)) == after


async def test_signing_out_ends_this_session_only(people: People) -> None:
    hana = await member(people, "hana")
    other = await sign_in(people, "hana", PASSWORD, HOME, "")
    assert await viewer_by_session(people, hana.token)
    await sign_out(people, hana.viewer)
    assert await viewer_by_session(people, hana.token) is None
    assert await viewer_by_session(people, other.token)
    await sign_out(people, hana.viewer)


async def test_sessions_are_ended_one_by_one_or_all_but_this(people: People) -> None:
    hana, ken = await member(people, "hana"), await member(people, "ken")
    others = [await sign_in(people, "hana", PASSWORD, HOME, "") for _ in range(3)]
    for each in others:
        assert await viewer_by_session(people, each.token)
    ended = others[0].viewer.session_id
    assert ended is not None
    with pytest.raises(NotFound):
        await end_session(people, ken.viewer, ended)
    await end_session(people, hana.viewer, ended)
    with pytest.raises(NotFound):
        await end_session(people, hana.viewer, ended)
    assert await viewer_by_session(people, others[0].token) is None
    assert await end_other_sessions(people, hana.viewer) == 2
    assert [await viewer_by_session(people, each.token) for each in others] == [None] * 3
    assert await viewer_by_session(people, hana.token) == hana.viewer
    assert await viewer_by_session(people, ken.token) == ken.viewer


class SlowDb:
    """A store's reader that is overtaken: it answers only after something else has happened."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self.read = asyncio.Event()
        self.answer = asyncio.Event()

    async def first(self, statement: sa.Executable, params: dict[str, object] | None = None) -> object:
        row = await self._db.first(statement, params)
        self.read.set()
        await self.answer.wait()
        return row


async def test_a_read_that_an_end_overtakes_is_not_remembered(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    hana = await member(people, "hana")
    slow = SlowDb(people.store.reads)
    with monkeypatch.context() as patch:
        patch.setattr(people.store, "reads", slow)
        asked = asyncio.create_task(viewer_by_session(people, hana.token))
        await slow.read.wait()
    await sign_out(people, hana.viewer)
    slow.answer.set()
    assert await asked == hana.viewer  # it was asked before the end
    assert await viewer_by_session(people, hana.token) is None


async def test_seen_is_written_down_by_the_hour(people: People, clock: FakeClock) -> None:
    hana = await member(people, "hana")

    async def seen_at() -> int:
        return await people.store.reads.scalar(sa.select(SESSION.c.seen_at))

    start = await seen_at()
    assert start % HOUR_MS == 0
    assert start <= clock.now_ms()
    clock.advance(50 * 60)
    writes = 0
    for _ in range(12):
        clock.advance(10 * 60)
        before = await seen_at()
        assert await viewer_by_session(people, hana.token) == hana.viewer
        writes += await seen_at() != before
    assert 1 <= writes <= 3
    assert (await seen_at()) % HOUR_MS == 0


async def test_a_session_that_ends_while_it_is_noted_as_seen_has_ended(
    people: People, clock: FakeClock
) -> None:
    hana = await member(people, "hana")
    clock.advance(2 * HOUR_MS / 1000)
    asking = asyncio.ensure_future(viewer_by_session(people, hana.token))
    await asyncio.sleep(0)
    await sign_out(people, hana.viewer)
    assert await asking is None
    assert await viewer_by_session(people, hana.token) is None


async def test_a_forgotten_session_ends_by_itself(people: People, clock: FakeClock) -> None:
    hana = await member(people, "hana")
    assert await viewer_by_session(people, hana.token)
    clock.advance(IDLE_MS / 1000)
    assert await viewer_by_session(people, hana.token) is None
    again = await sign_in(people, "hana", PASSWORD, HOME, "")
    assert [each.id for each in await my_sessions(people, again.viewer)] == [again.viewer.session_id]


async def test_a_new_password_ends_what_the_old_one_opened(people: People) -> None:
    hana = await member(people, "hana")
    other = await sign_in(people, "hana", PASSWORD, HOME, "")
    assert await viewer_by_session(people, other.token)
    with pytest.raises(Unauthorized) as refused:
        await change_password(people, hana.viewer, "wrong password", "a different one")
    assert refused.value.field == "password"
    with pytest.raises(Invalid) as invalid:
        await change_password(people, hana.viewer, PASSWORD, "short")
    assert invalid.value.field == "new_password"
    await change_password(people, hana.viewer, PASSWORD, "a different one")
    assert await viewer_by_session(people, hana.token) == hana.viewer
    assert await viewer_by_session(people, other.token) is None
    with pytest.raises(Unauthorized):
        await sign_in(people, "hana", PASSWORD, HOME, "")
    assert (await sign_in(people, "hana", "a different one", HOME, "")).token
    with pytest.raises(Unauthorized):  # a session that has ended changes nothing
        await change_password(people, other.viewer, "a different one", "a third one")


class MeanwhileHasher(Argon2Hasher):
    """While it checks the old password, somebody changes it."""

    def __init__(self, people: People) -> None:
        super().__init__(cheap=True, threads=0)
        self._people = people

    async def verify(self, known: str | None, password: str) -> Verdict:
        verdict = await super().verify(known, password)
        fresh = await self.hash("a different one")

        async def change(tx: Tx) -> None:
            await tx.run(sa.update(CREDENTIAL).values(argon2=fresh))

        await self._people.store.write(change)
        return verdict


async def test_a_password_changed_meanwhile_opens_nothing(people: People) -> None:
    await join(people, "hana")
    overtaken = People(
        people.store,
        people.config,
        people.clock,
        people.randomness,
        MeanwhileHasher(people),
        people.bus,
        people.limiter,
        {},
    )
    with pytest.raises(Unauthorized):
        await sign_in(overtaken, "hana", PASSWORD, HOME, "")
    assert await people.store.reads.all(sa.select(SESSION)) == []


async def test_the_language_follows_at_once(people: People) -> None:
    hana = await member(people, "hana")
    assert (await viewer_by_session(people, hana.token)) == hana.viewer
    wanted = "en" if hana.viewer.locale == "ja" else "ja"
    await change_locale(people, hana.viewer, wanted)
    viewer = await viewer_by_session(people, hana.token)
    assert viewer is not None
    assert viewer.locale == wanted
    for bad in ("fr", "", "EN", "x" * 1000):
        with pytest.raises(Invalid):
            await change_locale(people, hana.viewer, bad)


async def wrong(people: People, handle: str, address: str) -> None:
    with pytest.raises(Unauthorized):
        await sign_in(people, handle, "wrong password", address, "")


async def test_guesses_from_one_address_are_stopped(people: People, clock: FakeClock) -> None:
    await join(people, "hana")
    for _ in range(SIGN_IN_AS.limit):
        await wrong(people, "hana", HOME)
    with pytest.raises(TooMany):
        await sign_in(people, "HANA ", PASSWORD, HOME, "")
    assert (await sign_in(people, "hana", PASSWORD, "198.51.100.7", "")).token  # its owner, at home
    clock.advance(SIGN_IN_AS.seconds)
    assert (await sign_in(people, "hana", PASSWORD, HOME, "")).token
    for number in range(SIGN_IN_FROM.limit):
        await wrong(people, f"nobody_{number}", "198.51.100.99")
    with pytest.raises(TooMany):
        await sign_in(people, "hana", PASSWORD, "198.51.100.99", "")


class Sleepy(FakeClock):
    """Remembers for how long somebody had to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.slept = 0.0

    async def sleep(self, seconds: float) -> None:
        self.slept += seconds


async def test_guesses_from_everywhere_slow_down_but_lock_nobody_out(people: People) -> None:
    await join(people, "hana")
    clock = Sleepy()
    slow = People(
        people.store,
        people.config,
        clock,
        people.randomness,
        people.hasher,
        people.bus,
        people.limiter,
        people.face_ids,
    )
    for number in range(100):
        await wrong(slow, "hana", f"198.51.100.{number}")
    assert clock.slept > 100
    assert (await sign_in(slow, "hana", PASSWORD, HOME, "")).token


async def test_right_passwords_do_not_use_up_attempts(people: People) -> None:
    await join(people, "hana")
    for _ in range(SIGN_IN_AS.limit + 5):
        await sign_in(people, "hana", PASSWORD, HOME, "")


@pytest.mark.sqlite("a store that was not started hears nobody, so nothing is remembered")
async def test_a_look_up_in_memory_costs_microseconds(people: People) -> None:
    hana = await member(people, "hana")
    await viewer_by_session(people, hana.token)
    times: list[float] = []
    for _ in range(20):
        start = time.perf_counter()
        for _ in range(100):
            await viewer_by_session(people, hana.token)
        times.append((time.perf_counter() - start) / 100)
    assert min(times) < 50e-6


def test_a_draft_shows_no_password_in_tracebacks() -> None:
    assert "secret words" not in repr(SignUp(handle="hana", password="secret words"))


async def test_the_first_session_needs_no_second_password(people: People) -> None:
    person_id = await join(people, "hana")
    assert (await start_session(people, person_id, "")).viewer.person_id == person_id
