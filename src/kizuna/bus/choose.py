"""Which adapter: by the setting ``bus``."""

from kizuna.bus.memory import MemoryBus
from kizuna.bus.port import Bus
from kizuna.ground.clock import Clock
from kizuna.ground.config import Config


def choose_bus(config: Config, clock: Clock) -> Bus:
    """The bus of this configuration, not started yet."""
    if not config.bus:
        return MemoryBus()
    from kizuna.bus.valkey import ValkeyBus

    return ValkeyBus(config.bus, config.domain, clock)
