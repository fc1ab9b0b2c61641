"""What may be told of a request afterwards, by log and metrics: method, route, status, time. Never of the circle.

A count per route would count voices, since what a person with a circle face posts by a client is a voice or a post. So
a request behind which a circle face stands leaves no trace, and neither do invites, which lead into the circle.
"""

from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

import structlog
from starlette.types import Message, Scope, Send

from kizuna.doors.routes import ASKER, ROUTE

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
OTHER: Final = "other"
_CLOSED: Final = "/invite/"


class Seen(NamedTuple):
    """A request that was served. ``route`` is the template, so that no id, name or query is in it."""

    method: str
    route: str
    status: int
    ms: int


Observer: TypeAlias = Callable[[Seen], None]


class Noting:
    """Wraps ``send`` and notes the status; 0 as long as there is none."""

    def __init__(self, send: Send) -> None:
        self.status = 0
        self._send = send

    async def __call__(self, message: Message) -> None:
        """Pass one ASGI message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)


def seen_in(scope: Scope, status: int, ms: int) -> Seen | None:
    """What may be told of a served request; None when nothing may, or nobody heard an answer."""
    viewer = scope[ASKER].viewer
    route: str = scope.get(ROUTE, OTHER)
    if not status or (viewer is not None and viewer.circle_id is not None) or route.startswith(_CLOSED):
        return None
    return Seen(scope["method"] if scope["method"] in METHODS else OTHER, route, status, ms)


def log_request(seen: Seen) -> None:
    """One line of the log."""
    structlog.get_logger("requests").info("request", **seen._asdict())
