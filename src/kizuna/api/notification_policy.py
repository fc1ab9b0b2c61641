"""Which notifications are held back from the list, as clients ask since Mastodon 4.3: here none are.

What one does not want is not told at all (mutes, blocks, kinds that are off), so nothing waits to be accepted. A policy
that would hold something back is refused, and there is no request to answer.
"""

from typing import Final

import msgspec
from starlette.responses import Response

from kizuna.api.calls import Nothing, OwnCall
from kizuna.api.operations import Operation, by_person
from kizuna.api.paging import Paged
from kizuna.doors.answers import json_answer
from kizuna.ground.errors import Invalid, NotFound

REQUESTS: Final = "/api/v1/notifications/requests"


class Summary(msgspec.Struct):
    """How much waits: nothing."""

    pending_requests_count: int = 0
    pending_notifications_count: int = 0


class Policy(msgspec.Struct):
    """https://docs.joinmastodon.org/entities/NotificationPolicy/"""

    for_not_following: str = "accept"
    for_not_followers: str = "accept"
    for_new_accounts: str = "accept"
    for_private_mentions: str = "accept"
    for_limited_accounts: str = "drop"
    summary: Summary = msgspec.field(default_factory=Summary)


class PolicyWanted(msgspec.Struct):
    """What a client would have the policy be."""

    for_not_following: str | None = None
    for_not_followers: str | None = None
    for_new_accounts: str | None = None
    for_private_mentions: str | None = None
    for_limited_accounts: str | None = None


class Merged(msgspec.Struct):
    """Whether accepted requests are in the list already."""

    merged: bool = True


class SomeRequests(msgspec.Struct):
    """Which requests."""

    id: list[str] = msgspec.field(default_factory=list[str])


async def policy(call: OwnCall[Nothing]) -> Response:  # noqa: ARG001 - every handler has the same signature
    """What is held back: nothing."""
    return json_answer(Policy())


async def set_policy(call: OwnCall[PolicyWanted]) -> Response:
    """The same once more; another one is refused."""
    now = Policy()
    for name in PolicyWanted.__struct_fields__:
        wanted = getattr(call.params, name)
        if wanted is not None and wanted != getattr(now, name):
            raise Invalid("This server cannot do {name} yet", field=name, name=name)
    return json_answer(now)


async def requests(call: OwnCall[Paged]) -> Response:  # noqa: ARG001 - every handler has the same signature
    """Notifications that wait to be accepted: none."""
    return json_answer([])


async def merged(call: OwnCall[Nothing]) -> Response:  # noqa: ARG001 - every handler has the same signature
    """Nothing waits to be put into the list."""
    return json_answer(Merged())


async def some(call: OwnCall[SomeRequests]) -> Response:
    """Accept or dismiss several: those that there are, so none."""
    if call.params.id:
        raise NotFound
    return json_answer({})


async def one(call: OwnCall[Nothing]) -> Response:  # noqa: ARG001 - every handler has the same signature
    """One request: there is none."""
    raise NotFound


_READ: Final = "read:notifications"
_WRITE: Final = "write:notifications"
OPERATIONS: Final[tuple[Operation, ...]] = (
    by_person("GET", "/api/v2/notifications/policy", policy, Nothing, Policy, _READ),
    by_person("PATCH", "/api/v2/notifications/policy", set_policy, PolicyWanted, Policy, _WRITE),
    by_person("GET", REQUESTS, requests, Paged, list[str], _READ),
    by_person("GET", f"{REQUESTS}/merged", merged, Nothing, Merged, _READ),
    by_person("POST", f"{REQUESTS}/accept", some, SomeRequests, dict[str, str], _WRITE),
    by_person("POST", f"{REQUESTS}/dismiss", some, SomeRequests, dict[str, str], _WRITE),
    by_person("GET", f"{REQUESTS}/{{id:int}}", one, Nothing, dict[str, str], _READ),
    by_person("POST", f"{REQUESTS}/{{id:int}}/accept", one, Nothing, dict[str, str], _WRITE),
    by_person("POST", f"{REQUESTS}/{{id:int}}/dismiss", one, Nothing, dict[str, str], _WRITE),
)
