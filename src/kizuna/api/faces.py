"""Which plane answers a call: the square, or for a token that may act for a circle face its twin in `voices`.

A token with the square face alone never reaches a twin, so it meets exactly the code of a server without a circle. An
id tells by itself in which plane it was made. What can be done with a post and has no twin is refused for a voice:
it must not be shown to others, nor kept where the circle's gate is not asked.
"""

from collections.abc import Callable, Iterable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from kizuna.api.calls import Nothing, OwnCall, path_id
from kizuna.api.operations import Operation, by_person
from kizuna.circle import friend_queries, queries
from kizuna.doors.parts import MemberParts
from kizuna.doors.routes import MemberRoute, PublicRoute
from kizuna.ground.errors import Invalid, NotFound
from kizuna.ground.ids import parse_id, store_of
from kizuna.people.models import Viewer

STATUS: Final = "/api/v1/statuses/{id:int}"
ACCOUNT: Final = "/api/v1/accounts/{id:int}"


def face_of(viewer: Viewer) -> int:
    """The circle face that acts in a twin."""
    assert viewer.circle_id is not None, "a twin is reached with the circle face only"
    return viewer.circle_id


def of_circle(text: object) -> bool:
    """Whether an id as a client writes it was made in the circle."""
    value = parse_id(text)
    return value is not None and store_of(value) == "circle"


def member_routes(operations: Iterable[Operation], twins: Iterable[Operation]) -> list[MemberRoute]:
    """The routes for signed-in people: those of the square, each with its twin behind the same address."""
    known = {(each.route.method, each.route.path): each for each in twins}
    routes: list[MemberRoute] = []
    for each in operations:
        place = (each.route.method, each.route.path)
        twin = known.pop(place, None) or _refusal(each)
        if twin is not None:
            assert isinstance(twin.route, MemberRoute)
            routes.append(_either(each.route, twin.route))
        elif isinstance(each.route, MemberRoute):
            routes.append(each.route)
    assert not known, f"twins of nothing: {sorted(known)}"
    return routes


def _either(square: PublicRoute | MemberRoute, circle: MemberRoute) -> MemberRoute:
    by_id = "{id" in square.path

    async def handle(parts: MemberParts, request: Request, viewer: Viewer) -> Response:
        mine = viewer.circle_id is not None and (not by_id or of_circle(str(request.path_params["id"])))
        return await (circle if mine else square).handler(parts, request, viewer)

    return MemberRoute(square.method, square.path, handle)


def _refusal(square: Operation) -> Operation | None:
    """What answers for a voice or a circle face where the square has something to do with a post or an account."""
    refusals: tuple[tuple[str, Callable[..., object]], ...] = ((STATUS, _no_voice), (ACCOUNT, _no_face))
    for prefix, handler in refusals:
        if square.route.path.startswith(prefix):
            return by_person(
                square.route.method, square.route.path, handler, Nothing, square.answer, square.scope
            )
    return None


async def _no_voice(call: OwnCall[Nothing]) -> Response:
    """Refused for those who may read it; for others it is not there."""
    if not await queries.load(call.parts.circle.store.reads, face_of(call.viewer), [path_id(call.request)]):
        raise NotFound
    raise Invalid("What is said among friends cannot be shared, kept or marked with an app yet")


async def _no_face(call: OwnCall[Nothing]) -> Response:
    """Refused for a face that is there."""
    face = await friend_queries.profile_by_id(
        call.parts.circle.store.reads, face_of(call.viewer), path_id(call.request)
    )
    if face is None:
        raise NotFound
    raise Invalid("Friendships are made and ended on the pages of this server")
