"""What a supervisor or a load balancer asks: is the process alive, can it serve. The answers tell nothing else.

They are given before anybody is identified or counted, so that a broken store or a busy neighbour changes neither.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.responses import Response
from starlette.types import Scope

HEALTH: Final = "/health"
READY: Final = "/ready"
_HEADERS: Final = {"cache-control": "no-store"}


class Health:
    """Answers the two questions. ``ready`` says whether every store answers a read."""

    def __init__(self, ready: Callable[[], Awaitable[bool]]) -> None:
        self._ready = ready

    async def answer(self, scope: Scope) -> Response | None:
        """The answer, or None when something else was asked."""
        if scope["path"] not in (HEALTH, READY):
            return None
        if scope["method"] not in ("GET", "HEAD"):
            return _plain("method not allowed", 405, {"allow": "GET, HEAD"})
        if scope["path"] == HEALTH or await self._ready():
            return _plain("ok", 200)
        return _plain("not ready", 503)


def _plain(text: str, status: int, more: dict[str, str] | None = None) -> Response:
    return Response(f"{text}\n", status, _HEADERS | (more or {}), "text/plain; charset=utf-8")
