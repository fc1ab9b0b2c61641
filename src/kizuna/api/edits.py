"""Changing one's own statuses: editing with history, pinning."""

from typing import Annotated, Final

import msgspec
from starlette.responses import Response

from kizuna.api.calls import Call, Nothing, OwnCall
from kizuna.api.operations import Operation, anyone, by_person
from kizuna.api.present import known_status, present_one
from kizuna.doors.answers import json_answer
from kizuna.ground.errors import Invalid
from kizuna.square import edit_actions, edit_queries, render
from kizuna.square.entities import Status, StatusEdit
from kizuna.square.models import Edit


class Change(msgspec.Struct):
    """The parameters of ``PUT /api/v1/statuses/:id``. What is left out stays as it is."""

    status: str | None = None
    spoiler_text: str | None = None
    sensitive: bool | None = None
    language: Annotated[str, msgspec.Meta(max_length=35)] | None = None
    media_ids: list[str] = []


async def edit(call: OwnCall[Change]) -> Response:
    """Edit one's own status; what it said before stays in its history."""
    params = call.params
    if params.media_ids:
        raise Invalid("This server cannot do {name} yet", field="media_ids", name="media_ids")
    change = Edit(
        text=params.status,
        spoiler_text=params.spoiler_text,
        sensitive=params.sensitive,
        language=params.language or None,
    )
    await edit_actions.edit_post(call.parts.square, call.me, call.id, change)
    return json_answer(await present_one(call.parts, call.me, call.id))


async def history(call: Call[Nothing]) -> Response:
    """What a status said before, and what it says now, oldest first."""
    row = (await known_status(call.parts, call.me, call.id)).proper
    before = await edit_queries.versions(call.parts.square.store.reads, row.post.id)
    return json_answer(render.versions(row, before, call.parts.config.url))


async def pin(call: OwnCall[Nothing]) -> Response:
    """Show one's own status first on one's page."""
    await edit_actions.pin(call.parts.square, call.me, call.id)
    return json_answer(await present_one(call.parts, call.me, call.id))


async def unpin(call: OwnCall[Nothing]) -> Response:
    """Show it there no more."""
    await edit_actions.unpin(call.parts.square, call.me, call.id)
    return json_answer(await present_one(call.parts, call.me, call.id))


OPERATIONS: Final[tuple[Operation, ...]] = (
    by_person("PUT", "/api/v1/statuses/{id:int}", edit, Change, Status, "write:statuses"),
    anyone("GET", "/api/v1/statuses/{id:int}/history", history, Nothing, list[StatusEdit], "read:statuses"),
    by_person("POST", "/api/v1/statuses/{id:int}/pin", pin, Nothing, Status, "write:accounts"),
    by_person("POST", "/api/v1/statuses/{id:int}/unpin", unpin, Nothing, Status, "write:accounts"),
)
