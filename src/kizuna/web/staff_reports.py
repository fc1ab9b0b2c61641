"""Reports, and what is decided on them."""

from typing import Final, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kizuna.doors.params import read_tree, shape
from kizuna.doors.parts import MemberParts
from kizuna.ground.config import Plane
from kizuna.ground.errors import NotFound, Refusal
from kizuna.moderation import closed_queries, decisions, queries
from kizuna.moderation.models import Report
from kizuna.people.models import Viewer
from kizuna.people.standing import staff
from kizuna.web.forms import Sent, Short, Table, path_id, sent
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import Form
from kizuna.web.staff import face_of, open_reports, report_rows, told
from kizuna.web.staff_views import (
    AppealRow,
    QuotedItem,
    StaffAppealsView,
    StaffReportsView,
    StaffReportView,
)

PLANES: Final[tuple[Plane, ...]] = ("square", "circle")


class Show(msgspec.Struct, frozen=True, kw_only=True):
    """Which reports."""

    show: Literal["open", "all"] = "open"


class ReasonSent(Sent, frozen=True, kw_only=True):
    """Something is decided, and why."""

    do: Short = ""
    reason: Short = ""


async def reports_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``/staff/reports``."""
    await staff(parts.people.store.reads, viewer)
    show = shape(await read_tree(request), Show).show
    found = await open_reports(parts, open_only=show == "open")
    view = StaffReportsView(
        page=await pages.page(parts, request, viewer),
        rows=await report_rows(parts, viewer, found),
        show=show,
    )
    return pages.show(parts, request, view)


async def report_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /staff/reports/{plane}/{id}``: of a closed report only that there is one."""
    await staff(parts.people.store.reads, viewer)
    found = await _found(parts, request)
    return await _show(pages, parts, request, viewer, found, read=found.plane == "square")


async def read(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /staff/reports/circle/{id}/read``: shows what was quoted; written down, and told to its author."""
    await sent(parts, request, Sent)
    found = await decisions.read_closed(parts.moderation, viewer, path_id(request))
    return await _show(pages, parts, request, viewer, found, read=True)


async def close(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /staff/reports/{plane}/{id}/close``."""
    await sent(parts, request, Sent)
    await decisions.close_report(parts.moderation, viewer, _plane(request), path_id(request))
    return done("/staff/reports", "closed")


async def delete_post(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /staff/posts/{id}/delete``."""
    form = await sent(parts, request, ReasonSent)
    await decisions.delete_post(parts.moderation, viewer, path_id(request), form.reason)
    return done(form.back_to("/staff/reports"), "deleted")


async def appeals_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /staff/appeals``."""
    return await _appeals(pages, parts, request, viewer, Form(), 200)


async def answer(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /staff/appeals/{id}``: ``do`` is grant or refuse."""
    form = await sent(parts, request, ReasonSent)
    verb = {"grant": decisions.grant_appeal, "refuse": decisions.refuse_appeal}.get(form.do)
    if verb is None:
        raise NotFound
    try:
        await verb(parts.moderation, viewer, path_id(request), form.reason)
    except Refusal as refusal:
        problem = Form(error=told(pages, parts, request, viewer, refusal))
        return await _appeals(pages, parts, request, viewer, problem, refusal.status)
    return done("/staff/appeals", "saved")


async def _appeals(
    pages: Pages, parts: MemberParts, request: Request, viewer: Viewer, form: Form, status: int
) -> Response:
    db = parts.people.store.reads
    await staff(db, viewer)
    rows = tuple(
        [
            AppealRow(
                id=str(one.id),
                face=await face_of(parts, viewer, one.plane, one.face_id),
                text=one.text,
                at_ms=one.created_at,
            )
            for one in await queries.open_appeals(db)
        ]
    )
    page = await pages.page(parts, request, viewer, "/staff/appeals")
    return pages.show(parts, request, StaffAppealsView(page=page, rows=rows, form=form), status)


def _plane(request: Request) -> Plane:
    plane = str(request.path_params["plane"])
    for known in PLANES:
        if plane == known:
            return known
    raise NotFound


async def _found(parts: MemberParts, request: Request) -> Report:
    if _plane(request) == "square":
        found = await queries.report(parts.people.store.reads, path_id(request))
    else:
        pair = await closed_queries.report(parts.circle.store.reads, path_id(request))
        found = pair[0] if pair else None
    if found is None:
        raise NotFound
    return found


async def _show(
    pages: Pages, parts: MemberParts, request: Request, viewer: Viewer, found: Report, *, read: bool
) -> Response:
    (row,) = await report_rows(parts, viewer, [found])
    quoted = tuple(
        QuotedItem(
            id=str(item.item_id),
            text=item.text,
            at_ms=item.written_at,
            href=f"/@{row.target.handle}/{item.item_id}" if found.plane == "square" else "",
        )
        for item in found.items
    )
    path = f"/staff/reports/{found.plane}/{found.id}"
    view = StaffReportView(
        page=await pages.page(parts, request, viewer, path),
        row=row,
        reporter=await face_of(parts, viewer, found.plane, found.reporter_id),
        comment=found.comment,
        quoted=quoted if read else (),
        count=len(found.items),
        read=read,
    )
    return pages.show(parts, request, view)


def add(table: Table) -> None:
    """The routes of this file."""
    table.person("GET", "/staff/reports", reports_page)
    table.person("GET", "/staff/reports/{plane}/{id}", report_page)
    table.person("POST", "/staff/reports/circle/{id}/read", read)
    table.person("POST", "/staff/reports/{plane}/{id}/close", close)
    table.person("POST", "/staff/posts/{id}/delete", delete_post)
    table.person("GET", "/staff/appeals", appeals_page)
    table.person("POST", "/staff/appeals/{id}", answer)
