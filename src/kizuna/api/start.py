"""What clients ask for when they start and this server has nothing to say about yet.

Only where an empty list (or object) is the truth and documented as an answer: there are no custom emoji, nobody can
have made a filter. What would be a lie when empty is absent instead.
"""

from typing import Final

import msgspec
from starlette.responses import Response

from kizuna.api.calls import Call, Nothing, OwnCall
from kizuna.api.operations import Operation, anyone, by_person
from kizuna.doors.answers import json_answer
from kizuna.square import kept_queries


class Preferences(msgspec.Struct):
    """The entity Preferences."""

    visibility: str = msgspec.field(name="posting:default:visibility")
    sensitive: bool = msgspec.field(name="posting:default:sensitive")
    language: str | None = msgspec.field(name="posting:default:language")
    media: str = msgspec.field(name="reading:expand:media")
    spoilers: bool = msgspec.field(name="reading:expand:spoilers")


async def preferences(call: OwnCall[Nothing]) -> Response:
    """How this person posts and reads unless they say otherwise."""
    usual = await kept_queries.posting(call.parts.square.kept.reads, call.me)
    language = usual.language or call.viewer.locale
    return json_answer(Preferences(usual.visibility, usual.sensitive, language, "default", False))


async def nothing_public(_: Call[Nothing]) -> Response:
    """Always empty: this server has none."""
    return json_answer([])


async def nothing_own(_: OwnCall[Nothing]) -> Response:
    """Always empty: nobody can have made one yet."""
    return json_answer([])


OPERATIONS: Final[tuple[Operation, ...]] = (
    by_person("GET", "/api/v1/preferences", preferences, Nothing, Preferences, "read:accounts"),
    anyone("GET", "/api/v1/custom_emojis", nothing_public, Nothing, list[str]),
    anyone("GET", "/api/v1/instance/rules", nothing_public, Nothing, list[str]),
    anyone("GET", "/api/v1/instance/peers", nothing_public, Nothing, list[str]),
    by_person("GET", "/api/v1/announcements", nothing_own, Nothing, list[str], None),
    by_person("GET", "/api/v2/filters", nothing_own, Nothing, list[str], "read:filters"),
    by_person("GET", "/api/v1/lists", nothing_own, Nothing, list[str], "read:lists"),
    by_person("GET", "/api/v1/scheduled_statuses", nothing_own, Nothing, list[str], "read:statuses"),
)
