"""The streaming API by server-sent events. ``sockets`` has the same by WebSocket.

Every stream needs a person's token, also the public ones, as in Mastodon since 4.2.
"""

from typing import Final

import msgspec
from starlette.responses import PlainTextResponse, Response

from kizuna.api.calls import Call, Nothing, OwnCall, P
from kizuna.api.operations import OUT_OF_SCOPE, Operation, anyone, by_person
from kizuna.doors.credentials import bearer_token
from kizuna.doors.streams import EventStream, last_event
from kizuna.ground.errors import Forbidden
from kizuna.people.models import Viewer
from kizuna.people.ports import People
from kizuna.people.tokens import token_hash
from kizuna.people.viewers import viewer_by_bearer
from kizuna.streaming.frames import ApiEvents
from kizuna.streaming.models import Authorise
from kizuna.streaming.names import channels_of, covers, stream_named

FORM: Final = ApiEvents()
PLACE: Final = "/api/v1/streaming"


class Tagged(msgspec.Struct):
    """Which hashtag."""

    tag: str = ""


async def health(call: Call[Nothing]) -> Response:  # noqa: ARG001 - every handler has the same signature
    """Whether streams are served."""
    return PlainTextResponse("OK")


async def user(call: OwnCall[Nothing]) -> Response:
    """One's home and one's notifications, as they come."""
    return _open(call, "user")


async def notifications(call: OwnCall[Nothing]) -> Response:
    """One's notifications alone."""
    return _open(call, "user:notification")


async def public(call: OwnCall[Nothing]) -> Response:
    """Public posts of everybody, as they come."""
    return _open(call, "public")


async def local(call: OwnCall[Nothing]) -> Response:
    """Public posts of this server: there are no others yet."""
    return _open(call, "public:local")


async def remote(call: OwnCall[Nothing]) -> Response:
    """Public posts of other servers: there are none yet."""
    return _open(call, "public:remote")


async def hashtag(call: OwnCall[Tagged]) -> Response:
    """Public posts with a hashtag."""
    return _open(call, "hashtag", call.params.tag)


async def local_hashtag(call: OwnCall[Tagged]) -> Response:
    """Public posts of this server with a hashtag."""
    return _open(call, "hashtag:local", call.params.tag)


def authorised(people: People, token: str) -> Authorise:
    """Looks who is behind a token at this moment."""

    async def look() -> Viewer | None:
        holder = await viewer_by_bearer(people, token)
        return holder if isinstance(holder, Viewer) else None

    return look


def _open(call: OwnCall[P], name: str, tag: str | None = None) -> Response:
    stream = stream_named(name, tag)
    if not covers(stream, call.viewer.scopes):
        raise Forbidden(OUT_OF_SCOPE)
    token = bearer_token(call.request)
    assert token is not None, "nobody comes here without one"
    return EventStream(
        call.request,
        call.parts.streams,
        FORM,
        channels_of(stream, call.viewer),
        authorise=authorised(call.parts.people, token),
        digest=token_hash("bearer", token),
        position=last_event(call.request, "last_event_id"),
    )


OPERATIONS: Final[tuple[Operation, ...]] = (
    anyone("GET", f"{PLACE}/health", health, Nothing, str),
    by_person("GET", f"{PLACE}/user", user, Nothing, str, None),
    by_person("GET", f"{PLACE}/user/notification", notifications, Nothing, str, "read:notifications"),
    by_person("GET", f"{PLACE}/public", public, Nothing, str, "read:statuses"),
    by_person("GET", f"{PLACE}/public/local", local, Nothing, str, "read:statuses"),
    by_person("GET", f"{PLACE}/public/remote", remote, Nothing, str, "read:statuses"),
    by_person("GET", f"{PLACE}/hashtag", hashtag, Tagged, str, "read:statuses"),
    by_person("GET", f"{PLACE}/hashtag/local", local_hashtag, Tagged, str, "read:statuses"),
)
