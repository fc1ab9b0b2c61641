"""Everything that somebody can obtain: every route of a server, with every id and name they could think of."""

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from typing import cast
from urllib.parse import quote, urlencode

import msgspec
from starlette.routing import Route, Router

from kizuna.wiring import Server
from tests.sim.asgi import Answer
from tests.sim.client import Client
from tests.sim.two import NAMES, PLANTED, Scene

PAUSE_S = 1.5  # slower than the rate limits, which stay on
STREAMS = ("/api/v1/streaming/", "/live")
LAST = ("/sign-out", "/settings/sessions", "/oauth/revoke")


class Ask(msgspec.Struct, frozen=True):
    """One request of a walk; ``page`` says that it is a browser's, not an app's."""

    method: str
    path: str
    query: str
    page: bool

    def __str__(self) -> str:
        return f"{self.method} {self.path}{self.query}"


def asks(server: Server, ids: Sequence[int]) -> list[Ask]:
    """All requests of a walk: what reads first, what would end the session last."""
    found = {ask: None for route in _routes(server) for ask in _of_route(route, ids)}

    def order(ask: Ask) -> tuple[bool, bool]:
        return ask.method != "GET", ask.path.startswith(LAST)

    return sorted(found, key=order)


def _routes(server: Server) -> Iterator[Route]:
    for name in ("_public", "_member"):
        for route in cast(Router, vars(server.front)[name]).routes:
            assert isinstance(route, Route), route
            yield route


def _of_route(route: Route, ids: Sequence[int]) -> Iterator[Ask]:
    handles = (*NAMES, "nobody") if "{id" not in route.path else ("aki", "nobody")
    forged = [f"{value:x}-{'A' * 22}" for value in ids]
    values = {
        "id": [str(value) for value in ids],
        "handle": handles,
        "group_key": [f"ungrouped-{value}" for value in ids],
        "tag": ["morning", PLANTED],
        "code": ["not-a-code", *(forged if route.path.startswith("/season/gift/") else ())],
        "name": ["nothing.css"],
        "token": ["not-a-token"],
        "plane": ["circle", "square"],
        "key": [f"{0:040}"],
        "file": ["small.webp"],
        "size": ["small"],
        "window": [str(ids[-1])],
    }
    names = sorted(route.param_convertors)
    for chosen in itertools.product(*(values[name] for name in names)):
        path = route.path.replace(":int}", "}")
        for name, value in zip(names, chosen, strict=True):
            path = path.replace(f"{{{name}}}", quote(value))
        page = not path.startswith(("/api", "/oauth/token", "/oauth/revoke", "/oauth/userinfo"))
        # A stream does not end: only how it begins is asked for.
        for method in ["HEAD"] if path.startswith(STREAMS) else sorted((route.methods or set()) - {"HEAD"}):
            for query in _queries(route, method, ids):
                yield Ask(method, path, query, page)


def _queries(route: Route, method: str, ids: Sequence[int]) -> Iterator[str]:
    yield ""
    if method == "GET" and not route.param_convertors:
        more = {"q": PLANTED, "acct": "aki", "show": "circle", "limit": "40", "state": "x", "code": "y"}
        yield "?" + urlencode([*more.items(), *(("id[]", str(value)) for value in ids)])
    if route.path == "/season":
        yield from (f"?act={value}" for value in ids)


class Walker:
    """Somebody who tries everything: with a browser and an app, or with neither signed in."""

    def __init__(self, browser: Client, app: Client, csrf: str, scene: Scene, ids: Sequence[int]) -> None:
        self._browser = browser
        self._app = app
        self._form = _form(csrf, scene, ids)

    async def walk(self, todo: Sequence[Ask]) -> list[tuple[str, Answer]]:
        """Make every request, slowly; answers what came back, byte for byte."""
        came: list[tuple[str, Answer]] = []
        for ask in todo:
            await asyncio.sleep(PAUSE_S)
            client = self._browser if ask.page else self._app
            if ask.method in ("GET", "HEAD"):
                answer = await client.request(ask.method, ask.path + ask.query)
            elif ask.page or ask.path.startswith("/oauth"):
                answer = await client.post_form(ask.path, self._form)
            else:
                body = msgspec.json.encode(
                    self._form | {"status": "hello", "in_reply_to_id": self._form["id"]}
                )
                kind = {"content-type": "application/json"}
                answer = await client.request(ask.method, ask.path, headers=kind, body=body)
            came.append((str(ask), answer))
        return came


def _form(csrf: str, scene: Scene, ids: Sequence[int]) -> dict[str, str | list[str]]:
    """Every field that some form has; what a form doesn't know it doesn't read."""
    return {
        "csrf": csrf,
        "text": "hello",
        "key": "walk",
        "audience": "people",
        "person": [str(scene.people[name].face_id) for name in ("aki", "ben", "chie")],
        "do": "preview",
        "note": "hello",
        "id": str(ids[-1]),
        "friend": str(scene.ben.face_id),
        "ornament": "star",
        "link": str(scene.link_id),
        "direction": "out",
        "give": "1",
        "copies": "recall",
        "plane": "circle",
        "name": "me",
        "address": "nowhere.invalid",
    }
