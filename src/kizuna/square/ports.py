"""What the verbs of the square need."""

from dataclasses import dataclass
from functools import cached_property

from kizuna.ground.config import Config
from kizuna.store.store import Store


@dataclass(frozen=True)
class Square:
    """The square's own store, and where it is reached."""

    store: Store
    config: Config

    @cached_property
    def origin(self) -> str:
        """The address of this server, without a slash at the end. Kept, since every post asks."""
        return self.config.url

    @cached_property
    def domain(self) -> str:
        """What this server calls itself in ``@handle@domain``."""
        return self.config.domain
