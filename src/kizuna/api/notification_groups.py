"""Notifications in groups (Mastodon 4.3): who favoured the same post within half a day is told as one.

Groups are made while reading; only what a key says is needed to find a group again (`notifications.groups`). The
handlers are written once for whichever list a token may read, as in `notifications`.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
from starlette.responses import Response

from kizuna.api.calls import Nothing, OwnCall
from kizuna.api.notifications import (
    MOST,
    MOST_COUNT,
    USUAL,
    USUAL_COUNT,
    Counted,
    Listed,
    Reader,
    asked_of,
    of_both,
    of_square,
)
from kizuna.api.operations import Operation, by_person
from kizuna.api.paging import links_around, page_of
from kizuna.doors.answers import json_answer
from kizuna.ground.errors import NotFound
from kizuna.ground.ids import id_ms
from kizuna.notifications.entities import Count, GroupedNotifications, Notification, NotificationGroup
from kizuna.notifications.groups import GROUPED
from kizuna.square.entities import Account, Status
from kizuna.square.render import when
from kizuna.tie.notices import Notices, Told, key_of

PLACE: Final = "/api/v2/notifications"
SAMPLE: Final = 8


class GroupsListed(Listed):
    """Which part of the list, and which types to put into groups."""

    grouped_types: list[str] = msgspec.field(default_factory=list[str])
    expand_accounts: str = "full"


class GroupsCounted(Counted):
    """Of which types, by whom, how far to count, and which types to put into groups."""

    grouped_types: list[str] = msgspec.field(default_factory=list[str])


class GroupDoors:
    """The handlers, for one kind of reader."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def page(self, call: OwnCall[GroupsListed]) -> Response:
        """What others did that concerns oneself, in groups."""
        page = page_of(call.params, USUAL, MOST)
        kinds = _kinds(call.params.grouped_types)
        notices = self._reader(call.parts, call.viewer)
        found, newest, older = await notices.page(page, asked_of(call.params))
        body = await _grouped(notices, found, kinds)
        return json_answer(body, headers=links_around(call.parts.config, call.request, newest, older))

    async def show(self, call: OwnCall[Nothing]) -> Response:
        """One group."""
        notices, key, members = await self._members(call)
        return json_answer(await _grouped(notices, members, GROUPED, key))

    async def accounts(self, call: OwnCall[Nothing]) -> Response:
        """Who belongs to a group, the last first."""
        notices, _, members = await self._members(call)
        shown = {each.account.id: each.account for each in await notices.shown(members)}
        return json_answer(list(shown.values()))

    async def dismiss(self, call: OwnCall[Nothing]) -> Response:
        """Take a group away."""
        notices, _, members = await self._members(call)
        await notices.dismiss([one.id for one in members])
        return json_answer({})

    async def count(self, call: OwnCall[GroupsCounted]) -> Response:
        """How many groups hold something newer than the marker."""
        most = min(call.params.limit or USUAL_COUNT, MOST_COUNT)
        kinds = _kinds(call.params.grouped_types)
        unread = await self._reader(call.parts, call.viewer).unread(most, asked_of(call.params))
        return json_answer(Count(len({key_of(one, kinds) for one in unread})))

    async def _members(self, call: OwnCall[Nothing]) -> tuple[Notices, str, list[Told]]:
        notices, key = self._reader(call.parts, call.viewer), str(call.request.path_params["group_key"])
        members = (await notices.groups([key])).get(key)
        if not members:
            raise NotFound
        return notices, key, members

    def operations(self) -> tuple[Operation, ...]:
        """Their routes. What is no key is looked at before what may be one."""
        read, write = "read:notifications", "write:notifications"
        group = f"{PLACE}/{{group_key}}"
        return (
            by_person("GET", PLACE, self.page, GroupsListed, GroupedNotifications, read),
            by_person("GET", f"{PLACE}/unread_count", self.count, GroupsCounted, Count, read),
            by_person("GET", group, self.show, Nothing, GroupedNotifications, read),
            by_person("GET", f"{group}/accounts", self.accounts, Nothing, list[Account], read),
            by_person("POST", f"{group}/dismiss", self.dismiss, Nothing, dict[str, str], write),
        )


def _kinds(grouped_types: Sequence[str]) -> frozenset[str]:
    return GROUPED.intersection(grouped_types) if grouped_types else GROUPED


async def _grouped(
    notices: Notices, found: Sequence[Told], kinds: frozenset[str], key: str = ""
) -> GroupedNotifications:
    """Groups in the order of their newest on this page, each whole; accounts and statuses stand aside."""
    on_page: dict[str, list[Told]] = {}
    for one in found:
        on_page.setdefault(key or key_of(one, kinds), []).append(one)
    whole = await notices.groups([each for each, members in on_page.items() if key_of(members[0]) == each])
    members = {each: whole.get(each) or told for each, told in on_page.items()}
    shown = {
        each.id: each for each in await notices.shown([one for told in members.values() for one in told])
    }
    accounts: dict[str, Account] = {}
    statuses: dict[str, Status] = {}
    groups: list[NotificationGroup] = []
    for each, told in members.items():
        entities = [shown[str(one.id)] for one in told if str(one.id) in shown]
        if entities:
            groups.append(_group(each, entities, on_page[each]))
            accounts |= {entity.account.id: entity.account for entity in entities[:SAMPLE]}
            statuses |= {one.id: one for entity in entities[:1] if (one := entity.status)}
    return GroupedNotifications(
        accounts=list(accounts.values()), statuses=list(statuses.values()), notification_groups=groups
    )


def _group(key: str, members: Sequence[Notification], on_page: Sequence[Told]) -> NotificationGroup:
    newest = members[0]
    return NotificationGroup(
        group_key=key,
        notifications_count=len(members),
        type=newest.type,
        most_recent_notification_id=newest.id,
        page_min_id=str(on_page[-1].id),
        page_max_id=str(on_page[0].id),
        latest_page_notification_at=when(id_ms(on_page[0].id)),
        sample_account_ids=list(dict.fromkeys(one.account.id for one in members[:SAMPLE])),
        status_id=newest.status.id if newest.status else msgspec.UNSET,
    )


OPERATIONS: Final = GroupDoors(of_square).operations()
TWINS: Final = GroupDoors(of_both).operations()
