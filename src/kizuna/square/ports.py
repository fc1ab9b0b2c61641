"""What the verbs of the square need."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cached_property

from kizuna.ground.clock import Clock
from kizuna.ground.config import Config
from kizuna.people.newcomers import known
from kizuna.square.sight import Sights
from kizuna.store.store import Store


async def welcome(*written: str) -> None:
    """The check of words on a server that has none blocked."""


@dataclass(frozen=True)
class Square:
    """The square's own store, the store people, where accounts keep what is theirs alone, and where it is reached.

    ``check_words`` raises Invalid for unwelcome words, ``count`` TooMany for what a new account has done too often.
    """

    store: Store
    kept: Store
    config: Config
    clock: Clock
    check_words: Callable[..., Awaitable[None]] = welcome
    count: Callable[..., None] = known
    sights: Sights = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sights", Sights(self.store, self.kept, self.clock))

    @cached_property
    def origin(self) -> str:
        """The address of this server, without a slash at the end. Kept, since every post asks."""
        return self.config.url

    @cached_property
    def domain(self) -> str:
        """What this server calls itself in ``@handle@domain``."""
        return self.config.domain
