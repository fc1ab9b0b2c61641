"""Pictures: staging them for a status, describing them, taking them back."""

from collections.abc import Sequence
from typing import Annotated, Final, TypeVar

import msgspec
from starlette.responses import Response

from kizuna.api.calls import Nothing, OwnCall
from kizuna.api.operations import Operation, by_person
from kizuna.doors.answers import json_answer
from kizuna.doors.tree import Upload
from kizuna.ground.errors import Invalid, NotFound
from kizuna.ground.ids import parse_id
from kizuna.media import actions
from kizuna.media.actions import Chosen
from kizuna.media.models import Picture, Words
from kizuna.people.limits import UPLOAD
from kizuna.square import render
from kizuna.square.entities import MediaAttachment

Params = TypeVar("Params", bound=msgspec.Struct)
Described = Annotated[str, msgspec.Meta(max_length=10_000)]
Focused = Annotated[str, msgspec.Meta(max_length=50)]


class NewMedia(msgspec.Struct):
    """The parameters of ``POST /api/v2/media``. A thumbnail of the client's own is not needed and not kept."""

    file: Upload | None = None
    description: Described | None = None
    focus: Focused | None = None


class MediaChange(msgspec.Struct):
    """What can be said about a picture that is not attached yet."""

    description: Described | None = None
    focus: Focused | None = None


async def create(call: OwnCall[NewMedia]) -> Response:
    """Upload a picture; it waits a day for a status to be attached to."""
    params = call.params
    if params.file is None:
        raise Invalid("Validation failed: File can't be blank", field="file")
    call.parts.people.limiter.check(None, UPLOAD, f"person {call.viewer.person_id}")
    words = words_of(params.description, params.focus)
    return _shown(
        call, await actions.upload(call.parts.media, call.viewer.person_id, params.file.data, words)
    )


async def show(call: OwnCall[Nothing]) -> Response:
    """One's own upload, as long as it is not attached."""
    found = await actions.staged(call.parts.media, call.viewer.person_id, [call.id])
    if not found:
        raise NotFound
    return _shown(call, found[0])


async def change(call: OwnCall[MediaChange]) -> Response:
    """Describe one's own upload, or say where to look, as long as it is not attached."""
    words = words_of(call.params.description, call.params.focus)
    return _shown(call, await actions.describe(call.parts.media, call.viewer.person_id, call.id, words))


async def remove(call: OwnCall[Nothing]) -> Response:
    """Take back one's own upload, as long as it is not attached."""
    await actions.discard(call.parts.media, call.viewer.person_id, call.id)
    return json_answer({})


def chosen_of(call: OwnCall[Params], ids: Sequence[str]) -> Chosen | None:
    """The uploads that a status is to have, by their ids; what cannot be an id names none that is there."""
    if not ids:
        return None
    return Chosen(call.parts.media, call.viewer.person_id, tuple(parse_id(one) or 0 for one in ids))


def words_of(description: str | None, focus: str | None) -> Words:
    """From the texts of a client; the focus as ``x,y``. Raises Invalid."""
    return Words(description=description, focus=None if not focus else _focus(focus))


def _focus(text: str) -> tuple[float, float]:
    x, comma, y = text.partition(",")
    try:
        return float(x), float(y if comma else "nan")
    except ValueError as error:
        raise Invalid("The focus lies between -1 and 1", field="focus") from error


def _shown(call: OwnCall[Params], picture: Picture) -> Response:
    return json_answer(render.attachment(picture, call.parts.config.url, "staged"))


OPERATIONS: Final[tuple[Operation, ...]] = (
    by_person("POST", "/api/v2/media", create, NewMedia, MediaAttachment, "write:media", uploads=True),
    by_person("POST", "/api/v1/media", create, NewMedia, MediaAttachment, "write:media", uploads=True),
    by_person("GET", "/api/v1/media/{id:int}", show, Nothing, MediaAttachment, "write:media"),
    by_person("PUT", "/api/v1/media/{id:int}", change, MediaChange, MediaAttachment, "write:media"),
    by_person("DELETE", "/api/v1/media/{id:int}", remove, Nothing, dict[str, str], "write:media"),
)
