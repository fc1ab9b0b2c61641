"""The tie's pages: links with their consents, public copies and their ledger."""

from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kizuna.circle import queries as circle_queries
from kizuna.doors.parts import MemberParts
from kizuna.ground.errors import Invalid, NotFound, Refusal
from kizuna.jobs.idempotency import make_key
from kizuna.people.models import Viewer
from kizuna.tie import consents, copies, inside, links
from kizuna.tie.models import Consent as OneConsent
from kizuna.tie.models import CopyEvent, LedgerLine, Link, LinkState, Target
from kizuna.web.forms import Long, Sent, Short, Table, cursor, face_of, ids_of, path_id, sent
from kizuna.web.items import voice_item
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import (
    Consent,
    ConsentEvent,
    CopyRow,
    CopyTarget,
    Direction,
    Form,
    TieRow,
)
from kizuna.web.pieces import CopyEvent as ReceiptLine
from kizuna.web.views import ConfirmView, CopiesView, CopyNewView, TiesView, TieView, UnlinkView

LEDGER_PAGE: Final = 20
DIRECTIONS: Final[tuple[Direction, ...]] = ("out", "in")


class NewTieForm(Sent, frozen=True, kw_only=True):
    """A server to tie to, and what may flow."""

    address: Short = ""
    out: Short = ""
    into: Short = msgspec.field(name="in", default="")


class InsideForm(Sent, frozen=True, kw_only=True):
    """What may flow between the two faces of a person here."""

    out: Short = ""


class ConsentForm(Sent, frozen=True, kw_only=True):
    """One direction, given or not."""

    direction: Short = ""
    give: Short = ""


class UnlinkForm(Sent, frozen=True, kw_only=True):
    """What becomes of the copies."""

    copies: Short = ""


class CopyForm(Sent, frozen=True, kw_only=True):
    """A copy: its words, and where to."""

    text: Long = ""
    link: Annotated[list[Short], msgspec.Meta(max_length=50)] = msgspec.field(default_factory=list[str])
    key: Short = ""
    do: Short = "send"


async def ties_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /settings/ties``."""
    form = Form()  # nothing is ticked beforehand: each direction is opt-in
    return await _ties(pages, parts, request, viewer, form, 200)


async def begin(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/ties``: off to the partner's own page, where the person signs in and allows it."""
    form = await sent(parts, request, NewTieForm)
    try:
        url = await links.begin_link(
            parts.tie,
            face_of(viewer),
            form.address,
            copies_out=bool(form.out),
            home_in=bool(form.into),
        )
    except Refusal as refusal:
        told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        values = {"address": form.address, "out": form.out, "in": form.into}
        known = refusal.field == "address"
        shown = Form(values=values, errors={"address": told} if known else {}, error="" if known else told)
        return await _ties(pages, parts, request, viewer, shown, refusal.status)
    return RedirectResponse(url, 303)


async def tie_inside(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/ties/square``: one's own account on the square of this server."""
    form = await sent(parts, request, InsideForm)
    try:
        if not form.out:
            raise Invalid("Choose at least one direction.", field="out")
        link_id = await inside.tie_square(parts.tie, parts.square, viewer)
    except NotFound:
        raise
    except Refusal as refusal:
        shown = Form(error=pages.speak(parts, request, viewer)(refusal.message, **refusal.values))
        return await _ties(pages, parts, request, viewer, shown, refusal.status)
    return done(f"/settings/ties/{link_id}", "tied")


async def finish(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /ties/callback``: back from the partner."""
    told = request.query_params
    try:
        link_id = await links.finish_link(
            parts.tie,
            face_of(viewer),
            told.get("state", "")[:200],
            told.get("code", "")[:2000] or None,
            told.get("error", "")[:200] or None,
            told.get("iss"),
        )
    except Refusal as refusal:
        form = Form(error=pages.speak(parts, request, viewer)(refusal.message, **refusal.values))
        return await _ties(pages, parts, request, viewer, form, refusal.status)
    return done(f"/settings/ties/{link_id}", "tied")


async def tie_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``/settings/ties/{id}``."""
    me, link_id = face_of(viewer), path_id(request)
    link = await consents.link_of(parts.tie, me, link_id)
    history = await consents.consent_history(parts.tie, me, link_id)
    view = TieView(
        page=await pages.page(parts, request, viewer),
        tie=tie_row(link),
        history=_history(history),
        standing=await copies.standing_count(parts.tie, me, link_id),
    )
    return pages.show(parts, request, view)


async def consent(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/ties/{id}/consent``."""
    form = await sent(parts, request, ConsentForm)
    if form.direction not in DIRECTIONS:
        raise Invalid("This form is not valid")
    direction = form.direction
    link_id = path_id(request)
    await consents.set_consent(parts.tie, face_of(viewer), link_id, direction, given=form.give == "1")
    return done(f"/settings/ties/{link_id}", "saved")


async def confirm_unlink(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /settings/ties/{id}/unlink``: keep the copies, or recall them."""
    me, link_id = face_of(viewer), path_id(request)
    view = UnlinkView(
        page=await pages.page(parts, request, viewer),
        tie=tie_row(await consents.link_of(parts.tie, me, link_id)),
        standing=await copies.standing_count(parts.tie, me, link_id),
    )
    return pages.show(parts, request, view)


async def unlink(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/ties/{id}/unlink``."""
    form = await sent(parts, request, UnlinkForm)
    if form.copies not in ("keep", "recall"):
        raise Invalid("Choose what becomes of the copies")
    await consents.unlink(parts.tie, face_of(viewer), path_id(request), form.copies)
    return done("/settings/ties", "untied")


async def copy_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /v/{id}/copy``: what would stand in public, and where."""
    view = await _copy_view(pages, parts, request, viewer, None, "")
    return pages.show(parts, request, view)


async def copy(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /v/{id}/copy``: make the copies, or show once more how they would stand there."""
    form = await sent(parts, request, CopyForm)
    me, voice_id = face_of(viewer), path_id(request)
    if form.do == "preview":
        return pages.show(parts, request, await _copy_view(pages, parts, request, viewer, form, ""))
    try:
        if not form.link:
            raise Invalid("Choose where the copy should stand", field="link")
        await _check_places(parts, me, voice_id, form)
        for link_id in ids_of(tuple(form.link)):
            key = make_key(me, 0, f"{form.key}:{link_id}" if form.key else None, form.text.encode())
            await copies.make_copy(parts.tie, me, voice_id, link_id, form.text, key)
    except NotFound:
        raise
    except Refusal as refusal:
        told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        view = await _copy_view(pages, parts, request, viewer, form, told)
        return pages.show(parts, request, view, refusal.status)
    return done(f"/v/{voice_id}", "copying")


async def ledger_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``/copies``: the ledger."""
    page, _ = await cursor(request)
    lines = await copies.ledger(parts.tie, face_of(viewer), below=page.max_id, limit=LEDGER_PAGE)
    receipts = await copies.receipts(parts.tie, lines)
    view = CopiesView(
        page=await pages.page(parts, request, viewer),
        rows=tuple(copy_row(line, receipts.get(line.id, ())) for line in lines),
        older=f"/copies?max_id={lines[-1].id}" if len(lines) == LEDGER_PAGE else "",
    )
    return pages.show(parts, request, view)


async def confirm_recall(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /copies/{id}/recall``: asks first."""
    line = await copies.copy_of(parts.tie, face_of(viewer), path_id(request))
    view = ConfirmView(
        page=await pages.page(parts, request, viewer),
        deed="recall_copy",
        action=request.url.path,
        back="/copies",
        copy=copy_row(line),
    )
    return pages.show(parts, request, view)


async def recall(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /copies/{id}/recall``."""
    form = await sent(parts, request, Sent)
    await copies.recall_copy(parts.tie, face_of(viewer), path_id(request))
    return done(form.back_to("/copies"), "recalling")


def tie_rows(links: Sequence[Link]) -> tuple[TieRow, ...]:
    """Links as rows, without those that the person has ended: what is still being recalled stands in the ledger."""
    return tuple(tie_row(link) for link in links if link.state is not LinkState.ENDING)


def tie_row(link: Link) -> TieRow:
    """A link as a row."""
    given = {one.direction: one.given_at for one in link.consents}
    directions = DIRECTIONS[:1] if link.inside else DIRECTIONS
    return TieRow(
        id=str(link.id),
        host=link.host,
        acct=link.acct if "@" in link.acct else f"{link.acct}@{link.host}",
        href=link.account_url,
        since_ms=link.linked_at,
        consents=tuple(
            Consent(direction=direction, given=direction in given, at_ms=given.get(direction))
            for direction in directions
        ),
        working=link.state is not LinkState.RENEWAL,
        inside=link.inside,
    )


def copy_row(line: LedgerLine, receipts: Sequence[CopyEvent] = ()) -> CopyRow:
    """A line of the ledger with its receipt."""
    return CopyRow(
        id=str(line.id),
        state=line.state.value,
        host=line.host,
        acct=line.acct if "@" in line.acct else f"{line.acct}@{line.host}",
        text=line.text,
        voice_href=f"/v/{line.voice_id}",
        at_ms=line.changed_at,
        href=line.remote_url or "",
        events=tuple(ReceiptLine(state=one.state.value, at_ms=one.at) for one in receipts),
        can_recall=line.can_recall,
    )


async def _ties(
    pages: Pages, parts: MemberParts, request: Request, viewer: Viewer, form: Form, status: int
) -> Response:
    rows = tie_rows(await consents.links_of(parts.tie, face_of(viewer)))
    page = await pages.page(parts, request, viewer)
    tied = any(row.inside for row in rows)
    square = page.viewer.square if page.viewer is not None and not tied else None
    view = TiesView(page=page, ties=rows, square=square, form=form)
    # The form's answer is a redirect to whichever server was typed, and browsers hold that against form-action.
    return pages.show(parts, request, view, status, form_targets=("https:", "http:"))


async def _check_places(parts: MemberParts, me: int, voice_id: int, form: CopyForm) -> None:
    """Before the first of several copies is made: all of them can be. Raises NotFound, Invalid."""
    places = {
        str(target.link.id): target for target in await copies.targets(parts.tie, me, voice_id, form.text)
    }
    for wanted in form.link:
        if wanted not in places:
            raise NotFound
        if not places[wanted].text.strip():
            raise Invalid("Nothing of this text fits there.", field="text")


async def _copy_view(
    pages: Pages, parts: MemberParts, request: Request, viewer: Viewer, form: CopyForm | None, error: str
) -> CopyNewView:
    me, voice_id = face_of(viewer), path_id(request)
    found = await circle_queries.load(parts.circle.store.reads, me, [voice_id])
    if not found or not found[0].own:
        raise NotFound
    voice = found[0]
    text = form.text if form else voice.text
    targets = await copies.targets(parts.tie, me, voice_id, text)
    return CopyNewView(
        page=await pages.page(parts, request, viewer),
        item=voice_item(voice),
        text=text,
        key=form.key if form and form.key else parts.randomness.token(16),
        targets=tuple(_target(target, _chosen(targets, form)) for target in targets),
        error=error,
    )


def _chosen(targets: Sequence[Target], form: CopyForm | None) -> set[str]:
    """The links that are ticked: those that were; at first the only place there is, since one came to make a copy."""
    if form is not None:
        return set(form.link)
    free = [str(target.link.id) for target in targets if target.copy_state is None]
    return set(free if len(free) == 1 else [])


def _target(target: Target, chosen: set[str]) -> CopyTarget:
    link = target.link
    return CopyTarget(
        link_id=str(link.id),
        host=link.host,
        acct=link.acct if "@" in link.acct else f"{link.acct}@{link.host}",
        fitted=target.text,
        cut=target.cut,
        names=target.names,
        chosen=str(link.id) in chosen,
        already=target.copy_state is not None,
        inside=link.inside,
    )


def _history(history: Sequence[OneConsent]) -> tuple[ConsentEvent, ...]:
    events = [ConsentEvent(direction=one.direction, given=True, at_ms=one.given_at) for one in history]
    events += [
        ConsentEvent(direction=one.direction, given=False, at_ms=one.ended_at)
        for one in history
        if one.ended_at is not None
    ]
    return tuple(sorted(events, key=lambda event: event.at_ms, reverse=True))


def add(table: Table) -> None:
    """The routes of this file."""
    table.person("GET", "/settings/ties", ties_page)
    table.person("POST", "/settings/ties", begin)
    table.person("POST", "/settings/ties/square", tie_inside)
    table.person("GET", "/ties/callback", finish)
    table.person("GET", "/settings/ties/{id}", tie_page)
    table.person("POST", "/settings/ties/{id}/consent", consent)
    table.person("GET", "/settings/ties/{id}/unlink", confirm_unlink)
    table.person("POST", "/settings/ties/{id}/unlink", unlink)
    table.person("GET", "/v/{id}/copy", copy_page)
    table.person("POST", "/v/{id}/copy", copy)
    table.person("GET", "/copies", ledger_page)
    table.person("GET", "/copies/{id}/recall", confirm_recall)
    table.person("POST", "/copies/{id}/recall", recall)
