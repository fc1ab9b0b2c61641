"""Post to both: one text, said in the circle and copied to the public, in one step that shows both beforehand.

Nothing is ticked when the page opens: who wants both ticks both. What is sent is one voice, and copies of it, as if its
author had made them on its page. Pictures go with the voice and never with a copy.
"""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kizuna.circle.actions import VOICE_LENGTH
from kizuna.doors.parts import MemberParts
from kizuna.ground.errors import Invalid, NotFound, Refusal
from kizuna.ground.text import check_length, clean
from kizuna.jobs.idempotency import make_key
from kizuna.media.models import Picture
from kizuna.people.models import Viewer
from kizuna.tie import copies
from kizuna.web.attaching import attaching, form_with, gather, staged
from kizuna.web.audiences import CLOSED, fields_of, loose_rule, readers
from kizuna.web.compose import ComposeForm, check_no_warning, say
from kizuna.web.copied import Links, copy_target
from kizuna.web.forms import Short, Table, face_of, ids_of, sent
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import AudienceKind, Readers
from kizuna.web.views import BothView


class BothForm(ComposeForm, frozen=True, kw_only=True):
    """The composer's fields, and what is ticked: the friends' side (`said`) and the places."""

    said: Short = ""
    link: Links = msgspec.field(default_factory=list[str])


async def both(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /compose/both``: show both previews, or send what is ticked."""
    form = await sent(parts, request, BothForm)
    face_of(viewer)
    error, status = "", 200
    pictures: list[Picture] = []
    try:
        pictures = await gather(parts, viewer, form)
        if form.do == "send":
            return await _send(parts, viewer, form, pictures)
        _check_text(form)
    except NotFound:
        raise
    except Refusal as refusal:
        error = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        status = refusal.status
    view = await _view(pages, parts, request, viewer, form_with(form, pictures), error)
    return pages.show(parts, request, view, status)


async def _view(
    pages: Pages, parts: MemberParts, request: Request, viewer: Viewer, form: BothForm, error: str
) -> BothView:
    kind: AudienceKind = form.audience if form.audience in CLOSED else "me"
    shown = Readers(kind=kind)
    if not error or form.do == "send":
        shown = await readers(parts, viewer, kind, loose_rule(form))
    places = await copies.places(parts.tie, face_of(viewer), form.text)
    hidden = (("audience", kind), ("key", form.key or parts.randomness.token(16)))
    return BothView(
        page=await pages.page(parts, request, viewer, "/compose"),
        text=form.text,
        kind=kind,
        readers=shown,
        said=bool(form.said),
        hidden=hidden + fields_of(form),
        pictures=attaching(await staged(parts, viewer, form)).pictures,
        targets=tuple(copy_target(place, set(form.link)) for place in places),
        error=error,
    )


def _check_text(form: BothForm) -> None:
    """Before anything is shown as if it could be sent. Raises Invalid."""
    if form.audience not in CLOSED:
        raise Invalid("Choose which friends it is for; the public copy comes beside it.", field="audience")
    check_no_warning(form)
    text = clean(form.text)
    if not text.strip():
        raise Invalid("Please write something.", field="text")
    check_length(text, VOICE_LENGTH)


async def _send(parts: MemberParts, viewer: Viewer, form: BothForm, pictures: list[Picture]) -> Response:
    _check_text(form)
    me = face_of(viewer)
    if not form.said or not form.link:
        raise Invalid("Tick both sides, or go back and send it to one of them.", field="said")
    places = {str(place.link.id): place for place in await copies.places(parts.tie, me, form.text)}
    for wanted in form.link:
        if wanted not in places:
            raise NotFound
        if not places[wanted].text.strip():
            raise Invalid("Nothing of this text fits there.", field="text")
    voice_id = await say(parts, viewer, form, pictures)
    for link_id in ids_of(tuple(form.link)):
        key = make_key(me, 0, f"{form.key}:{link_id}" if form.key else None, form.text.encode())
        await copies.make_copy(parts.tie, me, voice_id, link_id, form.text, key)
    return done(f"/v/{voice_id}", "copying", form.key)


def add(table: Table) -> None:
    """The routes of this file."""
    table.person("POST", "/compose/both", both, uploads=True)
