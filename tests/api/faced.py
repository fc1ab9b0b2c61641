"""People with tokens for one face or both, each let in on the authorise page."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from kizuna.wiring import Server
from tests.web.visitor import Visitor, befriend, join
from tests.wire import SCOPES, Api, new_app

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
BOTH = ("square", "circle")


@dataclass(frozen=True)
class Faced:
    """Somebody: a browser, and an app for each choice of faces."""

    pages: Visitor
    square: Api
    circle: Api
    both: Api


async def let_in(visitor: Visitor, faces: Sequence[str]) -> Api:
    """An app that acts for these faces."""
    server = visitor.server
    app = await new_app(server)
    asked = {"response_type": "code", "client_id": app["client_id"], "redirect_uri": OUT_OF_BAND}
    page = await visitor.open(f"/oauth/authorize?{urlencode({**asked, 'scope': SCOPES})}")
    answers = {"face[]": list(faces), "decision": "allow"}
    shown = await visitor.told(page, "/oauth/authorize", 200, **answers)
    (code,) = shown.words_of("code")
    secret = {"client_id": app["client_id"], "client_secret": app["client_secret"], "code": code}
    grant = {"grant_type": "authorization_code", "redirect_uri": OUT_OF_BAND}
    token = await Api(server).post("/oauth/token", {**secret, **grant})
    return Api(server, token["access_token"])


async def arrive(server: Server, handle: str) -> Faced:
    """Somebody signs up and lets three apps in."""
    pages = await join(server, handle)
    apis = [await let_in(pages, faces) for faces in (("square",), ("circle",), BOTH)]
    return Faced(pages, *apis)


async def friends(server: Server, one: str, other: str) -> tuple[Faced, Faced]:
    """Two who are friends."""
    pair = await arrive(server, one), await arrive(server, other)
    await befriend(pair[0].pages, pair[1].pages)
    return pair
