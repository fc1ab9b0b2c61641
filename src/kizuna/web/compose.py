"""Writing: the composer with its audience, the preview of the readers, and sending."""

from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kizuna.circle import actions as circle_actions
from kizuna.circle.models import Audience, Rule
from kizuna.doors.parts import MemberParts
from kizuna.ground.errors import Invalid, NotFound, Refusal
from kizuna.jobs.idempotency import make_key
from kizuna.media.models import Picture
from kizuna.people.models import Viewer
from kizuna.square import actions as square_actions
from kizuna.square import kept_actions, kept_queries
from kizuna.square.models import Draft
from kizuna.square.usual import usual_language
from kizuna.web.attaching import (
    attaching,
    chosen,
    content_of,
    form_with,
    gather,
    staged,
)
from kizuna.web.audiences import (
    CLOSED,
    AudienceForm,
    audiences_of,
    beginning,
    fields_of,
    friend_choices,
    group_choices,
    loose_rule,
    readers,
    rule_of,
)
from kizuna.web.forms import Long, Short, Table, face_of, sent
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import AudienceKind, Composer
from kizuna.web.views import ComposeView, ReadersPart, ReadersView

LIMIT: Final = 500


class ComposeForm(AudienceForm, frozen=True, kw_only=True):
    """The composer's fields."""

    text: Long = ""
    warning: Short = ""
    language: Short = ""


class ReadersForm(AudienceForm, frozen=True, kw_only=True):
    """What decides who will read."""

    fragment: Short = ""


async def box(
    parts: MemberParts,
    viewer: Viewer,
    *,
    form: ComposeForm | None = None,
    error: str = "",
    back: str = "/",
) -> Composer:
    """The composer, empty or as it was sent.

    Nothing is preselected wider than what was chosen last; where there is no circle, "public" is what the place is for.
    """
    audiences = audiences_of(viewer)
    rule = await beginning(parts, viewer)
    usual: AudienceKind = rule.audience.value if rule else audiences[0]
    if form:
        rule = loose_rule(form) or (Rule(audience=Audience.ME) if rule else None)
    kind: AudienceKind = form.audience if form and form.audience in audiences else usual
    return Composer(
        action="/compose",
        audiences=audiences,
        chosen=kind,
        key=form.key if form and form.key else parts.randomness.token(16),
        limit=LIMIT,
        text=form.text if form else "",
        friends=await friend_choices(parts, viewer, rule),
        groups=await group_choices(parts, viewer, rule),
        readers=await readers(parts, viewer, kind, rule),
        can_copy=viewer.circle_id is not None,
        warning=form.warning if form else "",
        language=form.language if form and form.language else await language_for(parts, viewer),
        error=error,
        back=back,
        attaching=attaching(
            await staged(parts, viewer, form) if form else [], sensitive=bool(form and form.sensitive)
        ),
    )


async def compose_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /compose``: the composer with room."""
    view = ComposeView(
        page=await pages.page(parts, request, viewer), composer=await box(parts, viewer, back="/")
    )
    return pages.show(parts, request, view)


async def compose(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /compose``: send it, or show once more who will read it."""
    form = await sent(parts, request, ComposeForm)
    back = form.back_to("/")
    if form.do in ("preview", "attach"):
        return await _again(pages, parts, request, viewer, form, back)
    pictures: list[Picture] = []
    try:
        pictures = await gather(parts, viewer, form)
        return await _send(parts, viewer, form, pictures, back)
    except Refusal as refusal:
        told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        shown = await box(parts, viewer, form=form_with(form, pictures), error=told, back=back)
        view = ComposeView(page=await pages.page(parts, request, viewer), composer=shown)
        return pages.show(parts, request, view, refusal.status)


async def _again(
    pages: Pages, parts: MemberParts, request: Request, viewer: Viewer, form: ComposeForm, back: str
) -> Response:
    """The composer once more: with who will read it, and the pictures that were chosen meanwhile."""
    told, status = "", 200
    try:
        form = form_with(form, await gather(parts, viewer, form))
    except Refusal as refusal:
        told, status = pages.speak(parts, request, viewer)(refusal.message, **refusal.values), refusal.status
    shown = await box(parts, viewer, form=form, error=told, back=back)
    view = ComposeView(page=await pages.page(parts, request, viewer), composer=shown)
    return pages.show(parts, request, view, status)


async def _send(
    parts: MemberParts, viewer: Viewer, form: ComposeForm, pictures: list[Picture], back: str
) -> Response:
    if form.audience not in audiences_of(viewer):
        raise Invalid("Choose who can read this", field="audience")
    if form.audience in CLOSED:
        await say(parts, viewer, form, pictures)
        return done(back, "said", form.key)
    if viewer.square_id is None:
        raise NotFound
    key = make_key(viewer.square_id, 0, form.key, _body(form))
    hidden = bool(form.sensitive and pictures)
    draft = Draft(
        text=form.text,
        spoiler_text=form.warning,
        visibility=form.audience,
        language=form.language or None,
        sensitive=hidden,
    )
    attached = chosen(parts, viewer, form, pictures)
    await square_actions.post(parts.square, viewer.square_id, draft, key, attached)
    await remember_language(parts, viewer, form.language)
    return done(back, "posted", form.key)


async def say(parts: MemberParts, viewer: Viewer, form: ComposeForm, pictures: list[Picture]) -> int:
    """Say it in the circle, once for each key; answers the voice's id. Raises Invalid, also for a content warning."""
    check_no_warning(form)
    key = make_key(face_of(viewer), 0, form.key, _body(form))
    attached = chosen(parts, viewer, form, pictures)
    return await circle_actions.say_to(parts.circle, face_of(viewer), form.text, rule_of(form), key, attached)


def _body(form: ComposeForm) -> bytes:
    """What makes two sent forms the same."""
    named = sorted(f"{name}{one}" for name, one in fields_of(form))
    return "\0".join([form.audience, *named, form.text, form.warning, content_of(form)]).encode()


def check_no_warning(form: ComposeForm) -> None:
    """Voices have no content warning, and none is dropped silently. Raises Invalid."""
    if form.warning.strip():
        raise Invalid("Only public posts can have a content warning", field="warning")


async def language_for(parts: MemberParts, viewer: Viewer) -> str:
    """The language that a text on the square begins with; empty for whom there is no square."""
    if viewer.square_id is None:
        return ""
    return await usual_language(parts.square, viewer.square_id) or viewer.locale


async def remember_language(parts: MemberParts, viewer: Viewer, language: str) -> None:
    """Begin with this language next time, and tell apps that it is the usual one."""
    if viewer.square_id is None or not language or language == await language_for(parts, viewer):
        return
    posting = await kept_queries.posting(parts.square.kept.reads, viewer.square_id)
    wanted = msgspec.structs.replace(posting, language=language)
    await kept_actions.set_posting(parts.square, viewer.square_id, wanted)


async def foretell(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /readers``: who would read it, before anything is sent."""
    form = await sent(parts, request, ReadersForm)
    if form.audience not in audiences_of(viewer):
        raise Invalid("Choose who can read this", field="audience")
    page = await pages.page(parts, request, viewer, "/compose")
    shown = await readers(parts, viewer, form.audience, loose_rule(form))
    view = ReadersPart(page=page, readers=shown) if form.fragment else ReadersView(page=page, readers=shown)
    return pages.show(parts, request, view)


def add(table: Table) -> None:
    """The routes of this file."""
    table.person("GET", "/compose", compose_page)
    table.person("POST", "/compose", compose, uploads=True)
    table.person("POST", "/readers", foretell)
