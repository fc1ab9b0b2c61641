"""What reaches somebody beside the answers of a walk: open streams, mails, an archive of their own, logs."""

import asyncio
import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec
from starlette.types import Receive, Send

from tests.sim.client import Client
from tests.sim.lines import cookies_of, scope_of
from tests.sim.network import ASKER
from tests.sim.person import Browser, accepted
from tests.sim.world import World

API = ("user", "user:notification", "public", "public:local", "hashtag&tag=morning")
PAGES = ("home all", "home circle", "square", "tag morning", "own")
VISITORS = ("square", "tag morning")


class Listener:
    """One open stream, with all that came by it and when, in virtual seconds."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.heard: list[tuple[float, Mapping[str, Any]]] = []

    def open(self, world: World, server: str, client: Client, path: str, headers: Mapping[str, str]) -> None:
        """Begin to listen with a browser's cookies or an app's token. Premise: the server is up."""
        scope = scope_of(client, path, headers)
        life = world.lives[server]
        said: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
        if scope["type"] == "websocket":
            said.put_nowait({"type": "websocket.connect"})

        async def send(message: Mapping[str, Any]) -> None:
            self.heard.append((round(world.loop.time(), 6), message))

        async def listen() -> None:
            ASKER.set(client.address)
            await life.server.asgi(scope, cast(Receive, said.get), cast(Send, send))

        life.process.spawn(listen())

    @property
    def opened(self) -> bool:
        """Whether the server took it in."""
        first: Mapping[str, Any] = self.heard[0][1] if self.heard else {}
        return first.get("status") == 200 or first.get("type") == "websocket.accept"


def listen(world: World, server: str, browser: Browser | None, app: Client) -> list[Listener]:
    """Open every stream there is: those of pages, and those of the API by server-sent events and by a WebSocket."""
    opened: list[Listener] = []

    def one(client: Client, path: str, headers: Mapping[str, str]) -> None:
        listener = Listener(f"{server}{path}")
        listener.open(world, server, client, path, {"host": world.configs[server].domain, **headers})
        opened.append(listener)

    token = {"authorization": f"Bearer {app.bearer}"} if app.bearer else {}
    for on in PAGES if browser else VISITORS:
        one(
            browser.client if browser else app,
            f"/live?on={on}",
            cookies_of(browser.client) if browser else {},
        )
    for stream in API if app.bearer else ():
        one(app, f"/api/v1/streaming?stream={stream}", token)
        path, _, query = stream.partition("&")
        one(app, f"/api/v1/streaming/{path.replace(':', '/')}?{query}", token)
    return opened


async def take_archive(world: World, browser: Browser, secret: str) -> dict[str, bytes]:
    """Ask for the archive of everything that is one's own, wait for it, and unpack it."""
    await browser.send("/settings/prove", password=secret)
    await browser.send("/settings/archive")
    await asyncio.sleep(60)
    answer = accepted(await browser.client.get("/settings/archive/file"))
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def mails_to(world: World, server: str, name: str) -> list[str]:
    """The mails that somebody got, with their times."""
    sent = world.mailers[server].sent
    return [
        f"{at} {msgspec.json.encode(mail).decode()}" for at, mail in sent if mail.to == f"{name}@mail.example"
    ]


async def numbers(world: World, server: str) -> list[str]:
    """The metrics, without those of the machine's own work (CPU, memory), which docs/decisions/041 names."""
    text = (await world.lives[server].metrics.text()).decode()
    return [line for line in text.splitlines() if "process_" not in line]


def logged(world: World, server: str) -> Sequence[str]:
    """All that the server wrote into its log, with the times."""
    return [f"{entry}" for entry in world.log if entry["server"] == server]
