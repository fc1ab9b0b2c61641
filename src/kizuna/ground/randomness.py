"""The randomness port. Each plane has a stream of its own (invariant 2), and the simulation seeds them."""

import base64
import random
import secrets
from typing import Protocol


class Randomness(Protocol):
    """A source of unpredictable values."""

    def bytes(self, count: int) -> bytes:
        """``count`` random bytes."""
        ...

    def token(self, nbytes: int = 32) -> str:
        """URL-safe base64 text of ``nbytes`` random bytes, without padding."""
        ...

    def below(self, bound: int) -> int:
        """A whole number from 0 to ``bound`` - 1."""
        ...

    def uniform(self) -> float:
        """A number in [0, 1)."""
        ...


def _urlsafe(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


class SystemRandomness:
    """The operating system's generator."""

    def bytes(self, count: int) -> bytes:
        """``count`` random bytes."""
        return secrets.token_bytes(count)

    def token(self, nbytes: int = 32) -> str:
        """URL-safe base64 text of ``nbytes`` random bytes, without padding."""
        return _urlsafe(secrets.token_bytes(nbytes))

    def below(self, bound: int) -> int:
        """A whole number from 0 to ``bound`` - 1."""
        return secrets.randbelow(bound)

    def uniform(self) -> float:
        """A number in [0, 1)."""
        return secrets.randbelow(1 << 53) / (1 << 53)


class SeededRandomness:
    """A repeatable stream for tests and the simulation. Never use it to serve people."""

    def __init__(self, seed: int | str) -> None:
        self._random = random.Random(seed)

    def bytes(self, count: int) -> bytes:
        """``count`` repeatable bytes."""
        return self._random.randbytes(count)

    def token(self, nbytes: int = 32) -> str:
        """URL-safe base64 text of ``nbytes`` repeatable bytes."""
        return _urlsafe(self._random.randbytes(nbytes))

    def below(self, bound: int) -> int:
        """A whole number from 0 to ``bound`` - 1."""
        return self._random.randrange(bound)

    def uniform(self) -> float:
        """A number in [0, 1)."""
        return self._random.random()
