"""Timelines: home, public, hashtag."""

from typing import Final

from starlette.responses import Response

from kizuna.api.calls import Call, OwnCall
from kizuna.api.operations import Operation, anyone, by_person
from kizuna.api.paging import Paged, links, links_around, page_of
from kizuna.api.present import present
from kizuna.doors.answers import json_answer, raw_answer
from kizuna.square import timeline_queries
from kizuna.square.entities import Status
from kizuna.square.text import fold_tag


class PublicPaged(Paged):
    """Which public posts: this server's, other servers', with media. There are no others and no media yet."""

    local: bool = False
    remote: bool = False
    only_media: bool = False


async def home(call: OwnCall[Paged]) -> Response:
    """What oneself and the people one follows say."""
    page = page_of(call.params)
    found = await call.parts.home.statuses(call.me, page)
    return raw_answer(
        found.body, headers=links_around(call.parts.config, call.request, found.newest, found.older)
    )


async def public(call: Call[PublicPaged]) -> Response:
    """Public posts of everybody on this server."""
    if call.params.remote or call.params.only_media:
        return json_answer([])  # nothing comes from elsewhere and nothing has media in this version
    page = page_of(call.params)
    ids = await timeline_queries.public_ids(call.parts.square.store.reads, page)
    shown = await present(call.parts, call.me, ids)
    return json_answer(shown, headers=links(call.parts.config, call.request, ids, page))


async def tag(call: Call[PublicPaged]) -> Response:
    """Public posts with a hashtag."""
    if call.params.remote or call.params.only_media:
        return json_answer([])
    page = page_of(call.params)
    name = fold_tag(call.request.path_params["tag"])
    ids = await timeline_queries.tag_ids(call.parts.square.store.reads, name, page)
    shown = await present(call.parts, call.me, ids)
    return json_answer(shown, headers=links(call.parts.config, call.request, ids, page))


OPERATIONS: Final[tuple[Operation, ...]] = (
    by_person("GET", "/api/v1/timelines/home", home, Paged, list[Status], "read:statuses"),
    anyone("GET", "/api/v1/timelines/public", public, PublicPaged, list[Status], "read:statuses"),
    anyone("GET", "/api/v1/timelines/tag/{tag}", tag, PublicPaged, list[Status], "read:statuses"),
)
