"""Statuses for a token that may act for a circle face: voices are statuses of visibility `private`.

Each operation is the twin of one in `statuses` or `timelines` (see `faces`). A reply to a voice stays in its room,
whatever visibility the client sent with it; what is public goes to the square as ever.
"""

from typing import Final, TypeAlias

import msgspec
from starlette.responses import Response

from kizuna.api import statuses
from kizuna.api.calls import Nothing, OwnCall
from kizuna.api.edits import Change
from kizuna.api.faces import STATUS, face_of, of_circle
from kizuna.api.media import chosen_of
from kizuna.api.operations import Operation, by_person
from kizuna.api.paging import Ids, Paged, ids_of, links_around, page_of
from kizuna.api.present import present
from kizuna.api.statuses import NewStatus, StatusSource
from kizuna.circle import actions, edit_queries, queries, reaction_actions, reaction_queries
from kizuna.circle.models import Audience, Mood, Voice
from kizuna.doors.answers import json_answer, raw_answer
from kizuna.ground.errors import Invalid, NotFound
from kizuna.ground.ids import parse_id, store_of
from kizuna.jobs.idempotency import make_key
from kizuna.people.limits import DELETE
from kizuna.square.entities import Account, Context, Status, StatusEdit
from kizuna.tie import faces

MOST_REPLIES: Final = 500
Asked: TypeAlias = OwnCall[NewStatus] | OwnCall[Nothing] | OwnCall[Paged] | OwnCall[Change]


async def home(call: OwnCall[Paged]) -> Response:
    """What friends say, and where the token acts for the square too, what its home shows."""
    page = page_of(call.params)
    found = await call.parts.home.both(call.viewer, page)
    return raw_answer(
        found.body, headers=links_around(call.parts.config, call.request, found.newest, found.older)
    )


async def create(call: OwnCall[NewStatus]) -> Response:
    """Post a status, say something to friends, or reply where the conversation is."""
    params = call.params
    if of_circle(params.in_reply_to_id):
        return await _say(call, parse_id(params.in_reply_to_id))
    visibility = params.visibility or ("public" if call.viewer.square_id is not None else faces.VISIBILITY)
    if visibility == faces.VISIBILITY:
        if params.in_reply_to_id:
            raise Invalid("A reply to a public post is public too", field="visibility")
        return await _say(call, None)
    if visibility == "direct":
        raise Invalid("Messages to named people come in a later version", field="visibility")
    return await statuses.create(call)


async def _say(call: OwnCall[NewStatus], parent_id: int | None) -> Response:
    params, me, circle = call.params, face_of(call.viewer), call.parts.circle
    _check_supported(params)
    given = call.request.headers.get("idempotency-key")
    key = make_key(me, call.viewer.app_id, given, msgspec.json.encode(params))
    pictures = chosen_of(call, params.media_ids)
    if parent_id is None:
        voice_id = await actions.say(circle, me, params.status, Audience.FRIENDS, key=key, pictures=pictures)
    else:
        voice_id = await actions.reply(circle, me, parent_id, params.status, key, pictures)
    return json_answer(await _shown(call, await _voice(call, voice_id)))


async def show(call: OwnCall[Nothing]) -> Response:
    """One voice."""
    return await _answer(call)


async def show_many(call: OwnCall[Ids]) -> Response:
    """Posts and voices at once; those that aren't there are left out."""
    ids = ids_of(call.params)
    posts = await present(
        call.parts, call.viewer.square_id, [one for one in ids if store_of(one) == "square"]
    )
    closed = [one for one in ids if store_of(one) == "circle"]
    voices = await queries.load(call.parts.circle.store.reads, face_of(call.viewer), closed)
    said = await faces.statuses(call.parts.square, call.parts.circle, call.viewer, voices)
    found = {int(each.id): each for each in [*posts, *said]}
    return json_answer([found[one] for one in ids if one in found])


async def remove(call: OwnCall[Nothing]) -> Response:
    """Delete what one said, or a reply in one's own room; answers it with its source."""
    call.parts.people.limiter.check("circle", DELETE, f"person {call.viewer.person_id}")
    voice = await _voice(call, call.id)
    shown = await _shown(call, voice)
    await actions.delete_voice(call.parts.circle, face_of(call.viewer), voice.id)
    shown.text = voice.text
    return json_answer(shown)


async def context(call: OwnCall[Nothing]) -> Response:
    """The room around a voice: what it answers, and what answers it."""
    room = await queries.room(
        call.parts.circle.store.reads, face_of(call.viewer), call.id, limit=MOST_REPLIES
    )
    if room is None:
        raise NotFound
    above, below = around([room.root, *room.replies], call.id)
    return json_answer(
        Context(
            ancestors=await faces.statuses(call.parts.square, call.parts.circle, call.viewer, above),
            descendants=await faces.statuses(call.parts.square, call.parts.circle, call.viewer, below),
        )
    )


def around(room: list[Voice], voice_id: int) -> tuple[list[Voice], list[Voice]]:
    """What stands above a voice, from the root down, and all that answers it, oldest first. Pure."""
    by_id = {voice.id: voice for voice in room}
    above: list[Voice] = []
    step = by_id.get(voice_id)
    while step is not None and step.parent_id is not None:
        step = by_id.get(step.parent_id)
        above += [step] if step is not None else []
    under = {voice_id}
    for voice in sorted(room, key=lambda each: each.id):
        if voice.parent_id in under:
            under.add(voice.id)
    return above[::-1], [voice for voice in room if voice.id in under and voice.id != voice_id]


async def source(call: OwnCall[Nothing]) -> Response:
    """The text of what one said, as it was written."""
    voice = await _voice(call, call.id)
    if not voice.own:
        raise NotFound
    return json_answer(StatusSource(str(voice.id), voice.text, ""))


async def edit(call: OwnCall[Change]) -> Response:
    """Give a voice of one's own another wording; what it said before stays in its history."""
    params = call.params
    before = await _voice(call, call.id)
    if not before.own:
        raise NotFound
    if params.media_ids and params.media_ids != [str(one.id) for one in before.pictures]:
        raise Invalid("This server cannot do {name} yet", field="media_ids", name="media_ids")
    for field, given in (("spoiler_text", params.spoiler_text), ("sensitive", params.sensitive)):
        if given:
            raise Invalid("This server cannot do {name} yet", field=field, name=field)
    if params.status is not None:
        await actions.edit_voice(call.parts.circle, face_of(call.viewer), call.id, params.status)
    return await _answer(call)


async def history(call: OwnCall[Nothing]) -> Response:
    """Every wording of a voice, oldest first."""
    shown = await _shown(call, await _voice(call, call.id))
    found = await edit_queries.versions(call.parts.circle.store.reads, face_of(call.viewer), call.id)
    return json_answer(faces.versions(found, shown.account))


async def favourite(call: OwnCall[Nothing]) -> Response:
    """React to a voice: with "love it", unless one has reacted otherwise already."""
    if (await _voice(call, call.id)).mood is None:
        await reaction_actions.react(call.parts.circle, face_of(call.viewer), call.id, Mood.LOVE.value)
    return await _answer(call)


async def unfavourite(call: OwnCall[Nothing]) -> Response:
    """Take one's reaction back, whichever it was."""
    await reaction_actions.unreact(call.parts.circle, face_of(call.viewer), call.id)
    return await _answer(call)


async def favourited_by(call: OwnCall[Paged]) -> Response:
    """Who reacted to a voice, for whoever may read it."""
    await _voice(call, call.id)
    me, limit = face_of(call.viewer), page_of(call.params).limit
    found = await reaction_queries.responders(call.parts.circle.store.reads, me, call.id, limit=limit)
    mine = await faces.own_account(call.parts.square, call.parts.circle, call.viewer)
    others = [one for one in found if not one.folded]
    url = call.parts.config.url
    return json_answer([mine if one.face.id == me else faces.account(one.face, url) for one in others])


async def nobody(call: OwnCall[Paged]) -> Response:
    """Nobody boosts what is said among friends; that it is there is told to its readers only."""
    await _voice(call, call.id)
    return json_answer([])


async def _answer(call: Asked) -> Response:
    return json_answer(await _shown(call, await _voice(call, call.id)))


async def _voice(call: Asked, voice_id: int) -> Voice:
    found = await queries.load(call.parts.circle.store.reads, face_of(call.viewer), [voice_id])
    if not found:
        raise NotFound
    return found[0]


async def _shown(call: Asked, voice: Voice) -> Status:
    return (await faces.statuses(call.parts.square, call.parts.circle, call.viewer, [voice]))[0]


def _check_supported(params: NewStatus) -> None:
    """Refuse what a voice cannot hold yet, rather than leave it out. Raises Invalid."""
    for field, given in (
        ("poll", params.poll),
        ("scheduled_at", params.scheduled_at),
        ("quoted_status_id", params.quoted_status_id),
        ("spoiler_text", params.spoiler_text),
    ):
        if given:
            raise Invalid("This server cannot do {name} yet", field=field, name=field)


TWINS: Final[tuple[Operation, ...]] = (
    by_person("GET", "/api/v1/timelines/home", home, Paged, list[Status], "read:statuses"),
    by_person("POST", "/api/v1/statuses", create, NewStatus, Status, "write:statuses"),
    by_person("GET", "/api/v1/statuses", show_many, Ids, list[Status], "read:statuses"),
    by_person("GET", STATUS, show, Nothing, Status, "read:statuses"),
    by_person("DELETE", STATUS, remove, Nothing, Status, "write:statuses"),
    by_person("GET", f"{STATUS}/context", context, Nothing, Context, "read:statuses"),
    by_person("GET", f"{STATUS}/source", source, Nothing, StatusSource, "read:statuses"),
    by_person("PUT", STATUS, edit, Change, Status, "write:statuses"),
    by_person("GET", f"{STATUS}/history", history, Nothing, list[StatusEdit], "read:statuses"),
    by_person("POST", f"{STATUS}/favourite", favourite, Nothing, Status, "write:favourites"),
    by_person("POST", f"{STATUS}/unfavourite", unfavourite, Nothing, Status, "write:favourites"),
    by_person("GET", f"{STATUS}/favourited_by", favourited_by, Paged, list[Account], "read:accounts"),
    by_person("GET", f"{STATUS}/reblogged_by", nobody, Paged, list[Account], "read:accounts"),
)
