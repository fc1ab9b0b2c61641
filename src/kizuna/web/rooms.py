"""What can be done with a voice that stands: react, reword, look back, give it another audience."""

from starlette.requests import Request
from starlette.responses import Response

from kizuna.circle import (
    actions,
    audience_actions,
    audience_queries,
    edit_queries,
    queries,
    reaction_actions,
)
from kizuna.circle.models import Rule, Voice
from kizuna.doors.parts import MemberParts
from kizuna.ground.errors import NotFound, Refusal
from kizuna.people.models import Viewer
from kizuna.web.audiences import (
    CLOSED,
    AudienceForm,
    fields_of,
    friend_choices,
    group_choices,
    loose_rule,
    readers,
    rule_of,
)
from kizuna.web.circle_views import AudienceView, EditView, HistoryView, Wording
from kizuna.web.compose import LIMIT
from kizuna.web.forms import Long, Sent, Short, Table, face_of, path_id, sent
from kizuna.web.items import readers_of, voice_item
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import Composer, Readers
from kizuna.web.views import ItemPart
from kizuna.web.window_items import voices_with_talk


class MoodForm(Sent, frozen=True, kw_only=True):
    """A reaction; none takes it back."""

    mood: Short = ""


class EditForm(Sent, frozen=True, kw_only=True):
    """Another wording."""

    text: Long = ""


class ChangeForm(AudienceForm, frozen=True, kw_only=True):
    """Another audience. ``agreed`` is the number of people whom the author was shown as added."""

    agreed: Short = ""


async def react(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /v/{id}/react``."""
    form = await sent(parts, request, MoodForm)
    voice_id = path_id(request)
    if form.mood:
        await reaction_actions.react(parts.circle, face_of(viewer), voice_id, form.mood)
    else:
        await reaction_actions.unreact(parts.circle, face_of(viewer), voice_id)
    return done(form.back_to("/"))


async def item_part(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``/v/{id}/item``: the voice alone, for a script that shows what became of it."""
    voice = await _voice(parts, request, viewer)
    page, main = await pages.page(parts, request, viewer), "main" in request.query_params
    [item] = await voices_with_talk(parts, viewer, [voice])
    return pages.show(parts, request, ItemPart(page=page, item=item, main=main))


async def _voice(parts: MemberParts, request: Request, viewer: Viewer) -> Voice:
    found = await queries.load(parts.circle.store.reads, face_of(viewer), [path_id(request)])
    if not found:
        raise NotFound
    return found[0]


async def edit_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /v/{id}/edit``."""
    voice = await _voice(parts, request, viewer)
    if not voice.own:
        raise NotFound
    page = await pages.page(parts, request, viewer)
    view = EditView(page=page, item=voice_item(voice), text=voice.text, limit=LIMIT)
    return pages.show(parts, request, view)


async def edit(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /v/{id}/edit``."""
    form = await sent(parts, request, EditForm)
    voice_id = path_id(request)
    try:
        await actions.edit_voice(parts.circle, face_of(viewer), voice_id, form.text)
    except NotFound:
        raise
    except Refusal as refusal:
        voice = await _voice(parts, request, viewer)
        told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        page = await pages.page(parts, request, viewer)
        view = EditView(page=page, item=voice_item(voice), text=form.text, limit=LIMIT, error=told)
        return pages.show(parts, request, view, refusal.status)
    voice = await _voice(parts, request, viewer)
    return done(f"/v/{voice.room_id}", "saved", form.key)


async def history(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /v/{id}/history``: for everybody who may read it."""
    voice = await _voice(parts, request, viewer)
    found = await edit_queries.versions(parts.circle.store.reads, face_of(viewer), voice.id)
    view = HistoryView(
        page=await pages.page(parts, request, viewer),
        item=voice_item(voice),
        wordings=tuple(Wording(html=one.html, at_ms=one.written_at) for one in found),
    )
    return pages.show(parts, request, view)


async def audience_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /v/{id}/audience``: who reads it now, and the choice anew."""
    voice = await _voice(parts, request, viewer)
    rule = await audience_queries.rule_of(parts.circle.store.reads, face_of(viewer), voice.id)
    if rule is None:
        raise NotFound
    box = await _box(parts, viewer, voice, rule)
    view = AudienceView(page=await pages.page(parts, request, viewer), item=voice_item(voice), box=box)
    return pages.show(parts, request, view)


async def change_audience(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /v/{id}/audience``: narrower at once; wider shows first who would be added."""
    form = await sent(parts, request, ChangeForm)
    me, voice = face_of(viewer), await _voice(parts, request, viewer)
    old = await audience_queries.rule_of(parts.circle.store.reads, me, voice.id)
    if old is None:
        raise NotFound
    error, status, added = "", 200, None
    try:
        rule = rule_of(form)
        change = await audience_actions.foresee(parts.circle.store.reads, me, voice.id, rule)
        if not change.wider or form.agreed == str(change.added.count):
            agreed = change.added.count if form.agreed else None
            await audience_actions.change_audience(parts.circle, me, voice.id, rule, agreed)
            return done(f"/v/{voice.id}", "saved")
        added = readers_of(rule.audience, change.added)
    except NotFound:
        raise
    except Refusal as refusal:
        error = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        status = refusal.status
    return await _ask(pages, parts, request, viewer, voice, form, old, added, error, status)


async def _ask(
    pages: Pages,
    parts: MemberParts,
    request: Request,
    viewer: Viewer,
    voice: Voice,
    form: ChangeForm,
    old: Rule,
    added: Readers | None,
    error: str,
    status: int,
) -> Response:
    hidden = (("audience", form.audience), *fields_of(form))
    view = AudienceView(
        page=await pages.page(parts, request, viewer),
        item=voice_item(voice),
        box=await _box(parts, viewer, voice, loose_rule(form) or old),
        added=added,
        hidden=(*hidden, ("agreed", str(added.count))) if added else (),
        error=error,
    )
    return pages.show(parts, request, view, status)


async def _box(parts: MemberParts, viewer: Viewer, voice: Voice, rule: Rule) -> Composer:
    return Composer(
        action=f"/v/{voice.id}/audience",
        audiences=CLOSED,
        chosen=rule.audience.value,
        key="",
        limit=LIMIT,
        friends=await friend_choices(parts, viewer, rule),
        groups=await group_choices(parts, viewer, rule),
        readers=await readers(parts, viewer, rule.audience.value, rule),
        back=f"/v/{voice.id}",
    )


def add(table: Table) -> None:
    """The routes of this file."""
    table.person("GET", "/v/{id}/item", item_part)
    table.person("POST", "/v/{id}/react", react)
    table.person("GET", "/v/{id}/edit", edit_page)
    table.person("POST", "/v/{id}/edit", edit)
    table.person("GET", "/v/{id}/history", history)
    table.person("GET", "/v/{id}/audience", audience_page)
    table.person("POST", "/v/{id}/audience", change_audience)
