"""Notifications one by one, as clients have always read them; `notification_groups` has them in groups.

The handlers are written once, for whichever list a token may read: `OPERATIONS` reads the square's, and its twin,
reached with the circle face alone or beside the square's, reads both (`tie.notices`).
"""

from collections.abc import Callable
from typing import Final, TypeAlias

import msgspec
from starlette.responses import Response

from kizuna.api.calls import Nothing, OwnCall, account_of
from kizuna.api.operations import Operation, by_person
from kizuna.api.paging import Id, Limit, Paged, links_around, page_of
from kizuna.doors.answers import json_answer
from kizuna.doors.parts import MemberParts
from kizuna.ground.errors import Invalid, NotFound
from kizuna.ground.ids import parse_id
from kizuna.notifications.entities import Count, Notification
from kizuna.notifications.names import Asked
from kizuna.people.models import Viewer
from kizuna.tie.notices import Notices, OfBoth, OfSquare

PLACE: Final = "/api/v1/notifications"
USUAL: Final = 40
MOST: Final = 80
USUAL_COUNT: Final = 100
MOST_COUNT: Final = 1_000


class Chosen(msgspec.Struct):
    """Of which types, and by whom."""

    types: list[str] = msgspec.field(default_factory=list[str])
    exclude_types: list[str] = msgspec.field(default_factory=list[str])
    account_id: Id | None = None
    include_filtered: bool = False


class Listed(Paged):
    """Which part of the list, of which types, and by whom."""

    types: list[str] = msgspec.field(default_factory=list[str])
    exclude_types: list[str] = msgspec.field(default_factory=list[str])
    account_id: Id | None = None
    include_filtered: bool = False


class Counted(Chosen):
    """Of which types, by whom, and how far to count."""

    limit: Limit | None = None


Reader: TypeAlias = Callable[[MemberParts, Viewer], Notices]


def of_square(parts: MemberParts, viewer: Viewer) -> Notices:
    """What the account was told."""
    return OfSquare(parts.square, account_of(viewer))


def of_both(parts: MemberParts, viewer: Viewer) -> Notices:
    """What the faces of the token were told."""
    return OfBoth(parts.square, parts.circle, viewer)


def asked_of(params: Chosen | Listed) -> Asked:
    """What a client asks for. Raises Invalid for an account that cannot be one."""
    from_id = None if params.account_id is None else parse_id(params.account_id)
    if from_id is None and params.account_id is not None:
        raise Invalid("{name} is not an id", field="account_id", name="account_id")
    return Asked(frozenset(params.types), frozenset(params.exclude_types), from_id)


class Doors:
    """The handlers, for one kind of reader."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def page(self, call: OwnCall[Listed]) -> Response:
        """What others did that concerns oneself."""
        page = page_of(call.params, USUAL, MOST)
        notices = self._reader(call.parts, call.viewer)
        found, newest, older = await notices.page(page, asked_of(call.params))
        shown = await notices.shown(found)
        return json_answer(shown, headers=links_around(call.parts.config, call.request, newest, older))

    async def show(self, call: OwnCall[Nothing]) -> Response:
        """One of it."""
        notices = self._reader(call.parts, call.viewer)
        found = await notices.one(call.id)
        shown = await notices.shown([] if found is None else [found])
        if not shown:
            raise NotFound
        return json_answer(shown[0])

    async def count(self, call: OwnCall[Counted]) -> Response:
        """How much of it is newer than the marker."""
        most = min(call.params.limit or USUAL_COUNT, MOST_COUNT)
        unread = await self._reader(call.parts, call.viewer).unread(most, asked_of(call.params))
        return json_answer(Count(len(unread)))

    async def dismiss(self, call: OwnCall[Nothing]) -> Response:
        """Take one of it away."""
        await self._reader(call.parts, call.viewer).dismiss([call.id])
        return json_answer({})

    async def clear(self, call: OwnCall[Nothing]) -> Response:
        """Take all of it away."""
        await self._reader(call.parts, call.viewer).clear()
        return json_answer({})

    def operations(self) -> tuple[Operation, ...]:
        """Their routes."""
        read, write = "read:notifications", "write:notifications"
        return (
            by_person("GET", PLACE, self.page, Listed, list[Notification], read),
            by_person("GET", f"{PLACE}/unread_count", self.count, Counted, Count, read),
            by_person("POST", f"{PLACE}/clear", self.clear, Nothing, dict[str, str], write),
            by_person("GET", f"{PLACE}/{{id:int}}", self.show, Nothing, Notification, read),
            by_person("POST", f"{PLACE}/{{id:int}}/dismiss", self.dismiss, Nothing, dict[str, str], write),
        )


OPERATIONS: Final = Doors(of_square).operations()
TWINS: Final = Doors(of_both).operations()
