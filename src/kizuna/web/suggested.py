"""Friends from follows: the choice, and what `/friends` shows of it."""

from typing import Final, Literal

from starlette.requests import Request
from starlette.responses import Response

from kizuna.doors.parts import MemberParts
from kizuna.ground.errors import NotFound, Refusal
from kizuna.people.models import Viewer
from kizuna.tie import pairing_queries, suggestions
from kizuna.web.forms import Sent, Short, Table, account_of, face_of, sent
from kizuna.web.items import account_face, circle_face
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import ChoiceEvent, Form, SuggestionRow
from kizuna.web.views import SuggestionsView

PATH: Final = "/settings/suggestions"


class WantForm(Sent, frozen=True, kw_only=True):
    """Whether suggestions are wanted."""

    want: Short = ""


async def show(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /settings/suggestions``."""
    return await _shown(pages, parts, request, viewer, Form(), 200)


async def choose(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/suggestions``: want them, or end it."""
    form = await sent(parts, request, WantForm)
    try:
        if form.want:
            await suggestions.choose(parts.tie, parts.circle, parts.square, viewer)
        else:
            await suggestions.end(parts.tie, face_of(viewer))
    except NotFound:
        raise
    except Refusal as refusal:
        told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        return await _shown(pages, parts, request, viewer, Form(error=told), refusal.status)
    return done(PATH, "saved")


async def dismiss(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /c/{handle}/not-this-one``: never suggest this face again. It says the same whoever it is."""
    form = await sent(parts, request, Sent)
    await suggestions.dismiss(parts.tie, face_of(viewer), str(request.path_params["handle"]))
    return done(form.back_to("/friends"), "put_away")


async def suggestion_rows(parts: MemberParts, viewer: Viewer) -> tuple[SuggestionRow, ...]:
    """The suggestions that the viewer sees now."""
    if viewer.circle_id is None or viewer.square_id is None:
        return ()
    return tuple(
        SuggestionRow(face=circle_face(one.face), account=account_face(one.account))
        for one in await suggestions.shown(parts.tie, parts.square, viewer.circle_id)
    )


async def suggesting(parts: MemberParts, viewer: Viewer) -> Literal["", "off", "on"]:
    """Whether the viewer wants suggestions; empty for whom there can be none."""
    if viewer.circle_id is None or viewer.square_id is None:
        return ""
    wanted = await pairing_queries.since(parts.tie.store.reads, viewer.circle_id)
    return "off" if wanted is None else "on"


async def _shown(
    pages: Pages, parts: MemberParts, request: Request, viewer: Viewer, form: Form, status: int
) -> Response:
    account_of(viewer)
    reads, me = parts.tie.store.reads, face_of(viewer)
    history = await pairing_queries.history(reads, me)
    events = [ChoiceEvent(given=True, at_ms=one.given_at) for one in history]
    events += [ChoiceEvent(given=False, at_ms=one.ended_at) for one in history if one.ended_at is not None]
    view = SuggestionsView(
        page=await pages.page(parts, request, viewer, PATH),
        since_ms=await pairing_queries.since(reads, me),
        history=tuple(sorted(events, key=lambda event: event.at_ms, reverse=True)),
        form=form,
    )
    return pages.show(parts, request, view, status)


def add(table: Table) -> None:
    """The routes of this file."""
    table.person("GET", PATH, show)
    table.person("POST", PATH, choose)
    table.person("POST", "/c/{handle}/not-this-one", dismiss)
