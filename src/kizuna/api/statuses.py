"""Statuses: writing, reading, answering, favouring, boosting."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final

import msgspec
from starlette.responses import Response

from kizuna.api.calls import Call, Nothing, OwnCall
from kizuna.api.media import chosen_of
from kizuna.api.operations import Operation, anyone, by_person
from kizuna.api.paging import Id, Ids, Paged, ids_of, links, page_of
from kizuna.api.present import known_status, present, present_accounts, present_one, present_status
from kizuna.doors.answers import json_answer, raw_answer
from kizuna.ground.errors import Invalid, NotFound
from kizuna.ground.ids import parse_id
from kizuna.jobs.idempotency import Key, make_key
from kizuna.people import oauth_queries
from kizuna.people.limits import DELETE
from kizuna.square import actions, kept_queries, render, timeline_queries
from kizuna.square.entities import Account, Context, Status
from kizuna.square.load import load_thread
from kizuna.square.models import Application, Draft, Edge, Page
from kizuna.store.store import Db

NO_PARENT: Final = "The post you are trying to reply to does not appear to exist"


class NewPoll(msgspec.Struct):
    """Polls come in a later version."""

    options: list[str] = []


class NewStatus(msgspec.Struct):
    """The parameters of ``POST /api/v1/statuses``. What this version cannot do is refused, never ignored."""

    status: str = ""
    spoiler_text: str = ""
    sensitive: bool | None = None
    visibility: Annotated[str, msgspec.Meta(max_length=20)] | None = None
    language: Annotated[str, msgspec.Meta(max_length=35)] | None = None
    in_reply_to_id: Id | None = None
    media_ids: list[str] = []
    poll: NewPoll | None = None
    scheduled_at: str | None = None
    quoted_status_id: str | None = None


class StatusSource(msgspec.Struct):
    """The entity StatusSource."""

    id: str
    text: str
    spoiler_text: str


class Boost(msgspec.Struct):
    """Who may see a boost; it is as visible as the original."""

    visibility: str | None = None


async def create(call: OwnCall[NewStatus]) -> Response:
    """Post a status, or a reply."""
    params = call.params
    _check_supported(params)
    usual = await kept_queries.posting(call.parts.square.kept.reads, call.me)
    draft = Draft(
        text=params.status,
        spoiler_text=params.spoiler_text,
        sensitive=usual.sensitive if params.sensitive is None else params.sensitive,
        visibility=params.visibility or usual.visibility,
        language=params.language or usual.language,
        in_reply_to_id=_parent(params.in_reply_to_id),
        application=await _application(call),
    )
    chosen = chosen_of(call, params.media_ids)
    post_id = await actions.post(call.parts.square, call.me, draft, _key(call), chosen)
    body = await call.parts.home.status(call.me, post_id)
    if body is None:
        raise NotFound  # a repeat with the same key, of a post that was deleted since
    return raw_answer(body)


async def show(call: Call[Nothing]) -> Response:
    """One status."""
    row = await known_status(call.parts, call.me, call.id)
    return json_answer(await present_status(call.parts, call.me, row))


async def show_many(call: Call[Ids]) -> Response:
    """Several statuses at once; those that aren't there are left out."""
    return json_answer(await present(call.parts, call.me, ids_of(call.params)))


async def remove(call: OwnCall[Nothing]) -> Response:
    """Delete one's own status; answers it with its source, so that it can be written again."""
    call.parts.people.limiter.check("square", DELETE, f"person {call.viewer.person_id}")
    was = await actions.delete_post(call.parts.square, call.me, call.id)
    return json_answer(render.status(was, call.parts.config.url, with_text=True))


async def context(call: Call[Nothing]) -> Response:
    """What stands above and below a status."""
    status = await known_status(call.parts, call.me, call.id)
    hidden = (await call.parts.square.sights.of(call.me)).hidden
    thread = await load_thread(call.parts.square.store.reads, status.proper.post)
    shown = await present(call.parts, call.me, [*thread.ancestors, *thread.descendants], hidden)
    above = set(thread.ancestors)
    return json_answer(
        Context(
            ancestors=[each for each in shown if int(each.id) in above],
            descendants=[each for each in shown if int(each.id) not in above],
        )
    )


async def source(call: OwnCall[Nothing]) -> Response:
    """The text of one's own status as it was written."""
    status = await known_status(call.parts, call.me, call.id)
    if status.post.account_id != call.me or status.original is not None:
        raise NotFound
    return json_answer(StatusSource(str(status.post.id), status.post.text, status.post.spoiler_text))


async def favourite(call: OwnCall[Nothing]) -> Response:
    """Favour a status."""
    original = await actions.favourite(call.parts.square, call.me, call.id)
    return json_answer(await present_one(call.parts, call.me, original))


async def unfavourite(call: OwnCall[Nothing]) -> Response:
    """Take a favourite back."""
    original = await actions.unfavourite(call.parts.square, call.me, call.id)
    return json_answer(await present_one(call.parts, call.me, original))


async def reblog(call: OwnCall[Boost]) -> Response:
    """Boost a status; answers the boost, with the original inside."""
    boost_id = await actions.boost(call.parts.square, call.me, call.id)
    return json_answer(await present_one(call.parts, call.me, boost_id))


async def unreblog(call: OwnCall[Nothing]) -> Response:
    """Take a boost back; answers the original."""
    original = await actions.unboost(call.parts.square, call.me, call.id)
    return json_answer(await present_one(call.parts, call.me, original))


async def favourited_by(call: Call[Paged]) -> Response:
    """Who favours a status."""
    return await _people_of(call, timeline_queries.favourited_by)


async def reblogged_by(call: Call[Paged]) -> Response:
    """Who boosted a status."""
    return await _people_of(call, timeline_queries.boosted_by)


async def _people_of(call: Call[Paged], find: Callable[[Db, int, Page], Awaitable[list[Edge]]]) -> Response:
    original = (await known_status(call.parts, call.me, call.id)).proper.post.id
    page = page_of(call.params)
    edges = await find(call.parts.square.store.reads, original, page)
    apart = (await call.parts.square.sights.of(call.me)).apart
    shown = await present_accounts(call.parts, [edge.account_id for edge in edges], apart)
    return json_answer(
        shown, headers=links(call.parts.config, call.request, [edge.id for edge in edges], page)
    )


def _check_supported(params: NewStatus) -> None:
    """Refuse what this version cannot keep. Raises Invalid."""
    if params.visibility in ("private", "direct"):
        raise Invalid("Posts to followers or to named people come in a later version", field="visibility")
    for field, given in (
        ("poll", params.poll),
        ("scheduled_at", params.scheduled_at),
        ("quoted_status_id", params.quoted_status_id),
    ):
        if given:
            raise Invalid("This server cannot do {name} yet", field=field, name=field)


def _parent(text: str | None) -> int | None:
    if not text:
        return None
    parent = parse_id(text)
    if parent is None:
        raise NotFound(NO_PARENT)
    return parent


async def _application(call: OwnCall[NewStatus]) -> Application | None:
    if call.viewer.app_id is None:
        return None
    app = await oauth_queries.app_by_id(call.parts.people.store.reads, call.viewer.app_id)
    return Application(app.name, app.website) if app else None


def _key(call: OwnCall[NewStatus]) -> Key | None:
    """The idempotency key. What counts as the same body is what it means, not how it was written down."""
    given = call.request.headers.get("idempotency-key")
    return make_key(call.me, call.viewer.app_id, given, msgspec.json.encode(call.params))


OPERATIONS: Final[tuple[Operation, ...]] = (
    by_person("POST", "/api/v1/statuses", create, NewStatus, Status, "write:statuses"),
    anyone("GET", "/api/v1/statuses", show_many, Ids, list[Status], "read:statuses"),
    anyone("GET", "/api/v1/statuses/{id:int}", show, Nothing, Status, "read:statuses"),
    by_person("DELETE", "/api/v1/statuses/{id:int}", remove, Nothing, Status, "write:statuses"),
    anyone("GET", "/api/v1/statuses/{id:int}/context", context, Nothing, Context, "read:statuses"),
    by_person("GET", "/api/v1/statuses/{id:int}/source", source, Nothing, StatusSource, "read:statuses"),
    by_person("POST", "/api/v1/statuses/{id:int}/favourite", favourite, Nothing, Status, "write:favourites"),
    by_person(
        "POST", "/api/v1/statuses/{id:int}/unfavourite", unfavourite, Nothing, Status, "write:favourites"
    ),
    by_person("POST", "/api/v1/statuses/{id:int}/reblog", reblog, Boost, Status, "write:statuses"),
    by_person("POST", "/api/v1/statuses/{id:int}/unreblog", unreblog, Nothing, Status, "write:statuses"),
    anyone(
        "GET", "/api/v1/statuses/{id:int}/favourited_by", favourited_by, Paged, list[Account], "read:accounts"
    ),
    anyone(
        "GET", "/api/v1/statuses/{id:int}/reblogged_by", reblogged_by, Paged, list[Account], "read:accounts"
    ),
)
