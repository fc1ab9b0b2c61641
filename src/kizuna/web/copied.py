"""Public copies as pages: making them, bringing them up to date, the ledger, and calling them back."""

from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kizuna.circle import queries as circle_queries
from kizuna.doors.parts import MemberParts
from kizuna.ground.errors import Invalid, NotFound, Refusal
from kizuna.jobs.idempotency import make_key
from kizuna.people.models import Viewer
from kizuna.tie import consents, copies
from kizuna.tie.models import CopyEvent, LedgerLine, Target, Update
from kizuna.web.forms import Long, Sent, Short, Table, cursor, face_of, ids_of, path_id, sent
from kizuna.web.items import voice_item
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import CopyEvent as ReceiptLine
from kizuna.web.pieces import CopyRow, CopyTarget, CopyUpdate
from kizuna.web.tied import tie_row
from kizuna.web.views import ConfirmView, CopiesView, CopyNewView

LEDGER_PAGE: Final = 20
Links = Annotated[list[Short], msgspec.Meta(max_length=50)]


class CopyForm(Sent, frozen=True, kw_only=True):
    """A copy: its words, where to, and which standing ones are to say the same."""

    text: Long = ""
    link: Links = msgspec.field(default_factory=list[str])
    update: Links = msgspec.field(default_factory=list[str])
    key: Short = ""
    do: Short = "send"


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
        if not form.link and not form.update:
            raise Invalid("Choose where the copy should stand", field="link")
        await _check_places(parts, me, voice_id, form)
        for copy_id in ids_of(tuple(form.update)):
            await copies.update_copy(parts.tie, me, copy_id, form.text)
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
        recallable=await copies.recallable_count(parts.tie, face_of(viewer)),
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


async def confirm_recall_all(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /copies/recall``, ``/settings/ties/{id}/recall``: asks first, and says how many there are."""
    me, link_id = face_of(viewer), _link_id(request)
    link = None if link_id is None else tie_row(await consents.link_of(parts.tie, me, link_id))
    view = ConfirmView(
        page=await pages.page(parts, request, viewer),
        deed="recall_all",
        action=request.url.path,
        back="/copies" if link is None else f"/settings/ties/{link.id}",
        tie=link,
        count=await copies.recallable_count(parts.tie, me, link_id),
    )
    return pages.show(parts, request, view)


async def recall_all(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /copies/recall``, ``/settings/ties/{id}/recall``."""
    await sent(parts, request, Sent)
    await copies.recall_all(parts.tie, face_of(viewer), _link_id(request))
    return done("/copies", "recalling_all")


def _link_id(request: Request) -> int | None:
    return path_id(request) if "id" in request.path_params else None


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
        reason=line.reason or "",
        failures=line.failures,
        due_ms=line.due_at,
        new_text=line.new_text or "",
    )


async def _check_places(parts: MemberParts, me: int, voice_id: int, form: CopyForm) -> None:
    """Before the first of several copies is made: all of them can be. Raises NotFound, Invalid."""
    places = {
        str(target.link.id): target for target in await copies.targets(parts.tie, me, voice_id, form.text)
    }
    standing = {str(one.copy_id) for one in await copies.updates(parts.tie, me, voice_id, form.text)}
    if not standing.issuperset(form.update):
        raise NotFound
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
        targets=tuple(copy_target(target, _chosen(targets, form)) for target in targets),
        updates=tuple(_update(one, form) for one in await copies.updates(parts.tie, me, voice_id, text)),
        error=error,
    )


def _chosen(targets: Sequence[Target], form: CopyForm | None) -> set[str]:
    """The links that are ticked: those that were; at first the only place there is, since one came to make a copy."""
    if form is not None:
        return set(form.link)
    free = [str(target.link.id) for target in targets if target.copy_state is None]
    return set(free if len(free) == 1 else [])


def _update(update: Update, form: CopyForm | None) -> CopyUpdate:
    """Never ticked by itself: a copy is brought up to date when its author wants it."""
    return CopyUpdate(
        copy_id=str(update.copy_id),
        acct=update.link.acct,
        fitted=update.text,
        cut=update.cut,
        names=update.names,
        chosen=form is not None and str(update.copy_id) in form.update,
    )


def copy_target(target: Target, chosen: set[str]) -> CopyTarget:
    """A place for a copy, ticked or not."""
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


def add(table: Table) -> None:
    """The routes of this file."""
    table.person("GET", "/v/{id}/copy", copy_page)
    table.person("POST", "/v/{id}/copy", copy)
    table.person("GET", "/copies", ledger_page)
    table.person("GET", "/copies/recall", confirm_recall_all)
    table.person("POST", "/copies/recall", recall_all)
    table.person("GET", "/settings/ties/{id}/recall", confirm_recall_all)
    table.person("POST", "/settings/ties/{id}/recall", recall_all)
    table.person("GET", "/copies/{id}/recall", confirm_recall)
    table.person("POST", "/copies/{id}/recall", recall)
