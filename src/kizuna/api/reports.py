"""Reports: what a person saw and finds wrong, told to the staff."""

from typing import Annotated, Final

import msgspec
from starlette.responses import Response

from kizuna.api.calls import OwnCall
from kizuna.api.faces import face_of, of_circle
from kizuna.api.operations import Operation, by_person
from kizuna.api.paging import Id
from kizuna.api.present import present_accounts
from kizuna.circle import friend_queries
from kizuna.doors.answers import json_answer
from kizuna.ground.errors import Invalid, NotFound
from kizuna.ground.ids import parse_id
from kizuna.jobs.idempotency import Key, make_key
from kizuna.moderation import closed_queries, queries, reports
from kizuna.moderation.models import Category, Complaint, Report
from kizuna.square import render
from kizuna.square.entities import Account
from kizuna.tie import faces


class NewReport(msgspec.Struct):
    """The parameters of ``POST /api/v1/reports``. Accounts are all of this server, so nothing is forwarded."""

    account_id: Id = ""
    status_ids: Annotated[list[Id], msgspec.Meta(max_length=100)] = []
    comment: str = ""
    category: Annotated[str, msgspec.Meta(max_length=20)] | None = None
    rule_ids: list[str] = []
    forward: bool = False


class ReportEntity(msgspec.Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Report/"""

    id: str
    action_taken: bool
    action_taken_at: str | None
    category: str
    comment: str
    forwarded: bool
    created_at: str
    status_ids: list[str] | None
    rule_ids: list[str] | None
    target_account: Account


async def report(call: OwnCall[NewReport]) -> Response:
    """Tell the staff of an account, and of posts of it that one has seen."""
    complaint = _complaint(call.params)
    made = await reports.report_account(call.parts.moderation, call.viewer, complaint, _key(call, call.me))
    found = await queries.report(call.parts.people.store.reads, made)
    target = await present_accounts(call.parts, [complaint.target_id])
    if found is None or not target:
        raise NotFound
    return json_answer(_entity(found, target[0]))


async def report_face(call: OwnCall[NewReport]) -> Response:
    """The same for a face of the circle and its voices; for an account, as ever."""
    if not of_circle(call.params.account_id):
        return await report(call)
    complaint, me = _complaint(call.params), face_of(call.viewer)
    made = await reports.report_face(call.parts.moderation, call.viewer, complaint, _key(call, me))
    found = await closed_queries.report(call.parts.circle.store.reads, made)
    target = await friend_queries.profile_by_id(call.parts.circle.store.reads, me, complaint.target_id)
    if found is None or target is None:
        raise NotFound
    return json_answer(_entity(found[0], faces.account(target.face, call.parts.config.url, target.bio_html)))


def _complaint(params: NewReport) -> Complaint:
    """What a client reports. Raises NotFound for what cannot be an id, Invalid for rules: this server names none."""
    target, items = parse_id(params.account_id), [parse_id(one) for one in params.status_ids]
    if target is None or None in items:
        raise NotFound
    category = params.category or Category.OTHER.value
    if params.rule_ids and category == Category.VIOLATION.value:
        raise Invalid("There are no such rules", field="rule_ids")
    return Complaint(
        target_id=target,
        item_ids=tuple(dict.fromkeys(one for one in items if one is not None)),
        category=category,
        comment=params.comment,
    )


def _key(call: OwnCall[NewReport], me: int) -> Key | None:
    given = call.request.headers.get("idempotency-key")
    return make_key(me, call.viewer.app_id, given, msgspec.json.encode(call.params))


def _entity(found: Report, target: Account) -> ReportEntity:
    """A report as its reporter sees it: whether the staff has dealt with it, not how."""
    return ReportEntity(
        id=str(found.id),
        action_taken=found.closed_at is not None,
        action_taken_at=None if found.closed_at is None else render.when(found.closed_at),
        category=found.category.value,
        comment=found.comment,
        forwarded=False,
        created_at=render.when(found.created_at),
        status_ids=[str(one.item_id) for one in found.items] or None,
        rule_ids=None,
        target_account=target,
    )


OPERATIONS: Final[tuple[Operation, ...]] = (
    by_person("POST", "/api/v1/reports", report, NewReport, ReportEntity, "write:reports"),
)
TWINS: Final[tuple[Operation, ...]] = (
    by_person("POST", "/api/v1/reports", report_face, NewReport, ReportEntity, "write:reports"),
)
