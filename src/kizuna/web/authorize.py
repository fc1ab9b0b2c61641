"""The authorise page: an app asks, the person chooses faces and answers (RFC 6749, 4.1; RFC 7636)."""

from typing import Annotated, Final
from urllib.parse import urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kizuna.doors.parts import MemberParts
from kizuna.ground.errors import BadRequest, Invalid
from kizuna.people import oauth
from kizuna.people.models import App, Ask, FaceChoice, Viewer
from kizuna.people.redirects import OUT_OF_BAND, with_query
from kizuna.people.refusals import OAuthRefused
from kizuna.web.forms import Long, Sent, Short, Table, sent
from kizuna.web.pages import Pages
from kizuna.web.pieces import FaceOption
from kizuna.web.views import AuthorizeView, CodeView

DENIED: Final = "The resource owner or authorization server denied the request."
FIELDS: Final = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "code_challenge",
    "code_challenge_method",
    "state",
)


class AnswerForm(Sent, frozen=True, kw_only=True):
    """The person's answer, with the request as it came."""

    response_type: Short = ""
    client_id: Short = ""
    redirect_uri: Short = ""
    scope: Short = ""
    code_challenge: Short = ""
    code_challenge_method: Short = ""
    state: Long = ""
    face: Annotated[list[Short], msgspec.Meta(max_length=2)] = msgspec.field(default_factory=list[str])
    decision: Short = ""


async def ask_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /oauth/authorize``."""
    hidden = {name: request.query_params.get(name, "") for name in FIELDS}
    ask = _ask(hidden)
    app = await _app(parts, ask)
    try:
        oauth.check_ask(app, ask)
    except OAuthRefused as refusal:
        return _refused(parts, ask, refusal.code, refusal.message, hidden["state"])
    return await _ask_again(pages, parts, request, viewer, app, hidden, "")


async def answer(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /oauth/authorize``."""
    form = await sent(parts, request, AnswerForm)
    hidden = {name: str(getattr(form, name)) for name in FIELDS}
    ask = _ask(hidden)
    app = await _app(parts, ask)
    if form.decision != "allow":
        return _refused(parts, ask, "access_denied", DENIED, form.state)
    faces = FaceChoice(square="square" in form.face, circle="circle" in form.face)
    try:
        code = await oauth.authorize(parts.people, viewer, ask, faces)
    except OAuthRefused as refusal:
        return _refused(parts, ask, refusal.code, refusal.message, form.state)
    except Invalid as refusal:
        told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        return await _ask_again(pages, parts, request, viewer, app, hidden, told)
    if ask.redirect_uri == OUT_OF_BAND:
        view = CodeView(page=await pages.page(parts, request, viewer), app_name=app.name, code=code)
        return pages.show(parts, request, view)
    told_back = {"code": code, "iss": _issuer(parts)} | ({"state": form.state} if form.state else {})
    return RedirectResponse(with_query(ask.redirect_uri, tuple(told_back.items())), 303)


async def _ask_again(
    pages: Pages,
    parts: MemberParts,
    request: Request,
    viewer: Viewer,
    app: App,
    hidden: dict[str, str],
    error: str,
) -> Response:
    page = await pages.page(parts, request, viewer)
    chosen = oauth.preselected(viewer)
    options: list[FaceOption] = []
    if page.viewer is not None and page.viewer.square is not None:
        options.append(FaceOption(face=page.viewer.square, chosen=chosen.square))
    if page.viewer is not None and page.viewer.circle is not None:
        options.append(FaceOption(face=page.viewer.circle, chosen=chosen.circle))
    view = AuthorizeView(
        page=page,
        app_name=app.name,
        app_site=app.website or "",
        scopes=tuple(sorted(oauth.check_ask(app, _ask(hidden)))),
        faces=tuple(options),
        hidden=tuple((name, value) for name, value in hidden.items() if value),
        error=error,
    )
    return pages.show(
        parts, request, view, 422 if error else 200, form_targets=_targets(hidden["redirect_uri"])
    )


async def _app(parts: MemberParts, ask: Ask) -> App:
    """The app, or an error for the person: an address that may not be the app's gets nothing."""
    try:
        return await oauth.find_client(parts.people, ask)
    except OAuthRefused as refusal:
        raise BadRequest("The app did not ask as it should. Go back to it and try again.") from refusal


def _ask(fields: dict[str, str]) -> Ask:
    return Ask(
        response_type=fields["response_type"],
        client_id=fields["client_id"],
        redirect_uri=fields["redirect_uri"],
        scope=fields["scope"] or None,
        code_challenge=fields["code_challenge"] or None,
        code_challenge_method=fields["code_challenge_method"] or None,
    )


def _issuer(parts: MemberParts) -> str:
    """Who answers, so that a client of several servers takes no code to the wrong one (RFC 9207)."""
    return f"{parts.config.url}/"


def _refused(parts: MemberParts, ask: Ask, code: str, message: str, state: str) -> Response:
    """A refusal that belongs to the app (RFC 6749, 4.1.2.1)."""
    if ask.redirect_uri == OUT_OF_BAND and message == DENIED:
        raise BadRequest("You did not allow it. You can close this page.")
    if ask.redirect_uri == OUT_OF_BAND:
        raise BadRequest("The app did not ask as it should. Go back to it and try again.")
    told = {"error": code, "error_description": message, "iss": _issuer(parts)}
    told |= {"state": state} if state else {}
    return RedirectResponse(with_query(ask.redirect_uri, tuple(told.items())), 303)


def _targets(uri: str) -> tuple[str, ...]:
    """Where the form's answer may lead, for form-action: the app's origin, or its own scheme."""
    parts = urlsplit(uri)
    if uri == OUT_OF_BAND:
        return ()
    return (
        (f"{parts.scheme}://{parts.netloc}",) if parts.scheme in ("http", "https") else (f"{parts.scheme}:",)
    )


def add(table: Table) -> None:
    """The routes of this file."""
    table.person("GET", "/oauth/authorize", ask_page)
    table.person("POST", "/oauth/authorize", answer)
