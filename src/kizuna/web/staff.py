"""The rooms of the staff: what waits, and the log. For everybody else none of them is there."""

from collections.abc import Sequence
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kizuna.circle import friend_queries
from kizuna.doors.params import read_tree, shape
from kizuna.doors.parts import MemberParts
from kizuna.ground.config import Plane
from kizuna.ground.errors import Invalid, NotFound, Refusal
from kizuna.ground.ids import parse_id
from kizuna.moderation import closed_queries, queries
from kizuna.moderation.models import Decision, Report
from kizuna.people import standing_queries
from kizuna.people.models import Role, Viewer
from kizuna.people.standing import staff
from kizuna.square import queries as square_queries
from kizuna.web.forms import Short, Table
from kizuna.web.items import account_face, circle_face
from kizuna.web.pages import Pages
from kizuna.web.pieces import Face
from kizuna.web.staff_views import (
    LogRow,
    ReportRow,
    StaffLogView,
    StaffView,
)

LOG_PAGE: Final = 50


class Below(msgspec.Struct, frozen=True, kw_only=True):
    """Which page of a list."""

    max_id: Short = ""

    @property
    def id(self) -> int | None:
        """The id to go on below. Raises Invalid."""
        below = parse_id(self.max_id)
        if self.max_id and below is None:
            raise Invalid("This address is not valid")
        return below


async def index(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``/staff``."""
    db = parts.people.store.reads
    mine = await staff(db, viewer)
    view = StaffView(
        page=await pages.page(parts, request, viewer),
        administrator=mine.role is Role.ADMINISTRATOR,
        reports=len(await open_reports(parts)),
        appeals=len(await queries.open_appeals(db)),
    )
    return pages.show(parts, request, view)


async def open_reports(parts: MemberParts, *, open_only: bool = True) -> list[Report]:
    """Reports of both planes, newest first."""
    found = await queries.reports(parts.people.store.reads, open_only=open_only)
    found += await closed_queries.reports(parts.circle.store.reads, open_only=open_only)
    return sorted(found, key=lambda report: report.created_at, reverse=True)


async def log_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``/staff/log``."""
    db = parts.people.store.reads
    await staff(db, viewer)
    below = shape(await read_tree(request), Below).id
    found = await queries.decisions(db, below=below, limit=LOG_PAGE)
    view = StaffLogView(
        page=await pages.page(parts, request, viewer),
        rows=await log_rows(parts, viewer, found),
        older=f"/staff/log?max_id={found[-1].id}" if len(found) == LOG_PAGE else "",
    )
    return pages.show(parts, request, view)


async def log_rows(parts: MemberParts, viewer: Viewer, decisions: Sequence[Decision]) -> tuple[LogRow, ...]:
    """Lines of the log with names, as staff sees them."""
    rows: list[LogRow] = []
    for one in decisions:
        target = None
        if one.target_id is not None and one.plane in ("square", "circle"):
            target = await face_of(parts, viewer, one.plane, one.target_id)
        handles = await standing_queries.handles(parts.people.store.reads, one.staff_id)
        rows.append(
            LogRow(
                deed=one.deed.value,
                staff=handles.get("square") or handles.get("circle") or "",
                target=target,
                reason=one.reason,
                at_ms=one.made_at,
            )
        )
    return tuple(rows)


async def report_rows(parts: MemberParts, viewer: Viewer, reports: Sequence[Report]) -> tuple[ReportRow, ...]:
    """Reports with names, as staff sees them."""
    return tuple(
        [
            ReportRow(
                id=str(one.id),
                plane=one.plane,
                target=await face_of(parts, viewer, one.plane, one.target_id),
                category=one.category.value,
                at_ms=one.created_at,
                open=one.closed_at is None,
            )
            for one in reports
        ]
    )


async def face_of(parts: MemberParts, viewer: Viewer, plane: Plane, face_id: int) -> Face:
    """A face as staff sees it in one plane, whether or not it is shown to others; its link leads to its staff page."""
    href = f"/staff/people/{plane}/{face_id}"
    if plane == "square":
        account = await square_queries.account(parts.square.store.reads, face_id)
        shown = account_face(account) if account else None
    else:
        # What every member may see of a face: its handle and its name.
        found = await friend_queries.profile_by_id(parts.circle.store.reads, viewer.circle_id or 0, face_id)
        shown = circle_face(found.face) if found else None
    if shown is None:
        row = await standing_queries.listed_face(parts.people.store.reads, plane, face_id)
        handle = row.handle if row else "?"
        return Face(plane=plane, id=str(face_id), name=handle, handle=handle, href=href)
    return msgspec.structs.replace(shown, href=href)


def told(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer, refusal: Refusal) -> str:
    """A refusal in the viewer's language, for a form. Raises NotFound again: that is no matter for a form."""
    if isinstance(refusal, NotFound):
        raise refusal
    return pages.speak(parts, request, viewer)(refusal.message, **refusal.values)


def add(table: Table) -> None:
    """The routes of this file."""
    table.person("GET", "/staff", index)
    table.person("GET", "/staff/log", log_page)
