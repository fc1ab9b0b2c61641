"""What the verbs and duties of the tie need."""

from dataclasses import dataclass, field

from kizuna.fetch.port import Fetch
from kizuna.ground.clock import Clock
from kizuna.ground.config import Config
from kizuna.ground.randomness import Randomness
from kizuna.store.store import Store
from kizuna.tie.told import Told


@dataclass(frozen=True)
class Tie:
    """The circle's store and the way out.

    `randomness` is a stream of the tie's own: what partners see of it (OAuth states and challenges) must not depend on
    how busy the circle is. `settle_ms` is how long after the last send a request may still take effect; only a look at
    the place after that can say that nothing is there. It must be longer than any timeout of `fetch`.
    """

    store: Store
    fetch: Fetch
    clock: Clock
    randomness: Randomness
    config: Config
    settle_ms: int = 60_000
    told: Told = field(default_factory=Told)

    @property
    def redirect_uri(self) -> str:
        """Where partners send people back to."""
        return f"{self.config.url}/ties/callback"

    @property
    def app_name(self) -> str:
        """How we introduce ourselves. It names this server, so that copies of two servers cannot be mixed up."""
        return f"Kizuna ({self.config.domain})"
