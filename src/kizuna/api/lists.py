"""Lists of statuses of which the asker may see only some: filled up, and always with a way on."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import msgspec
from starlette.responses import Response

from kizuna.api.calls import Call, OwnCall, P
from kizuna.api.paging import links_around
from kizuna.api.present import present
from kizuna.doors.answers import json_answer
from kizuna.square.entities import Status
from kizuna.square.models import Page

MOST_ROUNDS: Final = 5
Lines = Sequence[tuple[int, int]]


async def listed(
    call: Call[P] | OwnCall[P],
    page: Page,
    find: Callable[[Page], Awaitable[Lines]],
    hidden: frozenset[int] | None = None,
) -> Response:
    """A page of a list of (cursor, status id) lines. What is gone or hidden is made up for from further down."""
    shown: list[Status] = []
    newest = older = None
    rest = page
    for _ in range(MOST_ROUNDS):
        lines = await find(rest)
        shown += await present(call.parts, call.me, [status_id for _, status_id in lines], hidden)
        newest = lines[0][0] if lines and newest is None else newest
        older = lines[-1][0] if len(lines) >= rest.limit else None
        missing = page.limit - len(shown)
        if older is None or missing == 0 or page.min_id is not None:
            break
        rest = msgspec.structs.replace(page, max_id=older, limit=missing)
    return json_answer(shown, headers=links_around(call.parts.config, call.request, newest, older))


def by_id(find: Callable[[Page], Awaitable[Sequence[int]]]) -> Callable[[Page], Awaitable[Lines]]:
    """A list whose cursors are the ids of its statuses."""

    async def lines(page: Page) -> Lines:
        return [(one, one) for one in await find(page)]

    return lines
