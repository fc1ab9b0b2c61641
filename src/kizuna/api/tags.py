"""Hashtags that one follows."""

from collections.abc import Iterable
from typing import Final

from starlette.responses import Response

from kizuna.api.calls import Call, Nothing, OwnCall
from kizuna.api.operations import Operation, anyone, by_person
from kizuna.api.paging import Paged, links, page_of
from kizuna.doors.answers import json_answer
from kizuna.doors.parts import PublicParts
from kizuna.ground.errors import NotFound
from kizuna.square import kept_actions, kept_queries, rules
from kizuna.square.entities import FoundTag
from kizuna.square.text import fold_tag, tag_url

MOST_LISTED: Final = 200


async def show(call: Call[Nothing]) -> Response:
    """One hashtag, whether or not anybody has used it."""
    name = fold_tag(str(call.request.path_params["tag"]))
    if not rules.is_tag(name):
        raise NotFound
    return json_answer((await tag_entities(call.parts, call.me, [name]))[0])


async def follow(call: OwnCall[Nothing]) -> Response:
    """Have the public posts with a hashtag in one's home."""
    name = await kept_actions.follow_tag(call.parts.square, call.me, str(call.request.path_params["tag"]))
    return json_answer((await tag_entities(call.parts, call.me, [name]))[0])


async def unfollow(call: OwnCall[Nothing]) -> Response:
    """Have them there no more."""
    name = await kept_actions.unfollow_tag(call.parts.square, call.me, str(call.request.path_params["tag"]))
    return json_answer((await tag_entities(call.parts, call.me, [name]))[0])


async def followed(call: OwnCall[Paged]) -> Response:
    """The hashtags one follows, the last followed first."""
    page = page_of(call.params, 100, MOST_LISTED)
    lines = await kept_queries.followed_tags(call.parts.square.kept.reads, call.me, page)
    shown = await tag_entities(call.parts, call.me, [name for _, name in lines])
    return json_answer(
        shown, headers=links(call.parts.config, call.request, [cursor for cursor, _ in lines], page)
    )


async def tag_entities(parts: PublicParts, me: int | None, names: Iterable[str]) -> list[FoundTag]:
    """Hashtags, with whether the asker follows them. A tag has no id but its name."""
    mine = (await parts.square.sights.of(me)).tags
    return [FoundTag(name, tag_url(parts.config.url, name), name, following=name in mine) for name in names]


OPERATIONS: Final[tuple[Operation, ...]] = (
    anyone("GET", "/api/v1/tags/{tag}", show, Nothing, FoundTag),
    by_person("POST", "/api/v1/tags/{tag}/follow", follow, Nothing, FoundTag, "write:follows"),
    by_person("POST", "/api/v1/tags/{tag}/unfollow", unfollow, Nothing, FoundTag, "write:follows"),
    by_person("GET", "/api/v1/followed_tags", followed, Paged, list[FoundTag], "read:follows"),
)
