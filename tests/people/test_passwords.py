"""Passwords: the rule, the work that tells nothing, the bounded pool. And the memory of who was seen."""

import asyncio
import threading

import pytest

from kizuna.ground.errors import Invalid, Unavailable
from kizuna.people.models import Viewer
from kizuna.people.passwords import LONGEST_QUEUE, Argon2Hasher, Verdict, check_password, normal
from kizuna.people.scopes import EVERYTHING
from kizuna.people.seen import Known, Seen


@pytest.mark.parametrize("good", ["12345678", "x" * 256, "パスワードは長い", "with\x00nul", "👩‍👩‍👧" * 2])
def test_passwords_of_eight_to_256_characters_are_taken(good: str) -> None:
    assert check_password(check_password(good)) == check_password(good)


@pytest.mark.parametrize("bad", ["", "1234567", "x" * 257, "x" * 1_000_000, "ﷺ" * 100])
def test_others_are_not(bad: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_password(bad, field="new_password")
    assert refused.value.field == "new_password"


def test_normalising_is_bounded() -> None:
    assert len(normal("ﷺ" * 1_000_000)) == 257  # one of them becomes 18 letters


async def test_a_hash_fits_its_password_only() -> None:
    hasher = Argon2Hasher(cheap=True, threads=2)
    known = await hasher.hash("correct horse")
    assert await hasher.verify(known, "correct horse") is Verdict.RIGHT
    assert await hasher.verify(known, "wrong horse") is Verdict.WRONG
    assert await hasher.verify(None, "correct horse") is Verdict.WRONG
    assert await hasher.verify("not a hash", "correct horse") is Verdict.WRONG
    assert await hasher.hash("correct horse") != known
    hasher.close()


@pytest.mark.parametrize("cheap", [True, False])
async def test_the_work_for_nobody_is_the_same_work(cheap: bool) -> None:
    """Argon2 takes its cost from the hash, so equal parameters are equal time."""
    hasher = Argon2Hasher(cheap=cheap, threads=0)
    real = await hasher.hash("correct horse")
    nobodys = hasher.nobodys
    assert nobodys.split("$")[:4] == real.split("$")[:4]
    assert [len(part) for part in nobodys.split("$")] == [len(part) for part in real.split("$")]


async def test_hashing_leaves_the_loop_free_and_the_queue_is_bounded() -> None:
    hasher = Argon2Hasher(cheap=True, threads=1)
    gate = threading.Event()
    await hasher.hash("so that the thread exists")
    blocked = asyncio.get_running_loop().run_in_executor(hasher.pool, gate.wait)
    waiting = [asyncio.create_task(hasher.hash("x")) for _ in range(LONGEST_QUEUE)]
    await asyncio.sleep(0)  # the loop goes on
    with pytest.raises(Unavailable):
        await hasher.hash("x")
    gate.set()
    await asyncio.gather(blocked, *waiting)
    assert await hasher.hash("x")
    hasher.close()


def known(person_id: int) -> Known:
    return Known(Viewer(person_id=person_id, square_id=1, circle_id=2, locale="ja", scopes=EVERYTHING), 0)


def test_memory_is_bounded_and_the_busy_are_remembered() -> None:
    seen = Seen(most=3)
    for number in range(10):
        seen.keep(bytes([number]), known(number), seen.epoch)
        assert seen.get(bytes([0])) == known(0)
    assert [number for number in range(10) if seen.get(bytes([number]))] == [0, 8, 9]


def test_what_was_read_before_a_drop_is_not_kept() -> None:
    seen = Seen()
    epoch = seen.epoch
    seen.drop([b"another"])
    seen.keep(b"token", known(1), epoch)
    assert seen.get(b"token") is None
    seen.keep(b"token", known(1), seen.epoch)
    assert seen.get(b"token") == known(1)
