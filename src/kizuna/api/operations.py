"""An operation of the API: method, path, who may call it with which scope, its parameters and its answer.

The route and the OpenAPI description are both made from it, so they cannot tell different stories.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kizuna.api.calls import Call, OwnCall, P
from kizuna.doors.credentials import INVALID_TOKEN
from kizuna.doors.params import read_tree, shape
from kizuna.doors.parts import MemberParts, PublicParts
from kizuna.doors.routes import MemberRoute, PublicRoute, asker_of
from kizuna.ground.errors import Forbidden, Unauthorized
from kizuna.people.models import AppToken, Viewer
from kizuna.people.scopes import allows

Access = Literal["anyone", "app", "person"]
PublicHandler: TypeAlias = Callable[[Call[P]], Awaitable[Response]]
OwnHandler: TypeAlias = Callable[[OwnCall[P]], Awaitable[Response]]
OUT_OF_SCOPE: Final = "This action is outside the authorized scopes"


@dataclass(frozen=True, slots=True)
class Operation:
    """What the route table and the description need to know."""

    access: Access
    scope: str | None
    summary: str
    params: type[msgspec.Struct]
    answer: object
    route: PublicRoute | MemberRoute


def anyone(
    method: str,
    path: str,
    handler: PublicHandler[P],
    params: type[P],
    answer: object,
    scope: str | None = None,
) -> Operation:
    """An operation that needs no token; a token that is shown has to hold ``scope``."""
    return _public("anyone", method, path, handler, params, answer, scope)


def by_app(
    method: str,
    path: str,
    handler: PublicHandler[P],
    params: type[P],
    answer: object,
    scope: str | None = None,
) -> Operation:
    """An operation that needs any token, a person's or an app's own."""
    return _public("app", method, path, handler, params, answer, scope)


def by_person(
    method: str,
    path: str,
    handler: OwnHandler[P],
    params: type[P],
    answer: object,
    scope: str | None,
    *,
    uploads: bool = False,
) -> Operation:
    """An operation that needs a person's token with ``scope``; only with ``uploads`` may its body be large."""

    async def handle(parts: MemberParts, request: Request, viewer: Viewer) -> Response:
        _check_scope(viewer, scope)
        return await handler(OwnCall(parts, request, shape(await read_tree(request), params), viewer))

    return Operation(
        "person", scope, _summary(handler), params, answer, MemberRoute(method, path, handle, uploads)
    )


def _public(
    access: Literal["anyone", "app"],
    method: str,
    path: str,
    handler: PublicHandler[P],
    params: type[P],
    answer: object,
    scope: str | None,
) -> Operation:
    async def handle(parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
        app = asker_of(request).app
        token = viewer or app
        if access == "app" and token is None:
            raise Unauthorized(INVALID_TOKEN)
        _check_scope(token, scope)
        return await handler(Call(parts, request, shape(await read_tree(request), params), viewer, app))

    return Operation(access, scope, _summary(handler), params, answer, PublicRoute(method, path, handle))


def _check_scope(token: Viewer | AppToken | None, scope: str | None) -> None:
    if token is not None and scope is not None and not allows(token.scopes, scope):
        raise Forbidden(OUT_OF_SCOPE)


def _summary(handler: Callable[..., object]) -> str:
    return (handler.__doc__ or "").strip().partition("\n")[0]
