"""What the verbs of people need."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from kizuna.bus.port import Bus
from kizuna.ground.clock import Clock
from kizuna.ground.config import Config, Plane
from kizuna.ground.ids import Ids
from kizuna.ground.randomness import Randomness
from kizuna.people.events import Activated
from kizuna.people.limits import Limiter
from kizuna.people.passwords import Hasher
from kizuna.people.seen import Seen
from kizuna.store.store import Store


async def let_in(address: str, email: str | None) -> None:
    """The screen of a server that keeps nobody out."""


@dataclass(frozen=True)
class People:
    """The store people with its own stream of randomness. ``face_ids`` makes the ids of the faces of each plane;
    ``screen`` raises Forbidden for addresses that nobody may sign up from."""

    store: Store
    config: Config
    clock: Clock
    randomness: Randomness
    hasher: Hasher
    bus: Bus
    limiter: Limiter
    face_ids: Mapping[Plane, Ids]
    seen: Seen = field(default_factory=Seen)
    screen: Callable[[str, str | None], Awaitable[None]] = let_in

    def __post_init__(self) -> None:
        """Hear of commits, in whatever process they are made."""
        self.seen.follow(self.store)
        self.store.hear(Activated, lambda event: self.bus.publish(activated_topic(event.person_id), b""))


def activated_topic(person_id: int) -> str:
    """The topic of the bus on which a sign-up waits for its faces."""
    return f"people.activated.{person_id}"
