"""Passwords: their rule, and argon2id behind a port, because hashing must never run on the event loop."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from typing import Final, Protocol, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kizuna.ground.errors import Invalid, Unavailable
from kizuna.ground.randomness import Randomness, SystemRandomness

SHORTEST: Final = 8
LONGEST: Final = 256
THREADS: Final = 2
LONGEST_QUEUE: Final = 100
T = TypeVar("T")


class Verdict(Enum):
    """What a check of a password found."""

    WRONG = "wrong"
    RIGHT = "right"
    STALE = "stale"
    """Right, but hashed with parameters that are no longer ours: hash it again."""


class Hasher(Protocol):
    """Hashes passwords, somewhere that does not stop other requests."""

    async def hash(self, password: str) -> str:
        """The hash to store. Raises Unavailable when too many are waiting."""
        ...

    async def verify(self, known: str | None, password: str) -> Verdict:
        """Compare with a stored hash; with None the same work is done for nothing, so that time tells nothing."""
        ...


class Argon2Hasher:
    """Argon2id with OWASP's recommended cost (19 MiB, 2 passes, 1 lane), in a bounded pool of threads.

    ``cheap`` is for test mode. ``threads=0`` hashes on the spot, which the simulation needs to be
    repeatable, as it needs salts from a stream of its own.
    """

    def __init__(
        self, *, cheap: bool = False, threads: int = THREADS, randomness: Randomness | None = None
    ) -> None:
        self._randomness = randomness or SystemRandomness()
        self._argon2 = (
            PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
            if cheap
            else PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        )
        self.nobodys = _nobodys_hash(self._argon2)
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="argon2") if threads else None
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """The hash to store. Raises Unavailable when too many are waiting."""
        salt = self._randomness.bytes(self._argon2.salt_len)
        return await self._away(lambda: self._argon2.hash(password, salt=salt))

    async def verify(self, known: str | None, password: str) -> Verdict:
        """Compare with a stored hash, or do the same work for nothing. Raises Unavailable when too many are waiting."""
        return await self._away(lambda: self._verify(known, password))

    def close(self) -> None:
        """Let the threads end."""
        if self.pool is not None:
            self.pool.shutdown(wait=True)

    def _verify(self, known: str | None, password: str) -> Verdict:
        try:
            self._argon2.verify(known or self.nobodys, password)
        except (VerificationError, InvalidHashError):
            return Verdict.WRONG
        if known is None:
            return Verdict.WRONG
        return Verdict.STALE if self._argon2.check_needs_rehash(known) else Verdict.RIGHT

    async def _away(self, work: Callable[[], T]) -> T:
        if self.pool is None:
            return work()
        if self._waiting >= LONGEST_QUEUE:
            raise Unavailable("Too many people are signing in at this moment. Please try again.")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self.pool, work)
        finally:
            self._waiting -= 1


def check_password(raw: str, *, field: str = "password") -> str:
    """The password as it is hashed. Raises Invalid."""
    password = normal(raw)
    if len(password) < SHORTEST:
        raise Invalid("A password needs at least {least} characters.", field=field, least=SHORTEST)
    if len(password) > LONGEST:
        raise Invalid("A password has at most {most} characters.", field=field, most=LONGEST)
    return password


def normal(raw: str) -> str:
    """A password as typed, whichever input method wrote it: NFKC (NIST SP 800-63B, 5.1.1.2).

    Cut where no valid one goes on. Lone surrogates, which no keyboard sends, become question marks.
    """
    storable = raw[: LONGEST + 1].encode(errors="replace").decode()
    return unicodedata.normalize("NFKC", storable)[: LONGEST + 1]


def _nobodys_hash(argon2: PasswordHasher) -> str:
    """A well-formed hash with these parameters that no password has: salt and digest are zeros."""
    cost = f"m={argon2.memory_cost},t={argon2.time_cost},p={argon2.parallelism}"
    return f"$argon2id$v=19${cost}${'A' * 22}${'A' * 43}"
