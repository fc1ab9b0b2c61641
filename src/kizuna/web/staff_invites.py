"""The sign-up invites of the server, for administrators."""

from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kizuna.doors.params import read_tree, shape
from kizuna.doors.parts import MemberParts
from kizuna.ground.errors import Refusal
from kizuna.moderation import invites
from kizuna.moderation.models import MadeInvite
from kizuna.people.models import Viewer
from kizuna.web.forms import Sent, Table, path_id, sent
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import Form
from kizuna.web.staff import Below, told
from kizuna.web.staff_views import StaffInviteRow, StaffInvitesView

PAGE = 40


class StaffInviteSent(Sent, frozen=True, kw_only=True):
    """For how many people, for how many days."""

    uses: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    days: Annotated[int, msgspec.Meta(ge=1, le=90)] = 7


async def invites_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /staff/invites``."""
    below = shape(await read_tree(request), Below).id
    return await _show(pages, parts, request, viewer, below=below)


async def make(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /staff/invites``: a link that lets people sign up. Its code is shown this once."""
    form = await sent(parts, request, StaffInviteSent)
    try:
        code = await invites.make(parts.moderation, viewer, form.uses, form.days)
    except Refusal as refusal:
        problem = Form(error=told(pages, parts, request, viewer, refusal))
        return await _show(pages, parts, request, viewer, form=problem, status=refusal.status)
    return await _show(pages, parts, request, viewer, url=f"{parts.config.url}/sign-up?invite={code}")


async def end(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /staff/invites/{id}/end``."""
    await sent(parts, request, Sent)
    await invites.end(parts.moderation, viewer, path_id(request))
    return done("/staff/invites", "ended")


async def _show(
    pages: Pages,
    parts: MemberParts,
    request: Request,
    viewer: Viewer,
    *,
    below: int | None = None,
    url: str = "",
    form: Form | None = None,
    status: int = 200,
) -> Response:
    found = await invites.listed(parts.moderation, viewer, below=below, limit=PAGE)
    now = parts.clock.now_ms()
    view = StaffInvitesView(
        page=await pages.page(parts, request, viewer, "/staff/invites"),
        rows=tuple(_row(one, now) for one in found),
        older=f"/staff/invites?max_id={found[-1].id}" if len(found) == PAGE else "",
        url=url,
        form=form or Form(),
    )
    return pages.show(parts, request, view, status)


def _row(one: MadeInvite, now_ms: int) -> StaffInviteRow:
    if one.ended_at is not None:
        state = "ended"
    elif one.uses >= one.max_uses:
        state = "used_up"
    else:
        state = "open" if one.expires_at > now_ms else "expired"
    return StaffInviteRow(
        id=str(one.id),
        made_by=one.made_by,
        uses=one.uses,
        max=one.max_uses,
        made_at_ms=one.created_at,
        expires_at_ms=one.expires_at,
        state=state,
    )


def add(table: Table) -> None:
    """The routes of this file."""
    table.person("GET", "/staff/invites", invites_page)
    table.person("POST", "/staff/invites", make)
    table.person("POST", "/staff/invites/{id}/end", end)
