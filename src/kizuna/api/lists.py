"""Lists of statuses of which the asker may see only some: filled up, and always with a way on."""

from starlette.responses import Response

from kizuna.api.calls import Call, OwnCall, P
from kizuna.api.paging import links_around
from kizuna.api.present import present_rows
from kizuna.doors.answers import json_answer
from kizuna.square import seen
from kizuna.square.models import Page
from kizuna.square.seen import Find


async def listed(
    call: Call[P] | OwnCall[P], page: Page, find: Find, hidden: frozenset[int] | None = None
) -> Response:
    """A page of a list of (cursor, status id) lines, without the statuses by somebody ``hidden``.

    Where nothing else is said these are the accounts that a block keeps apart from the asker.
    """
    square = call.parts.square
    if hidden is None:
        hidden = (await square.sights.of(call.me)).apart
    found = await seen.listed(square, page, find, hidden)
    shown = await present_rows(call.parts, call.me, found.statuses)
    return json_answer(
        shown, headers=links_around(call.parts.config, call.request, found.newest, found.older)
    )
