"""What is not let in, and what everybody is told."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kizuna.doors.parts import MemberParts
from kizuna.ground.errors import Refusal
from kizuna.moderation import announcements, lists, queries
from kizuna.moderation.ports import Moderation
from kizuna.people.models import Role, Viewer
from kizuna.people.standing import staff
from kizuna.web.forms import Long, Sent, Short, Table, path_id, sent
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import Form
from kizuna.web.staff import told
from kizuna.web.staff_views import AnnouncementRow, BlockedRow, StaffAnnouncementsView, StaffListView

Kind = Literal["words", "addresses"]


class ValueSent(Sent, frozen=True, kw_only=True):
    """What is to be kept out."""

    value: Short = ""


class AnnouncementSent(Sent, frozen=True, kw_only=True):
    """What everybody is told, for how many days."""

    text: Long = ""
    days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 7


async def words_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /staff/words``."""
    return await _list(pages, parts, request, viewer, "words", Form(), 200)


async def add_word(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /staff/words``."""
    return await _put(pages, parts, request, viewer, "words", lists.block_word)


async def allow_word(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /staff/words/{id}/allow``."""
    await sent(parts, request, Sent)
    await lists.allow_word(parts.moderation, viewer, path_id(request))
    return done("/staff/words", "saved")


async def addresses_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /staff/addresses``."""
    return await _list(pages, parts, request, viewer, "addresses", Form(), 200)


async def add_address(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /staff/addresses``."""
    return await _put(pages, parts, request, viewer, "addresses", lists.block_address)


async def allow_address(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /staff/addresses/{id}/allow``."""
    await sent(parts, request, Sent)
    await lists.allow_address(parts.moderation, viewer, path_id(request))
    return done("/staff/addresses", "saved")


async def announcements_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /staff/announcements``."""
    return await _announcements(pages, parts, request, viewer, Form(), 200)


async def announce(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /staff/announcements``."""
    form = await sent(parts, request, AnnouncementSent)
    try:
        await announcements.announce(parts.moderation, viewer, form.text, form.days)
    except Refusal as refusal:
        values = {"text": form.text, "days": str(form.days)}
        problem = Form(values=values, errors={"text": told(pages, parts, request, viewer, refusal)})
        return await _announcements(pages, parts, request, viewer, problem, refusal.status)
    return done("/staff/announcements", "saved")


async def end_announcement(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /staff/announcements/{id}/end``."""
    await sent(parts, request, Sent)
    await announcements.end(parts.moderation, viewer, path_id(request))
    return done("/staff/announcements", "ended")


async def put_away(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /announcements/{id}/read``: it is not shown to this person any more."""
    form = await sent(parts, request, Sent)
    await announcements.put_away(parts.moderation, viewer, path_id(request))
    return done(form.back_to("/"))


async def _put(
    pages: Pages,
    parts: MemberParts,
    request: Request,
    viewer: Viewer,
    kind: Kind,
    verb: Callable[[Moderation, Viewer, str], Awaitable[None]],
) -> Response:
    form = await sent(parts, request, ValueSent)
    try:
        await verb(parts.moderation, viewer, form.value)
    except Refusal as refusal:
        problem = told(pages, parts, request, viewer, refusal)
        shown = Form(values={"value": form.value}, errors={"value": problem})
        return await _list(pages, parts, request, viewer, kind, shown, refusal.status)
    return done(f"/staff/{kind}", "saved")


async def _list(
    pages: Pages, parts: MemberParts, request: Request, viewer: Viewer, kind: Kind, form: Form, status: int
) -> Response:
    db = parts.people.store.reads
    await staff(db, viewer, Role.MODERATOR if kind == "words" else Role.ADMINISTRATOR)
    found = await queries.words(db) if kind == "words" else await queries.addresses(db)
    rows = tuple(
        BlockedRow(id=str(one.id), value=one.value, kind=one.kind, at_ms=one.made_at) for one in found
    )
    page = await pages.page(parts, request, viewer, f"/staff/{kind}")
    return pages.show(parts, request, StaffListView(page=page, kind=kind, rows=rows, form=form), status)


async def _announcements(
    pages: Pages, parts: MemberParts, request: Request, viewer: Viewer, form: Form, status: int
) -> Response:
    await staff(parts.people.store.reads, viewer, Role.ADMINISTRATOR)
    rows = tuple(
        AnnouncementRow(id=str(one.id), html=one.html, at_ms=one.made_at, ends_ms=one.ends_at)
        for one in await announcements.current(parts.moderation, viewer)
    )
    page = await pages.page(parts, request, viewer, "/staff/announcements")
    return pages.show(parts, request, StaffAnnouncementsView(page=page, rows=rows, form=form), status)


def add(table: Table) -> None:
    """The routes of this file."""
    table.person("GET", "/staff/words", words_page)
    table.person("POST", "/staff/words", add_word)
    table.person("POST", "/staff/words/{id}/allow", allow_word)
    table.person("GET", "/staff/addresses", addresses_page)
    table.person("POST", "/staff/addresses", add_address)
    table.person("POST", "/staff/addresses/{id}/allow", allow_address)
    table.person("GET", "/staff/announcements", announcements_page)
    table.person("POST", "/staff/announcements", announce)
    table.person("POST", "/staff/announcements/{id}/end", end_announcement)
    table.person("POST", "/announcements/{id}/read", put_away)
