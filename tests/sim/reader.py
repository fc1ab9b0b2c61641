"""Readers who keep a list up to date by a stream that breaks off anywhere, as an open page and an app do.

A page takes its stream up behind what it saw last and loads anew only when it is told that something was lost; an app
loads anew whenever it connects. In between each event may come once, and at the end the list must be what is there.
"""

import asyncio
import html
import json
import re
from collections.abc import Mapping
from typing import Any, cast

from starlette.types import Receive, Send

from kizuna.ground.randomness import Randomness
from tests.sim.client import Client
from tests.sim.lines import cookies_of, scope_of
from tests.sim.network import ASKER, SilenceError, UnreachableError
from tests.sim.person import RefusedError, accepted
from tests.sim.world import Life, World

SLOWEST_S = 0.4  # a frame's way
LONGEST_S = 60.0  # a connection's life
PAGED = 40  # items of a page that are looked at: more than are compared, boosts left out


class Connection:
    """One connection. What is on its way when it breaks is never seen."""

    def __init__(self, life: Life, client: Client, path: str, headers: Mapping[str, str]) -> None:
        self.frames: asyncio.Queue[Mapping[str, Any] | None] = asyncio.Queue()
        self._said: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
        self._life = life
        life.process.on_death(self._over)
        life.process.spawn(self._serve(scope_of(client, path, headers), client.address))

    async def _serve(self, scope: dict[str, Any], address: str) -> None:
        ASKER.set(address)
        await self._life.server.asgi(scope, cast(Receive, self._said.get), cast(Send, self._send))
        self._over()

    async def _send(self, message: Mapping[str, Any]) -> None:
        self.frames.put_nowait(message)

    def _over(self) -> None:
        self.frames.put_nowait(None)

    def leave(self) -> None:
        """Break it off."""
        self._said.put_nowait({"type": "http.disconnect"})
        if self._over in self._life.process.dying:
            self._life.process.dying.remove(self._over)


class Reader:
    """One list and its stream. Subclasses know how it is loaded and what the events do to it."""

    path = ""

    def __init__(self, world: World, server: str, client: Client, chance: Randomness) -> None:
        self.client = client
        self.items: dict[str, str] = {}
        self.wrong: list[str] = []
        self.events = 0
        self.loads = 0
        self.calm = False
        self.position = ""
        self.lost = True
        self._world = world
        self._server = server
        self._chance = chance
        self._seen: set[tuple[str, str]] = set()

    async def follow(self) -> None:
        """Read for ever: connect, and connect again."""
        while True:
            try:
                await self._connected()
            except (SilenceError, UnreachableError, RefusedError, TimeoutError):
                await asyncio.sleep(1)
            await asyncio.sleep(self._chance.uniform())

    async def load(self) -> dict[str, str]:
        """What is there now. Raises what the network does, RefusedError."""
        raise NotImplementedError

    def headers(self) -> dict[str, str]:
        """What is sent to open the stream."""
        raise NotImplementedError

    def must_load(self) -> bool:
        """Whether a new connection begins with a load."""
        raise NotImplementedError

    def take(self, name: str, data: str) -> None:
        """What an event does to the list."""
        raise NotImplementedError

    async def _connected(self) -> None:
        life = self._world.lives[self._server]
        if not life.process.alive:
            raise UnreachableError(self._server)
        connection = Connection(life, self.client, self.path, {"host": self._host, **self.headers()})
        try:
            async with asyncio.timeout(10):
                start = await connection.frames.get()
            if start is None or start["status"] != 200:
                raise UnreachableError(f"{start and start['status']}")
            if self.must_load():
                await self.reload()
            life_s = LONGEST_S * self._chance.uniform()
            if self.calm:
                await self._read(connection)
            async with asyncio.timeout(life_s):
                await self._read(connection)
        except TimeoutError:
            pass
        finally:
            connection.leave()

    @property
    def _host(self) -> str:
        return self._world.configs[self._server].domain

    async def reload(self) -> None:
        """Take everything from the place itself; what follows is a new story."""
        self.lost = True
        self.items = await self.load()
        self.lost = False
        self.loads += 1
        self._seen.clear()

    async def _read(self, connection: Connection) -> None:
        raw = b""
        while (message := await connection.frames.get()) is not None:
            await asyncio.sleep(self._chance.uniform() * SLOWEST_S)
            raw += message.get("body", b"")
            *blocks, raw = raw.split(b"\n\n")
            for block in blocks:
                if not block.startswith(b":"):
                    await self._event(block.decode())

    async def _event(self, block: str) -> None:
        fields = dict(line.split(": ", 1) for line in block.split("\n"))
        name, place = fields["event"], fields.get("id", "")
        if name == "lost":
            await self.reload()
            return
        if (name, place) in self._seen:
            self.wrong.append(f"{self.client.address} {self.path}: {name} {place} came twice")
        self._seen.add((name, place))
        self.position = place
        self.events += 1
        self.take(name, fields["data"])


class App(Reader):
    """An app at the user stream of the API: whatever an event says of a status is what the timeline would say."""

    path = "/api/v1/streaming/user"

    async def load(self) -> dict[str, str]:
        answer = accepted(await self.client.get("/api/v1/timelines/home?limit=40"))
        return {status["id"]: _words(status) for status in answer.json()}

    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.client.bearer}"}

    def must_load(self) -> bool:
        return True

    def take(self, name: str, data: str) -> None:
        if name == "delete":
            self.items.pop(data, None)
        elif name == "update" or (name == "status.update" and json.loads(data)["id"] in self.items):
            status = json.loads(data)
            self.items[status["id"]] = _words(status)


class Page(Reader):
    """The page Home: it is told which item is new, changed or gone, and takes it from the place."""

    path = "/live?on=home all"

    def __init__(
        self, world: World, server: str, client: Client, chance: Randomness, shows: Mapping[str, str]
    ) -> None:
        super().__init__(world, server, client, chance)
        self.shows = shows
        """Which post each boost shows, as the page has it in its elements."""

    async def load(self) -> dict[str, str]:
        there: dict[str, str] = {}
        path: str | None = "/"
        while path and len(there) < PAGED:
            page = accepted(await self.client.get(path)).text
            there |= dict.fromkeys(re.findall(r'<article[^>]* id="[a-z]+(\d+)"', page), "")
            older = re.search(r'rel="next" href="([^"]+)"', page)
            path = html.unescape(older[1]) if older else None
        return there

    async def reload(self) -> None:
        self.position = str(self._world.clock.now_ms())
        await super().reload()

    def headers(self) -> dict[str, str]:
        return cookies_of(self.client) | ({"last-event-id": self.position} if self.position else {})

    def must_load(self) -> bool:
        return self.lost

    def take(self, name: str, data: str) -> None:
        if name not in ("new", "gone"):
            return
        item = json.loads(data)["id"]
        self.items[item] = ""
        if name == "gone":  # what shows it goes with it
            for one in [one for one in self.items if item in (one, self.shows.get(one))]:
                del self.items[one]


def _words(status: Mapping[str, Any]) -> str:
    return str((status["reblog"] or status)["content"])
