"""Two people on whom an end is tried again and again: one says things, the other listens and reads."""

import asyncio
import itertools
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

import httpx2
import msgspec

from kizuna.circle import actions as circle_actions
from kizuna.circle import attachment_queries, friend_actions
from kizuna.circle.models import Audience, Rule
from kizuna.doors.cookies import cookie_name
from kizuna.ground.config import Config
from kizuna.ground.errors import Unavailable
from kizuna.media.actions import Chosen, upload
from kizuna.media.models import Words
from kizuna.people import oauth, sessions
from kizuna.people.models import Ask, FaceChoice, NewApp, Redeem, Viewer
from kizuna.people.viewers import viewer_by_session
from kizuna.square import actions as square_actions
from kizuna.square.models import Draft
from kizuna.wiring import Server
from tests.media.corpus import plain
from tests.revocation.ears import Ear, events, socket
from tests.running import running
from tests.web.visitor import join

OUT_OF_BAND: Final = "urn:ietf:wg:oauth:2.0:oob"
SCOPES: Final = "read write follow"
FRIENDS: Final = Rule(audience=Audience.FRIENDS)
SETTINGS: Final = Config(origin="http://localhost:3000", test_mode=True, language="en")
_number: Final = itertools.count(1)


@dataclass
class Person:
    """Somebody with both faces. ``session`` is the browser that belongs to them for good."""

    server: Server
    handle: str
    session: str
    viewer: Viewer
    square: int
    circle: int

    async def new_session(self) -> tuple[str, Viewer]:
        """Another browser of theirs."""
        made = await sessions.start_session(self.server.parts.people, self.viewer.person_id, "another")
        return made.token, made.viewer

    async def new_token(self, app: NewApp, by: Viewer) -> str:
        """A token of an app for both faces."""
        people = self.server.parts.people
        ids = {"client_id": app.app.client_id, "redirect_uri": OUT_OF_BAND}
        ask = Ask(response_type="code", scope=SCOPES, **ids)
        code = await oauth.authorize(people, by, ask, FaceChoice(square=True, circle=True))
        redeem = Redeem(client_secret=app.client_secret, code=code, **ids)
        return (await oauth.exchange_code(people, redeem)).access_token

    async def say(self, text: str, rule: Rule = FRIENDS) -> int:
        """A voice."""
        return await circle_actions.say_to(self.server.parts.circle, self.circle, text, rule)

    async def post(self, text: str) -> int:
        """A public post."""
        return await square_actions.post(self.server.parts.square, self.square, Draft(text=text))

    async def befriend(self, other: "Person") -> None:
        """Both become friends, if they are not."""
        circle = self.server.parts.circle
        _, code = await friend_actions.make_invite(circle, self.circle)
        await friend_actions.take_invite(circle, code, other.circle)

    async def follow(self, other: "Person") -> None:
        """Follow on the square."""
        await square_actions.follow(self.server.parts.square, self.square, other.square)

    async def picture(self, rule: Rule) -> tuple[int, str]:
        """A voice with a picture: its id, and where the picture is."""
        parts = self.server.parts
        chosen = Chosen(parts.media, self.viewer.person_id, (await self._staged(),))
        voice_id = await circle_actions.say_to(parts.circle, self.circle, "", rule, pictures=chosen)
        found = await attachment_queries.pictures(parts.circle.store.reads, self.circle, [voice_id])
        return voice_id, f"/circle/media/{found[voice_id][0].id}/small"

    async def _staged(self) -> int:
        """A picture, uploaded again while too many others are being worked on."""
        words = Words(description="The harbour")
        while True:
            try:
                return (await upload(self.server.parts.media, self.viewer.person_id, plain(), words)).id
            except Unavailable:
                await asyncio.sleep(0.1)


async def arrive(server: Server) -> Person:
    """Somebody who has just signed up."""
    handle = f"p{next(_number)}"
    visitor = await join(server, handle)
    session = next(value for name, value in visitor.http.cookies.items() if "session" in name)
    viewer = await viewer_by_session(server.parts.people, session)
    assert viewer is not None
    assert viewer.square_id is not None
    assert viewer.circle_id is not None
    return Person(server, handle, session, viewer, viewer.square_id, viewer.circle_id)


@dataclass
class Lane:
    """The author whose things end to be readable, the reader who loses them, and somebody between the two."""

    server: Server
    dice: Random
    author: Person
    reader: Person
    between: Person
    app: NewApp
    token: str
    http: httpx2.AsyncClient
    viewer: Viewer
    """The reader, in the browser that is about to end."""
    made: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def cookie(self) -> str:
        """The reader's browser that stays."""
        return cookie_of(self.reader.session)

    def listen(self, session: str, token: str, *, on: str = "home all") -> list[Ear]:
        """A page and two clients of the reader's, some of them slow."""
        slow = [self.dice if self.dice.random() < 0.5 else None for _ in range(3)]
        page = events(self.server, f"/live?on={on}", slow[0], cookie=cookie_of(session))
        path = f"/api/v1/streaming/user?access_token={token}"
        return [page, events(self.server, path, slow[1]), socket(self.server, token, slow[2])]

    async def page(self, path: str, session: str | None = None) -> httpx2.Response:
        """A page as the reader's browser gets it."""
        return await self.http.get(path, headers={"Cookie": cookie_of(session or self.reader.session)})

    async def call(self, path: str, token: str | None = None) -> httpx2.Response:
        """An answer of the API to the reader's client."""
        return await self.http.get(path, headers={"Authorization": f"Bearer {token or self.token}"})


def cookie_of(session: str) -> str:
    """How a browser shows its session."""
    return f"{cookie_name(SETTINGS, 'session')}={session}"


async def make_lane(server: Server, seed: str) -> Lane:
    """Friends who follow each other."""
    author, reader, between = [await arrive(server) for _ in range(3)]
    people = server.parts.people
    app = await oauth.register_app(people, "Ears", OUT_OF_BAND, SCOPES, None)
    token = await reader.new_token(app, reader.viewer)
    transport = httpx2.ASGITransport(server.asgi, client=("192.0.2.9", 40_000))
    http = httpx2.AsyncClient(transport=transport, base_url=server.config.url)
    await reader.follow(author)
    return Lane(server, Random(seed), author, reader, between, app, token, http, reader.viewer)


@asynccontextmanager
async def serving(place: Path) -> AsyncGenerator[Server]:
    """A server with both planes."""
    config = msgspec.structs.replace(SETTINGS, data=place / "data")
    async with running(config) as server:
        yield server
