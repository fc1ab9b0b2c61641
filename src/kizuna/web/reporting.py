"""Where people meet the staff: telling it about somebody, asking about a suspension, seeing what it has read."""

from typing import Final, cast

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kizuna.circle import queries as circle_queries
from kizuna.doors.params import read_tree, shape
from kizuna.doors.parts import MemberParts, PublicParts
from kizuna.doors.routes import asker_of
from kizuna.ground.errors import NotFound, Refusal, Unauthorized
from kizuna.ground.ids import parse_id
from kizuna.moderation import appeals, closed_queries, reports
from kizuna.moderation.models import Category, Complaint
from kizuna.people.models import Viewer
from kizuna.square import queries as square_queries
from kizuna.square.load import load_status
from kizuna.web.forms import Long, Sent, Short, Table, account_of, face_of, ids_of, path_id, sent
from kizuna.web.items import account_face, circle_face, post_item, voice_item
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import Face, Form, Item
from kizuna.web.signing import slowed
from kizuna.web.staff import told
from kizuna.web.staff_views import AppealView, ReadingRow, ReadingsView, ReportView
from kizuna.web.voices import profile_of

CATEGORIES: Final = tuple(Category)


class ReportSent(Sent, frozen=True, kw_only=True):
    """A report."""

    category: Short = ""
    comment: Long = ""
    item: tuple[Short, ...] = ()


class Which(msgspec.Struct, frozen=True, kw_only=True):
    """The post that made somebody report its author."""

    post: Short = ""


class AppealSent(Sent, frozen=True, kw_only=True):
    """A question about a suspension."""

    handle: Short = ""
    password: Short = ""
    text: Long = ""


async def report_account_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /report/{handle}``, with ``?post=`` for one of its posts."""
    face, items = await _account(parts, request, viewer, shape(await read_tree(request), Which).post)
    return await _ask(pages, parts, request, viewer, face, items, Form(), 200)


async def report_account(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /report/{handle}``."""
    form = await sent(parts, request, ReportSent)
    face, items = await _account(parts, request, viewer, form.item[0] if form.item else "")
    try:
        await reports.report_account(parts.moderation, viewer, _complaint(face, form))
    except Refusal as refusal:
        return await _again(pages, parts, request, viewer, face, items, form, refusal)
    return done(face.href, "reported")


async def report_face_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /c/{handle}/report``."""
    face = circle_face((await profile_of(parts, request, viewer)).face)
    return await _ask(pages, parts, request, viewer, face, (), Form(), 200)


async def report_face(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /c/{handle}/report``."""
    form = await sent(parts, request, ReportSent)
    face = circle_face((await profile_of(parts, request, viewer)).face)
    try:
        await reports.report_face(parts.moderation, viewer, _complaint(face, form))
    except Refusal as refusal:
        return await _again(pages, parts, request, viewer, face, (), form, refusal)
    return done(face.href, "reported")


async def report_voice_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /v/{id}/report``: a voice or a reply."""
    face, items = await _voice(parts, request, viewer)
    return await _ask(pages, parts, request, viewer, face, items, Form(), 200)


async def report_voice(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /v/{id}/report``."""
    form = await sent(parts, request, ReportSent)
    face, items = await _voice(parts, request, viewer)
    try:
        await reports.report_face(parts.moderation, viewer, _complaint(face, form))
    except Refusal as refusal:
        return await _again(pages, parts, request, viewer, face, items, form, refusal)
    return done("/", "reported")


def _complaint(face: Face, form: ReportSent) -> Complaint:
    return Complaint(
        target_id=int(face.id),
        item_ids=tuple(ids_of(form.item)),
        category=form.category,
        comment=form.comment,
    )


async def _account(
    parts: MemberParts, request: Request, viewer: Viewer, post: str
) -> tuple[Face, tuple[Item, ...]]:
    account_of(viewer)
    handle = str(request.path_params["handle"]).lower()
    account = await square_queries.account_by_handle(parts.square.store.reads, handle)
    if account is None:
        raise NotFound
    post_id = parse_id(post)
    status = None if post_id is None else await load_status(parts.square.store.reads, post_id)
    shown = status is not None and status.post.account_id == account.id and status.original is None
    items = (post_item(status, viewer.square_id),) if status is not None and shown else ()
    return account_face(account), items


async def _voice(parts: MemberParts, request: Request, viewer: Viewer) -> tuple[Face, tuple[Item, ...]]:
    found = await circle_queries.load(parts.circle.store.reads, face_of(viewer), [path_id(request)])
    if not found:
        raise NotFound
    return circle_face(found[0].author), (voice_item(found[0]),)


async def _again(
    pages: Pages,
    parts: MemberParts,
    request: Request,
    viewer: Viewer,
    face: Face,
    items: tuple[Item, ...],
    form: ReportSent,
    refusal: Refusal,
) -> Response:
    told_so = told(pages, parts, request, viewer, refusal)
    known = refusal.field in ("category", "comment")
    shown = Form(
        values={"category": form.category, "comment": form.comment},
        errors={cast(str, refusal.field): told_so} if known else {},
        error="" if known else told_so,
    )
    return await _ask(pages, parts, request, viewer, face, items, shown, refusal.status)


async def _ask(
    pages: Pages,
    parts: MemberParts,
    request: Request,
    viewer: Viewer,
    face: Face,
    items: tuple[Item, ...],
    form: Form,
    status: int,
) -> Response:
    view = ReportView(
        page=await pages.page(parts, request, viewer),
        face=face,
        items=items,
        action=request.url.path,
        back=items[0].href if items else face.href,
        form=form,
    )
    return pages.show(parts, request, view, status)


async def appeal_page(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``GET /appeal``."""
    return pages.show(parts, request, AppealView(page=await pages.page(parts, request, viewer)))


async def appeal(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``POST /appeal``: with handle and password, since whoever is suspended cannot sign in."""
    form = await sent(parts, request, AppealSent)
    handle = form.handle.strip().removeprefix("@")
    try:
        await appeals.appeal(parts.people, handle, form.password, form.text, asker_of(request).address)
    except Refusal as refusal:
        words = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        shown = Form(values={"handle": form.handle, "text": form.text}, error=words)
        view = AppealView(page=await pages.page(parts, request, viewer), form=shown)
        # 401 would be turned into a redirect to signing in, which is just what does not work.
        status = 422 if isinstance(refusal, Unauthorized) else refusal.status
        return slowed(pages.show(parts, request, view, status), refusal)
    view = AppealView(page=await pages.page(parts, request, viewer), sent=True)
    return pages.show(parts, request, view)


async def readings_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``/settings/readings``: what staff has read of one's own in the circle."""
    found = await closed_queries.readings_of(parts.circle.store.reads, face_of(viewer))
    rows = tuple(ReadingRow(href=f"/v/{one.item_id}", at_ms=one.read_at) for one in found)
    view = ReadingsView(page=await pages.page(parts, request, viewer), rows=rows)
    return pages.show(parts, request, view)


def add(table: Table, *, square: bool, circle: bool) -> None:
    """The routes of this file, for the planes of this server."""
    table.anyone("GET", "/appeal", appeal_page)
    table.anyone("POST", "/appeal", appeal)
    if square:
        table.person("GET", "/report/{handle}", report_account_page)
        table.person("POST", "/report/{handle}", report_account)
    if circle:
        table.person("GET", "/c/{handle}/report", report_face_page)
        table.person("POST", "/c/{handle}/report", report_face)
        table.person("GET", "/v/{id}/report", report_voice_page)
        table.person("POST", "/v/{id}/report", report_voice)
        table.person("GET", "/settings/readings", readings_page)
