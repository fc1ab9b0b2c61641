"""Coming in and going out: the landing page, sign-up, sign-in, the language, about."""

from typing import Final, cast

from starlette.requests import Request
from starlette.responses import Response

from kizuna.doors.cookies import drop_cookie, set_cookie
from kizuna.doors.parts import PublicParts
from kizuna.doors.redirects import safe_next
from kizuna.doors.routes import asker_of
from kizuna.ground.errors import Forbidden, Refusal, Unauthorized
from kizuna.ground.i18n import LOCALES
from kizuna.people import actions, admission, invites, sessions
from kizuna.people.models import SignUp, Viewer
from kizuna.square import timeline_queries
from kizuna.square.load import load_page
from kizuna.square.models import Page
from kizuna.web.account_views import WaitingView
from kizuna.web.forms import Long, Sent, Short, Table, sent
from kizuna.web.items import post_item
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import Form
from kizuna.web.recovery import begin_step
from kizuna.web.signing import signed_in, slowed, user_agent
from kizuna.web.views import AboutView, LandingView, SignInView, SignUpView

VERSION: Final = "0.1.0"
NEWEST: Final = 5


class SignUpForm(Sent, frozen=True, kw_only=True):
    """The fields of the sign-up page."""

    handle: Short = ""
    name: Short = ""
    password: Short = ""
    circle_handle: Short = ""
    email: Short = ""
    locale: Short = ""
    invite: Short = ""
    reason: Long = ""


class SignInForm(Sent, frozen=True, kw_only=True):
    """The fields of the sign-in page."""

    handle: Short = ""
    password: Short = ""
    next: Short = ""


class LanguageForm(Sent, frozen=True, kw_only=True):
    """The language switch."""

    locale: Short = ""


async def landing(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``/`` for visitors: what this place is."""
    items = ()
    if "square" in parts.config.planes:
        reads = parts.square.store.reads
        ids = await timeline_queries.public_ids(reads, Page(limit=NEWEST))
        items = tuple(post_item(status, None) for status in await load_page(reads, ids))
    view = LandingView(page=await pages.page(parts, request, viewer), items=items)
    return pages.show(parts, request, view)


async def about(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``/about``."""
    view = AboutView(page=await pages.page(parts, request, viewer), version=VERSION)
    return pages.show(parts, request, view)


async def sign_up_page(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``GET /sign-up``; an invite link leads here with ``?invite=``."""
    if viewer is not None:
        return done("/")
    return await _sign_up(pages, parts, request, Form(), request.query_params.get("invite", ""), 200)


async def sign_up(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``POST /sign-up``: the person is made and signed in."""
    form = await sent(parts, request, SignUpForm)
    draft = SignUp(
        handle=_bare(form.handle),
        password=form.password,
        display_name=form.name,
        circle_handle=_bare(form.circle_handle) or None,
        email=form.email or None,
        locale=form.locale or None,
        invite=form.invite or None,
        reason=form.reason,
    )
    address = asker_of(request).address
    try:
        person_id = await actions.sign_up(parts.people, draft, address)
    except Refusal as refusal:
        speak = pages.speak(parts, request, viewer)
        told = speak(refusal.message, **refusal.values)
        values = {"handle": form.handle, "name": form.name, "email": form.email, "reason": form.reason}
        values["circle_handle"] = form.circle_handle
        known = refusal.field in (
            "handle", "circle_handle", "password", "email", "name", "display_name", "reason",
        )  # fmt: skip
        field = "name" if refusal.field == "display_name" else refusal.field
        shown = Form(
            values=values,
            errors={cast(str, field): told} if known else {},
            error="" if known else told,
        )
        return slowed(await _sign_up(pages, parts, request, shown, form.invite, refusal.status), refusal)
    standing = await admission.standing(parts.people, parts.people.store.reads, person_id)
    if standing != "in":
        return await _waiting(pages, parts, request, standing)
    session = await sessions.start_session(
        parts.people, person_id, user_agent(request), address=address, how="sign-up"
    )
    to_a_friend = bool(form.invite) and await invites.makes_friends(parts.people, form.invite)
    return signed_in(parts, session, f"/invite/{form.invite}" if to_a_friend else "/", "welcome")


async def sign_in_page(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``GET /sign-in``."""
    wanted = request.query_params.get("next", "")
    if viewer is not None:
        return done(safe_next(wanted))
    return await _sign_in(pages, parts, request, Form(), wanted, 200)


async def sign_in(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``POST /sign-in``."""
    form = await sent(parts, request, SignInForm)
    address = asker_of(request).address
    try:
        session = await sessions.sign_in(
            parts.people, _bare(form.handle), form.password, address, user_agent(request)
        )
    except sessions.MoreNeeded as more:
        return begin_step(parts, more.step, form.next)
    except admission.Waiting as waiting:
        return await _waiting(pages, parts, request, waiting.standing)
    except Refusal as refusal:
        told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        shown = Form(values={"handle": form.handle}, error=told)
        # 401 would be turned into a redirect to this very page; the form says it all.
        status = 422 if isinstance(refusal, Unauthorized) else refusal.status
        suspended = isinstance(refusal, Forbidden)
        page = await _sign_in(pages, parts, request, shown, form.next, status, suspended=suspended)
        return slowed(page, refusal)
    return signed_in(parts, session, safe_next(form.next), None)


async def sign_out(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``POST /sign-out``. Without a session there is nothing to end."""
    await sent(parts, request, Sent)
    if viewer is not None:
        await sessions.sign_out(parts.people, viewer)
    response = done("/", "signed_out")
    drop_cookie(parts.config, response, "session")
    response.headers["Clear-Site-Data"] = '"storage"'  # what was being written (docs/decisions/048)
    return response


async def language(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``POST /language``: for this browser, and for the person who is signed in."""
    form = await sent(parts, request, LanguageForm)
    response = done(form.back_to("/"))
    if form.locale in LOCALES:
        if viewer is not None:
            await actions.change_locale(parts.people, viewer, form.locale)
        set_cookie(parts.config, response, "language", form.locale)
    return response


async def _waiting(
    pages: Pages, parts: PublicParts, request: Request, standing: admission.Standing
) -> Response:
    """For somebody who showed the password and is not in yet."""
    page = await pages.page(parts, request, None, path="/sign-in")
    return pages.show(parts, request, WaitingView(page=page, standing=standing))


async def _sign_up(
    pages: Pages, parts: PublicParts, request: Request, form: Form, invite: str, status: int
) -> Response:
    how = parts.config.sign_up
    valid = bool(invite) and await invites.check_invite(parts.people, invite)
    view = SignUpView(
        page=await pages.page(parts, request, None),
        form=form,
        allowed=how in ("open", "approval") or (how == "invite" and valid),
        needs_email=parts.config.mail_confirmation == "required",
        invite=invite,
    )
    return pages.show(parts, request, view, status)


async def _sign_in(
    pages: Pages,
    parts: PublicParts,
    request: Request,
    form: Form,
    wanted: str,
    status: int,
    *,
    suspended: bool = False,
) -> Response:
    following = safe_next(wanted)
    page = await pages.page(parts, request, None)
    view = SignInView(page=page, form=form, next=following, asked=following != "/", suspended=suspended)
    return pages.show(parts, request, view, status)


def _bare(handle: str) -> str:
    """The field shows an @ before it; some people write one as well."""
    return handle.strip().removeprefix("@")


def add(table: Table) -> None:
    """The routes of this file."""
    table.anyone("GET", "/", landing)
    table.anyone("GET", "/about", about)
    table.anyone("GET", "/sign-up", sign_up_page)
    table.anyone("POST", "/sign-up", sign_up)
    table.anyone("GET", "/sign-in", sign_in_page)
    table.anyone("POST", "/sign-in", sign_in)
    table.anyone("POST", "/sign-out", sign_out)
    table.anyone("POST", "/language", language)
