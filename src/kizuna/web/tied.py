"""The tie's pages: links with their consents. The pages of copies are in `copied`."""

from collections.abc import Sequence
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kizuna.doors.parts import MemberParts
from kizuna.ground.errors import Invalid, NotFound, Refusal
from kizuna.people.models import Viewer
from kizuna.tie import consents, copies, inside, links
from kizuna.tie.models import Consent as OneConsent
from kizuna.tie.models import Link, LinkState
from kizuna.web.forms import Sent, Short, Table, face_of, path_id, sent
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import (
    Consent,
    ConsentEvent,
    Direction,
    Form,
    TieRow,
)
from kizuna.web.views import TiesView, TieView, UnlinkView

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
