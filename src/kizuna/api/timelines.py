"""Timelines: home, public, hashtag."""

import functools
from typing import Annotated, Final

import msgspec
from starlette.responses import Response

from kizuna.api.calls import Call, OwnCall
from kizuna.api.lists import listed
from kizuna.api.operations import Operation, anyone, by_person
from kizuna.api.paging import Paged, links_around, page_of
from kizuna.doors.answers import json_answer, raw_answer
from kizuna.ground.errors import Invalid
from kizuna.square import timeline_queries
from kizuna.square.entities import Status
from kizuna.square.seen import by_id
from kizuna.square.text import fold_tag

MOST_TAGS: Final = 4


class PublicPaged(Paged):
    """Which public posts: this server's, other servers' (there are none yet), with media."""

    local: bool = False
    remote: bool = False
    only_media: bool = False


Tag = Annotated[str, msgspec.Meta(max_length=200)]


class TagPaged(PublicPaged):
    """Which posts with a hashtag: or with any of these, and with all of these, and with none of these."""

    any: list[Tag] = msgspec.field(default_factory=list[Tag])
    all: list[Tag] = msgspec.field(default_factory=list[Tag])
    none: list[Tag] = msgspec.field(default_factory=list[Tag])


async def home(call: OwnCall[Paged]) -> Response:
    """What oneself and the people one follows say."""
    page = page_of(call.params)
    found = await call.parts.home.statuses(call.me, page)
    return raw_answer(
        found.body, headers=links_around(call.parts.config, call.request, found.newest, found.older)
    )


async def public(call: Call[PublicPaged]) -> Response:
    """Public posts of everybody on this server."""
    if call.params.remote:
        return json_answer([])  # nothing comes from elsewhere in this version
    find = by_id(
        functools.partial(
            timeline_queries.public_ids, call.parts.square.store.reads, pictures=call.params.only_media
        )
    )
    hidden = (await call.parts.square.sights.of(call.me)).hidden
    return await listed(call, page_of(call.params), find, hidden)


async def tag(call: Call[TagPaged]) -> Response:
    """Public posts with a hashtag; with others too, or without them."""
    params = call.params
    if params.remote:
        return json_answer([])
    db = call.parts.square.store.reads
    name = fold_tag(call.request.path_params["tag"])
    more = [[fold_tag(each) for each in names] for names in (params.any, params.all, params.none)]
    if any(len(names) > MOST_TAGS for names in more):
        raise Invalid("At most {most} at once", field="tag", most=MOST_TAGS)
    any_of, all_of, none_of = more
    pictures = params.only_media
    if any_of or all_of or none_of:
        tags = [name, *any_of]
        find = by_id(
            functools.partial(timeline_queries.tags_ids, db, tags, all_of, none_of, pictures=pictures)
        )
    else:
        find = by_id(functools.partial(timeline_queries.tag_ids, db, name, pictures=pictures))
    return await listed(call, page_of(params), find, (await call.parts.square.sights.of(call.me)).hidden)


OPERATIONS: Final[tuple[Operation, ...]] = (
    by_person("GET", "/api/v1/timelines/home", home, Paged, list[Status], "read:statuses"),
    anyone("GET", "/api/v1/timelines/public", public, PublicPaged, list[Status], "read:statuses"),
    anyone("GET", "/api/v1/timelines/tag/{tag}", tag, TagPaged, list[Status], "read:statuses"),
)
