"""People as staff sees them: one plane at a time, so that nobody learns here which two faces are one person."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from kizuna.doors.params import read_tree, shape
from kizuna.doors.parts import MemberParts
from kizuna.ground.config import Plane
from kizuna.ground.errors import NotFound, Refusal
from kizuna.moderation import closed_queries, decisions, queries
from kizuna.moderation.models import Deed
from kizuna.people import standing_queries
from kizuna.people.models import Role, Viewer
from kizuna.people.standing import staff
from kizuna.store.store import Row
from kizuna.web.forms import Sent, Short, Table, path_id, sent
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import Form
from kizuna.web.staff import Below, face_of, log_rows, report_rows, told
from kizuna.web.staff_views import MemberRow, StaffPeopleView, StaffPersonView

PAGE: Final = 40


class Search(Below, frozen=True, kw_only=True):
    """Whom staff looks for."""

    plane: Short = ""
    q: Short = ""
    state: Short = ""


class DeedSent(Sent, frozen=True, kw_only=True):
    """What is decided about somebody, and why."""

    deed: Short = ""
    reason: Short = ""


class RoleSent(Sent, frozen=True, kw_only=True):
    """A role."""

    role: Short = ""


async def people_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``/staff/people``."""
    db = parts.people.store.reads
    await staff(db, viewer)
    asked = shape(await read_tree(request), Search)
    planes = parts.config.planes
    plane = asked.plane if asked.plane in planes else planes[0]
    begins = asked.q.strip().removeprefix("@")
    found = await standing_queries.listed(
        db, plane, begins=begins, state=asked.state, below=asked.id, limit=PAGE
    )
    older = ""
    if len(found) == PAGE:
        older = f"/staff/people?plane={plane}&state={asked.state}&max_id={found[-1].face_id}"
    view = StaffPeopleView(
        page=await pages.page(parts, request, viewer),
        plane=plane,
        rows=tuple([await _row(parts, viewer, plane, row) for row in found]),
        older="" if begins else older,
        form=Form(values={"q": asked.q, "state": asked.state}),
    )
    return pages.show(parts, request, view)


async def person_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /staff/people/{plane}/{id}``."""
    return await _person(pages, parts, request, viewer, Form(), 200)


async def stand(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /staff/people/{plane}/{id}``: silence, unsilence, suspend, restore."""
    form = await sent(parts, request, DeedSent)
    deeds = {deed.value: deed for deed in (Deed.SILENCE, Deed.UNSILENCE, Deed.SUSPEND, Deed.RESTORE)}
    if form.deed not in deeds:
        raise NotFound
    plane, face_id = _where(parts, request)
    try:
        await decisions.stand(parts.moderation, viewer, plane, face_id, deeds[form.deed], form.reason)
    except Refusal as refusal:
        values = {"reason": form.reason}
        problem = Form(values=values, error=told(pages, parts, request, viewer, refusal))
        return await _person(pages, parts, request, viewer, problem, refusal.status)
    return done(f"/staff/people/{plane}/{face_id}", "saved")


async def appoint(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /staff/people/{plane}/{id}/role``."""
    form = await sent(parts, request, RoleSent)
    plane, face_id = _where(parts, request)
    try:
        await decisions.appoint(parts.moderation, viewer, plane, face_id, form.role)
    except Refusal as refusal:
        problem = Form(error=told(pages, parts, request, viewer, refusal))
        return await _person(pages, parts, request, viewer, problem, refusal.status)
    return done(f"/staff/people/{plane}/{face_id}", "saved")


def _where(parts: MemberParts, request: Request) -> tuple[Plane, int]:
    plane = str(request.path_params["plane"])
    if plane not in parts.config.planes:
        raise NotFound
    return plane, path_id(request)


async def _row(parts: MemberParts, viewer: Viewer, plane: Plane, row: Row) -> MemberRow:
    return MemberRow(
        face=await face_of(parts, viewer, plane, row.face_id),
        since_ms=row.created_at,
        role=row.role or Role.MEMBER.value,
        silenced=row.silenced_at is not None,
        suspended=row.suspended_at is not None,
    )


async def _person(
    pages: Pages, parts: MemberParts, request: Request, viewer: Viewer, form: Form, status: int
) -> Response:
    db = parts.people.store.reads
    mine = await staff(db, viewer)
    plane, face_id = _where(parts, request)
    found = await standing_queries.listed_face(db, plane, face_id)
    if found is None:
        raise NotFound
    source = queries.reports if plane == "square" else closed_queries.reports
    store = parts.people.store if plane == "square" else parts.circle.store
    reports = await source(store.reads, open_only=False, target_id=face_id)
    log = await queries.decisions(db, plane=plane, target_id=face_id)
    view = StaffPersonView(
        page=await pages.page(parts, request, viewer, f"/staff/people/{plane}/{face_id}"),
        row=await _row(parts, viewer, plane, found),
        administrator=mine.role is Role.ADMINISTRATOR,
        myself=found.person_id == viewer.person_id,
        reports=await report_rows(parts, viewer, reports),
        log=await log_rows(parts, viewer, log),
        form=form,
    )
    return pages.show(parts, request, view, status)


def add(table: Table) -> None:
    """The routes of this file."""
    table.person("GET", "/staff/people", people_page)
    table.person("GET", "/staff/people/{plane}/{id}", person_page)
    table.person("POST", "/staff/people/{plane}/{id}", stand)
    table.person("POST", "/staff/people/{plane}/{id}/role", appoint)
