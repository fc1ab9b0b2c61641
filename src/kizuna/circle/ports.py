"""What the verbs of the circle need."""

from collections.abc import Callable
from dataclasses import dataclass

from kizuna.ground.clock import Clock
from kizuna.ground.randomness import Randomness
from kizuna.people.newcomers import known
from kizuna.store.store import Store


@dataclass(frozen=True)
class Circle:
    """The circle's own store, clock and stream of randomness. Only what serves signed-in requests holds it.

    ``count`` raises TooMany for what a new face has done too often.
    """

    store: Store
    clock: Clock
    randomness: Randomness
    count: Callable[..., None] = known
