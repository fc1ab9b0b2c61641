"""Several servers in one process: each with its files, its randomness and its lives, on one clock and one network.

A server can be killed at any step and started again from its files. The same seed gives the same world.
"""

import asyncio
import shutil
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import structlog

from kizuna.doors.metrics import Metrics
from kizuna.doors.observe import log_request
from kizuna.ground.config import Config
from kizuna.ground.randomness import Randomness, SeededRandomness
from kizuna.mail.folder import NoMailer
from kizuna.mail.port import Mail
from kizuna.people.passwords import Argon2Hasher
from kizuna.wiring import Ports, Server, build
from tests.sim.client import Client
from tests.sim.clock import EPOCH_MS, SimClock
from tests.sim.loop import CURRENT, Process, SimLoop, simulation
from tests.sim.network import ASKER, CALM, Faults, Network, SimFetch
from tests.sim.shared import kept

ANSWER_S = 20.0  # how long people's browsers and apps wait


class AskersRandomness:
    """A stream of values for each asker.

    A real generator's values tell nothing about how many were drawn before. A seeded one's would, so that what one
    person does must not move another's stream; the two worlds could not be compared otherwise.
    """

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._streams: dict[str, SeededRandomness] = {}

    def bytes(self, count: int) -> bytes:
        """``count`` repeatable bytes."""
        return self._mine().bytes(count)

    def token(self, nbytes: int = 32) -> str:
        """URL-safe base64 text of ``nbytes`` repeatable bytes."""
        return self._mine().token(nbytes)

    def below(self, bound: int) -> int:
        """A whole number from 0 to ``bound`` - 1."""
        return self._mine().below(bound)

    def uniform(self) -> float:
        """A number in [0, 1)."""
        return self._mine().uniform()

    def _mine(self) -> SeededRandomness:
        asker = ASKER.get()
        if asker not in self._streams:
            self._streams[asker] = SeededRandomness(f"{self._seed} {asker}")
        return self._streams[asker]


class SimMailer:
    """Keeps what a server sends by mail."""

    def __init__(self, clock: SimClock) -> None:
        self.sent: list[tuple[int, Mail]] = []
        self._clock = clock

    async def send(self, mail: Mail) -> None:
        """Keep it with its time."""
        self.sent.append((self._clock.now_ms(), mail))

    def close(self) -> None:
        """Nothing to let go of."""


@dataclass(frozen=True)
class Life:
    """A server from a start to its end."""

    process: Process
    server: Server
    metrics: Metrics


class World:
    """Servers by name. ``place`` holds a directory of data for each."""

    def __init__(
        self,
        loop: SimLoop,
        seed: int | str,
        place: Path,
        servers: Mapping[str, Config],
        *,
        faults: Faults = CALM,
        epoch_ms: int = EPOCH_MS,
    ) -> None:
        self.loop = loop
        self.seed = seed
        self.place = place
        self.configs = {
            name: msgspec.structs.replace(config, data=place / name) for name, config in servers.items()
        }
        self.clock = SimClock(loop, epoch_ms)
        self.network = Network(loop, SeededRandomness(f"network {seed}"), faults)
        self.lives: dict[str, Life] = {}
        self.mailers = {name: SimMailer(self.clock) for name, config in self.configs.items() if config.mail}
        self.log: list[Mapping[str, Any]] = []
        self._births: dict[str, int] = {}
        self._addresses: dict[str, int] = {}

    async def boot(self, name: str, *, kill_after: int | None = None) -> Life | None:
        """Start a server from its files. With ``kill_after`` it dies at that step if it is still starting: None."""
        config = self.configs[name]
        process = Process(self.loop, name)
        birth = self._births[name] = self._births.get(name, 0) + 1

        def randomness(plane: str) -> Randomness:
            return AskersRandomness(f"{self.seed} {name} {birth} {plane}")

        ports = Ports(
            clock=self.clock,
            randomness=randomness,
            fetch=SimFetch(self.network, name),
            hasher=Argon2Hasher(cheap=True, threads=0, randomness=randomness("passwords")),
            mailer=self.mailers.get(name) or NoMailer(),
            inline=True,
        )
        server = process.context.run(build, config, ports)
        process.on_death(server.stores.abandon)
        self.lives[name] = Life(process, server, _observed(server))
        started = process.spawn(server.start())
        process.kill_after(kill_after)
        await asyncio.wait({started})
        if not process.alive:
            return None
        process.kill_after(None)
        started.result()
        self.network.listen(config.domain, process, server.asgi)
        return self.lives[name]

    def crash(self, name: str) -> None:
        """Kill a server at this instant."""
        self.lives[name].process.kill()

    async def stop(self, name: str) -> None:
        """Stop a server in order."""
        life = self.lives[name]
        self.network.deafen(self.configs[name].domain)
        await asyncio.wait({life.process.spawn(life.server.stop())})
        life.process.dying.clear()
        life.process.kill()

    def client(self, name: str, source: str, *, bearer: str | None = None) -> Client:
        """A browser or app of somebody called ``source``, who has an address of their own, at a server."""
        octet = self._addresses.setdefault(source, len(self._addresses) + 1)
        return Client(
            lambda call: self.network.send(source, call, ANSWER_S),
            self.configs[name].url,
            bearer=bearer,
            address=f"203.0.113.{octet}",
        )

    def complaints(self) -> list[object]:
        """What went wrong that nobody foresaw: errors nobody caught, and requests that broke."""
        broken = [entry for entry in self.log if entry["level"] in ("error", "critical")]
        return [*self.loop.errors, *broken]

    def note(self, _logger: object, level: str, entry: Mapping[str, Any]) -> Mapping[str, Any]:
        """Keep what a living server logs, and print nothing."""
        process = CURRENT.get()
        if process is None or process.alive:
            name = process.name if process else ""
            self.log.append({**entry, "level": level, "server": name, "at": self.loop.time()})
        raise structlog.DropEvent


def _observed(server: Server) -> Metrics:
    """What `kizuna serve` has look on, as far as the settings ask for it."""
    metrics = Metrics(server.stores.each())
    if server.config.metrics_port:
        server.front.observers.append(metrics.observe)
    if server.config.request_log:
        server.front.observers.append(log_request)
    return metrics


@contextmanager
def world(
    seed: int | str,
    place: Path,
    servers: Mapping[str, Config],
    *,
    race: bool = True,
    faults: Faults = CALM,
    epoch_ms: int = EPOCH_MS,
) -> Generator[World]:
    """A world on a loop of its own. ``race`` lets ready steps run in a seeded random order."""
    with kept().used(), _logging(), simulation(SeededRandomness(f"race {seed}") if race else None) as loop:
        made = World(loop, seed, place, servers, faults=faults, epoch_ms=epoch_ms)
        structlog.configure(processors=[made.note])
        yield made


@contextmanager
def _logging() -> Generator[None]:
    """The log is a world's own until the last of its processes is buried."""
    try:
        yield
    finally:
        structlog.reset_defaults()


def copy_place(template: Path, place: Path) -> Path:
    """The files of a stopped world, for another one."""
    shutil.copytree(template, place, dirs_exist_ok=True)
    return place
