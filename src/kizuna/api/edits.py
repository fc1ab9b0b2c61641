"""Changing one's own statuses: editing with history, pinning."""

from typing import Annotated, Final

import msgspec
from starlette.responses import Response

from kizuna.api.calls import Call, Nothing, OwnCall
from kizuna.api.media import Described, Focused, words_of
from kizuna.api.operations import Operation, anyone, by_person
from kizuna.api.present import known_status, present_one
from kizuna.doors.answers import json_answer
from kizuna.ground.ids import parse_id
from kizuna.media.actions import Chosen, checked
from kizuna.square import edit_actions, edit_queries, render
from kizuna.square.attachments import Revision, uploads_among
from kizuna.square.entities import Status, StatusEdit
from kizuna.square.models import Edit


class PictureWords(msgspec.Struct):
    """What an edit says about a picture that the status has already."""

    id: str
    description: Described | None = None
    focus: Focused | None = None


class Change(msgspec.Struct):
    """The parameters of ``PUT /api/v1/statuses/:id``. What is left out stays as it is."""

    status: str | None = None
    spoiler_text: str | None = None
    sensitive: bool | None = None
    language: Annotated[str, msgspec.Meta(max_length=35)] | None = None
    media_ids: list[str] | None = None
    media_attributes: list[PictureWords] = []


async def edit(call: OwnCall[Change]) -> Response:
    """Edit one's own status; what it said before stays in its history."""
    params = call.params
    change = Edit(
        text=params.status,
        spoiler_text=params.spoiler_text,
        sensitive=params.sensitive,
        language=params.language or None,
    )
    revision = await _revision(call)
    await edit_actions.edit_post(call.parts.square, call.me, call.id, change, revision)
    return json_answer(await present_one(call.parts, call.me, call.id))


async def _revision(call: OwnCall[Change]) -> Revision:
    params = call.params
    words = {
        parse_id(one.id) or 0: checked(words_of(one.description, one.focus))
        for one in params.media_attributes
    }
    if params.media_ids is None:
        return Revision(words=words)
    ids = tuple(parse_id(one) or 0 for one in params.media_ids)
    named = await uploads_among(call.parts.square.store.reads, call.id, ids)
    uploads = Chosen(call.parts.media, call.viewer.person_id, named) if named else None
    return Revision(ids, words, uploads)


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
