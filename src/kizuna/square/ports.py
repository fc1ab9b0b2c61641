"""What the verbs of the square need."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from kizuna.ground.config import Config
from kizuna.ground.events import Event
from kizuna.store.store import Store


def _nobody(event: Event) -> None:
    """Nobody keeps a cache."""


@dataclass(frozen=True)
class Square:
    """The square's own store, and where it is reached.

    ``changed`` is told every event after its commit and before the answer, so that no cache of this process is stale
    for the author's next request. It must be quick. Everything else follows from the outbox.
    """

    store: Store
    config: Config
    changed: Callable[[Event], None] = _nobody

    @cached_property
    def origin(self) -> str:
        """The address of this server, without a slash at the end. Kept, since every post asks."""
        return self.config.url

    @cached_property
    def domain(self) -> str:
        """What this server calls itself in ``@handle@domain``."""
        return self.config.domain
