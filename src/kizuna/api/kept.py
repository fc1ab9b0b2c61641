"""What one keeps for oneself: bookmarks, favourites as a list, muted threads, reading positions."""

import functools
from typing import Final

import msgspec
from starlette.responses import Response

from kizuna.api.calls import Nothing, OwnCall
from kizuna.api.lists import listed
from kizuna.api.operations import Operation, by_person
from kizuna.api.paging import Id, Paged, page_of
from kizuna.api.present import present_one
from kizuna.doors.answers import json_answer
from kizuna.ground.errors import Invalid
from kizuna.ground.ids import parse_id
from kizuna.square import kept_actions, kept_queries, models, timeline_queries
from kizuna.square.entities import Status
from kizuna.square.render import when


class MarkersAsked(msgspec.Struct):
    """Of which timelines."""

    timeline: list[str] = []


class ReadUpTo(msgspec.Struct):
    """How far a timeline was read."""

    last_read_id: Id


class MarkersSet(msgspec.Struct):
    """How far timelines were read."""

    home: ReadUpTo | None = None
    notifications: ReadUpTo | None = None


class Marker(msgspec.Struct):
    """The entity Marker."""

    last_read_id: str
    version: int
    updated_at: str


async def bookmark(call: OwnCall[Nothing]) -> Response:
    """Keep a status for oneself."""
    original = await kept_actions.bookmark(call.parts.square, call.me, call.id)
    return json_answer(await present_one(call.parts, call.me, original))


async def unbookmark(call: OwnCall[Nothing]) -> Response:
    """Keep it no more."""
    original = await kept_actions.unbookmark(call.parts.square, call.me, call.id)
    return json_answer(await present_one(call.parts, call.me, original))


async def mute(call: OwnCall[Nothing]) -> Response:
    """Want no notifications of the thread that a status is in."""
    original = await kept_actions.mute_thread(call.parts.square, call.me, call.id)
    return json_answer(await present_one(call.parts, call.me, original))


async def unmute(call: OwnCall[Nothing]) -> Response:
    """Want them again."""
    original = await kept_actions.unmute_thread(call.parts.square, call.me, call.id)
    return json_answer(await present_one(call.parts, call.me, original))


async def bookmarks(call: OwnCall[Paged]) -> Response:
    """What one keeps, the last kept first."""
    find = functools.partial(kept_queries.bookmarks, call.parts.square.kept.reads, call.me)
    return await listed(call, page_of(call.params), find)


async def favourites(call: OwnCall[Paged]) -> Response:
    """What one favours, the last favoured first."""
    find = functools.partial(timeline_queries.favourites, call.parts.square.store.reads, call.me)
    return await listed(call, page_of(call.params), find)


async def markers(call: OwnCall[MarkersAsked]) -> Response:
    """How far one has read."""
    known = await kept_queries.markers(call.parts.square.kept.reads, call.me)
    return json_answer(marker_entities({name: known[name] for name in call.params.timeline if name in known}))


async def set_markers(call: OwnCall[MarkersSet]) -> Response:
    """Keep how far one has read."""
    made = await kept_actions.set_markers(call.parts.square, call.me, read_up_to(call.params))
    return json_answer(marker_entities(made))


def read_up_to(params: MarkersSet) -> dict[str, int]:
    """The last id of each timeline that a client has read. Raises Invalid."""
    read: dict[str, int] = {}
    for timeline in kept_actions.TIMELINES:
        wanted: ReadUpTo | None = getattr(params, timeline)
        if wanted is None:
            continue
        last = parse_id(wanted.last_read_id)
        if last is None:
            raise Invalid("{name} is not an id", field=timeline, name="last_read_id")
        read[timeline] = last
    return read


def marker_entities(markers: dict[str, models.Marker]) -> dict[str, Marker]:
    """Markers by timeline, as the client API writes them."""
    return {
        name: Marker(str(each.last_read_id), each.version, when(each.updated_at))
        for name, each in markers.items()
    }


OPERATIONS: Final[tuple[Operation, ...]] = (
    by_person("POST", "/api/v1/statuses/{id:int}/bookmark", bookmark, Nothing, Status, "write:bookmarks"),
    by_person("POST", "/api/v1/statuses/{id:int}/unbookmark", unbookmark, Nothing, Status, "write:bookmarks"),
    by_person("POST", "/api/v1/statuses/{id:int}/mute", mute, Nothing, Status, "write:mutes"),
    by_person("POST", "/api/v1/statuses/{id:int}/unmute", unmute, Nothing, Status, "write:mutes"),
    by_person("GET", "/api/v1/bookmarks", bookmarks, Paged, list[Status], "read:bookmarks"),
    by_person("GET", "/api/v1/favourites", favourites, Paged, list[Status], "read:favourites"),
    by_person("GET", "/api/v1/markers", markers, MarkersAsked, dict[str, Marker], "read:statuses"),
    by_person("POST", "/api/v1/markers", set_markers, MarkersSet, dict[str, Marker], "write:statuses"),
)
