"""Route tables and the two applications made of them: one for anybody, one for members.

A handler is ``async def name(parts, request, viewer)``. A public handler is mounted in both applications, so that a
signed-in person meets the same code; a member's handler exists only where there is a viewer.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router, compile_path
from starlette.types import Receive, Scope, Send

from kizuna.doors.credentials import Asker
from kizuna.doors.parts import MemberParts, PublicParts
from kizuna.people.models import Viewer

PublicHandler: TypeAlias = Callable[[PublicParts, Request, Viewer | None], Awaitable[Response]]
MemberHandler: TypeAlias = Callable[[MemberParts, Request, Viewer], Awaitable[Response]]
ASKER: Final = "kizuna.asker"
ROUTE: Final = "kizuna.route"
_CONVERTER: Final = re.compile(r":\w+}")


@dataclass(frozen=True, slots=True)
class PublicRoute:
    """A route for anybody; signed in, its handler also gets the viewer."""

    method: str
    path: str
    handler: PublicHandler


@dataclass(frozen=True, slots=True)
class MemberRoute:
    """A route only for signed-in people. Only where it takes ``uploads`` may a request be large."""

    method: str
    path: str
    handler: MemberHandler
    uploads: bool = False


@dataclass(frozen=True, slots=True)
class MemberPaths:
    """What exists for members, as patterns only: lets a visitor be asked to sign in without holding any handler."""

    patterns: tuple[tuple[str, re.Pattern[str]], ...]
    uploads: tuple[tuple[str, re.Pattern[str]], ...] = ()

    def takes_uploads(self, method: str, path: str) -> bool:
        """Whether a request to this path may bring pictures."""
        return any(method == each and pattern.match(path) for each, pattern in self.uploads)

    def has(self, method: str, path: str) -> bool:
        """Whether members have this method on this path."""
        wanted = "GET" if method == "HEAD" else method
        return any(wanted == each and pattern.match(path) for each, pattern in self.patterns)


def asker_of(request: Request) -> Asker:
    """Who is asking, as the front found out."""
    asker = request.scope[ASKER]
    assert isinstance(asker, Asker)
    return asker


def public_app(parts: PublicParts, routes: Sequence[PublicRoute]) -> Router:
    """The application for visitors. ``parts`` must not be a member's: the point is what it doesn't hold."""
    assert not isinstance(parts, MemberParts)
    return DirectRouter([_public(route, parts) for route in routes])


def member_app(parts: MemberParts, public: Sequence[PublicRoute], member: Sequence[MemberRoute]) -> Router:
    """The application for signed-in people; where both tables have a path, the member's route wins."""
    return DirectRouter(
        [_member(route, parts) for route in member] + [_public(route, parts) for route in public]
    )


def member_paths(routes: Sequence[MemberRoute]) -> MemberPaths:
    """The patterns of the member routes."""
    return MemberPaths(
        tuple((route.method, compile_path(route.path)[0]) for route in routes),
        tuple((route.method, compile_path(route.path)[0]) for route in routes if route.uploads),
    )


class _Route(Route):
    """A route that remembers what Starlette wraps up."""

    def __init__(self, method: str, path: str, handle: Callable[[Request], Awaitable[Response]]) -> None:
        super().__init__(path, handle, methods=[method])
        self.method = method
        self.handle_request = handle


class DirectRouter(Router):
    """A router that finds a fixed path by one look-up. Trying the patterns of all routes costs as much as home itself.

    What is not found so (paths with an id, HEAD, a method that does not exist) goes the ordinary way; a handler sees
    no difference.
    """

    def __init__(self, routes: Sequence[_Route]) -> None:
        # Fixed paths first: /accounts/lookup must not be read as an account called "lookup".
        fixed = [route for route in routes if not route.param_convertors]
        varied = [route for route in routes if route.param_convertors]
        super().__init__([*fixed, *varied], redirect_slashes=False)
        # The first of two alike wins, as it does for Starlette.
        self._direct = {(route.method, route.path): route.handle_request for route in reversed(fixed)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI scope."""
        handle = self._direct.get((scope["method"], scope["path"]))
        if handle is None:
            await super().__call__(scope, receive, send)
            return
        answer = await handle(Request(scope, receive, send))
        await answer(scope, receive, send)


def template_of(path: str) -> str:
    """A route's path as the docs write it: parameters without their converters."""
    return _CONVERTER.sub("}", path)


def _public(route: PublicRoute, parts: PublicParts) -> _Route:
    template = template_of(route.path)

    async def endpoint(request: Request) -> Response:
        request.scope[ROUTE] = template
        return await route.handler(parts, request, asker_of(request).viewer)

    return _Route(route.method, route.path, endpoint)


def _member(route: MemberRoute, parts: MemberParts) -> _Route:
    template = template_of(route.path)

    async def endpoint(request: Request) -> Response:
        request.scope[ROUTE] = template
        viewer = asker_of(request).viewer
        assert viewer is not None  # the front hands only signed-in requests to this application
        return await route.handler(parts, request, viewer)

    return _Route(route.method, route.path, endpoint)
