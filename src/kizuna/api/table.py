"""All operations of the API in one table, and the routes and the description made from it."""

from typing import Final

from starlette.responses import Response

from kizuna.api import (
    accounts,
    apps,
    blocks,
    edits,
    friends,
    instance,
    kept,
    markers,
    media,
    notification_groups,
    notification_policy,
    notifications,
    oauth,
    profile,
    relations,
    reports,
    search,
    start,
    statuses,
    streaming,
    tags,
    timelines,
    voices,
    wellknown,
)
from kizuna.api.calls import Call, Nothing
from kizuna.api.faces import member_routes
from kizuna.api.openapi import Json, describe
from kizuna.api.operations import Operation, anyone
from kizuna.doors.answers import json_answer
from kizuna.doors.routes import MemberRoute, PublicRoute
from kizuna.ground.config import Config


async def description(call: Call[Nothing]) -> Response:
    """This API, as OpenAPI 3.1."""
    return json_answer(
        describe(OPERATIONS, call.parts.config.title, instance.software_version(), call.parts.config.url)
    )


OPERATIONS: Final[tuple[Operation, ...]] = (
    *apps.OPERATIONS,
    *oauth.OPERATIONS,
    *wellknown.OPERATIONS,
    *instance.OPERATIONS,
    *profile.OPERATIONS,
    *relations.OPERATIONS,
    *accounts.OPERATIONS,
    *statuses.OPERATIONS,
    *edits.OPERATIONS,
    *kept.OPERATIONS,
    *notifications.OPERATIONS,
    *notification_policy.OPERATIONS,
    *notification_groups.OPERATIONS,
    *blocks.OPERATIONS,
    *reports.OPERATIONS,
    *tags.OPERATIONS,
    *media.OPERATIONS,
    *timelines.OPERATIONS,
    *streaming.OPERATIONS,
    *search.OPERATIONS,
    *start.OPERATIONS,
    anyone("GET", "/api/openapi.json", description, Nothing, Json),
)


def routes(config: Config) -> tuple[list[PublicRoute], list[MemberRoute]]:
    """What anybody may call, and what needs a person's token. A server without the square has none of it."""
    if "square" not in config.planes:
        return [], []
    public = [each.route for each in OPERATIONS if isinstance(each.route, PublicRoute)]
    if "circle" not in config.planes:
        return public, [each.route for each in OPERATIONS if isinstance(each.route, MemberRoute)]
    twins = (
        *voices.TWINS,
        *friends.TWINS,
        *reports.TWINS,
        *notifications.TWINS,
        *notification_groups.TWINS,
        *markers.TWINS,
    )
    return public, member_routes(OPERATIONS, twins)
