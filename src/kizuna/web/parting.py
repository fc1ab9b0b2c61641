"""Taking everything along, and leaving."""

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from kizuna.doors.cookies import drop_cookie
from kizuna.doors.parts import MemberParts, PublicParts
from kizuna.ground.errors import Refusal, Unauthorized
from kizuna.people import archive, leaving, sudo
from kizuna.people.models import Viewer
from kizuna.tie import consents
from kizuna.web.account_views import ArchiveView, GoneView, LeaveView
from kizuna.web.forms import Sent, Short, Table, sent
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import Form
from kizuna.web.signing import slowed

MEGA = 1_000_000


class LeaveForm(Sent, frozen=True, kw_only=True):
    """The password, and what becomes of public copies."""

    password: Short = ""
    copies: Short = ""


async def archive_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /settings/archive``."""
    mine = await archive.my_archive(parts.people, viewer)
    view = ArchiveView(
        page=await pages.page(parts, request, viewer),
        state=mine.state,
        megabytes=round(mine.size / MEGA, 1),
        until_ms=mine.expires_at,
    )
    return pages.show(parts, request, view)


async def ask_archive(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/archive``."""
    await sent(parts, request, Sent)
    await archive.ask_archive(parts.people, viewer)
    return done("/settings/archive")


async def archive_file(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /settings/archive/file``: for its owner alone, who has shown so."""
    path = await archive.open_archive(parts.people, viewer)
    name = f"kizuna-{parts.config.domain.replace(':', '-')}.zip"
    response = FileResponse(path, media_type="application/zip", filename=name)
    response.headers["Cache-Control"] = "no-store"
    return response


async def leave_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /settings/leave``: says what goes."""
    await sudo.require_recent(parts.people, viewer)
    return await _leave(pages, parts, request, viewer, Form(), 200)


async def leave(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/leave``: nothing brings the account back."""
    form = await sent(parts, request, LeaveForm)
    try:
        await leaving.leave(parts.people, viewer, form.password, recall=form.copies != "keep")
    except sudo.ProveAgain:
        raise
    except Refusal as refusal:
        told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        status = 422 if isinstance(refusal, Unauthorized) else refusal.status
        shown = Form(errors={"password": told})
        return slowed(await _leave(pages, parts, request, viewer, shown, status), refusal)
    response = done("/left")
    drop_cookie(parts.config, response, "session")
    return response


async def _leave(
    pages: Pages, parts: MemberParts, request: Request, viewer: Viewer, form: Form, status: int
) -> Response:
    ties = [] if viewer.circle_id is None else await consents.links_of(parts.tie, viewer.circle_id)
    view = LeaveView(page=await pages.page(parts, request, viewer), form=form, copies=bool(ties))
    return pages.show(parts, request, view, status)


async def left(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``GET /left``."""
    return pages.show(parts, request, GoneView(page=await pages.page(parts, request, viewer, path="/")))


def add(table: Table) -> None:
    """The routes of this file."""
    table.person("GET", "/settings/archive", archive_page)
    table.person("POST", "/settings/archive", ask_archive)
    table.person("GET", "/settings/archive/file", archive_file)
    table.person("GET", "/settings/leave", leave_page)
    table.person("POST", "/settings/leave", leave)
    table.anyone("GET", "/left", left)
