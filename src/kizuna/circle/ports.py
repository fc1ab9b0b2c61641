"""What the verbs of the circle need."""

from dataclasses import dataclass

from kizuna.ground.clock import Clock
from kizuna.ground.randomness import Randomness
from kizuna.store.store import Store


@dataclass(frozen=True)
class Circle:
    """The circle's own store, clock and stream of randomness. Only what serves signed-in requests holds it."""

    store: Store
    clock: Clock
    randomness: Randomness
