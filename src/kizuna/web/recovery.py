"""Getting in, and back in: forgotten passwords, confirming addresses, the second factor, passkeys."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from kizuna.doors.answers import raw_answer
from kizuna.doors.cookies import drop_cookie, read_cookie, set_cookie
from kizuna.doors.csrf import browser_secret
from kizuna.doors.parts import PublicParts
from kizuna.doors.redirects import safe_next
from kizuna.doors.routes import asker_of
from kizuna.ground.errors import Gone, Refusal, Unauthorized
from kizuna.people import emails, passkeys, reset, second
from kizuna.people.models import NewSession, Viewer
from kizuna.people.sessions import STEP_MS
from kizuna.web.account_views import ConfirmAddressView, ForgotView, NewPasswordView, StepView
from kizuna.web.forms import Long, Sent, Short, Table, sent
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import Form
from kizuna.web.signing import signed_in, slowed, user_agent, with_next


class ForgotForm(Sent, frozen=True, kw_only=True):
    """The address of somebody who forgot a password."""

    email: Short = ""


class NewPasswordForm(Sent, frozen=True, kw_only=True):
    """The new password; ``apps`` also signs out every app."""

    password: Short = ""
    apps: bool = False


class StepForm(Sent, frozen=True, kw_only=True):
    """The second factor."""

    code: Short = ""
    next: Short = ""


class CredentialForm(Sent, frozen=True, kw_only=True):
    """What a passkey signed, as passkey.js writes it."""

    credential: Long = ""
    next: Short = ""


async def forgot_page(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``GET /reset``."""
    return await _forgot(pages, parts, request, viewer)


async def forgot(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``POST /reset``: the same answer whether anybody has this address or not."""
    form = await sent(parts, request, ForgotForm)
    try:
        await reset.ask_reset(parts.people, form.email, asker_of(request).address)
    except Refusal as refusal:
        told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        shown = Form(values={"email": form.email}, errors={"email": told})
        return slowed(await _forgot(pages, parts, request, viewer, shown, refusal.status), refusal)
    view = ForgotView(page=await pages.page(parts, request, viewer), sent=True)
    return pages.show(parts, request, view)


async def _forgot(
    pages: Pages,
    parts: PublicParts,
    request: Request,
    viewer: Viewer | None,
    form: Form | None = None,
    status: int = 200,
) -> Response:
    page = await pages.page(parts, request, viewer)
    view = ForgotView(page=page, form=form or Form(), mails=bool(parts.config.mail))
    return pages.show(parts, request, view, status)


async def reset_page(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``GET /reset/{token}``: looking changes nothing, since mail programs look too."""
    return await _reset(pages, parts, request, viewer, Form(), 200)


async def choose(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``POST /reset/{token}``."""
    form = await sent(parts, request, NewPasswordForm)
    token = str(request.path_params["token"])
    try:
        await reset.reset_password(parts.people, token, form.password, end_apps=form.apps)
    except Gone:
        return await _reset(pages, parts, request, viewer, Form(), 410)
    except Refusal as refusal:
        told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        return await _reset(pages, parts, request, viewer, Form(errors={"password": told}), refusal.status)
    response = done("/sign-in", "new_password")
    drop_cookie(parts.config, response, "session")
    return response


async def _reset(
    pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None, form: Form, status: int
) -> Response:
    token = str(request.path_params["token"])
    page = await pages.page(parts, request, viewer, path="/reset")
    try:
        row = await reset.find_reset(parts.people, token)
        view = NewPasswordView(page=page, form=form, token=token, handle=row.handle)
    except Gone:
        view, status = NewPasswordView(page=page, gone=True), 410
    return _unseen(pages.show(parts, request, view, status))


async def confirm_page(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``GET /confirm/{token}``."""
    token = str(request.path_params["token"])
    page = await pages.page(parts, request, viewer, path="/")
    try:
        row = await emails.find_confirmation(parts.people, token)
        view, status = ConfirmAddressView(page=page, state="ask", token=token, email=row.email), 200
    except Gone:
        view, status = ConfirmAddressView(page=page, state="gone"), 410
    return _unseen(pages.show(parts, request, view, status))


async def confirm(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``POST /confirm/{token}``."""
    await sent(parts, request, Sent)
    page = await pages.page(parts, request, viewer, path="/")
    try:
        await emails.confirm(parts.people, str(request.path_params["token"]))
        view, status = ConfirmAddressView(page=page, state="done"), 200
    except Gone:
        view, status = ConfirmAddressView(page=page, state="gone"), 410
    return pages.show(parts, request, view, status)


def _unseen(response: Response) -> Response:
    """The address of the page is a secret: it goes to no other site, nor into a cache."""
    response.headers["Cache-Control"] = "no-store"
    return response


# The second factor


async def step_page(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``GET /sign-in/step``."""
    if viewer is not None:
        return done(safe_next(request.query_params.get("next", "")))
    return await _step(pages, parts, request, Form(), request.query_params.get("next", ""), 200)


async def step(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``POST /sign-in/step``: a code of the app, or a recovery code."""
    form = await sent(parts, request, StepForm)

    async def finish() -> NewSession:
        return await second.finish_with_code(
            parts.people, _begun(parts, request), form.code, asker_of(request).address, user_agent(request)
        )

    return await _finish(pages, parts, request, viewer, form.next, finish)


async def step_passkey(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``POST /sign-in/step/passkey``."""
    form = await sent(parts, request, CredentialForm)

    async def finish() -> NewSession:
        begun, address = _begun(parts, request), asker_of(request).address
        return await passkeys.finish_with_passkey(
            parts.people, begun, form.credential, address, user_agent(request)
        )

    return await _finish(pages, parts, request, viewer, form.next, finish)


async def _finish(
    pages: Pages,
    parts: PublicParts,
    request: Request,
    viewer: Viewer | None,
    wanted: str,
    finish: Callable[[], Awaitable[NewSession]],
) -> Response:
    try:
        session = await finish()
    except Refusal as refusal:
        told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        shown = Form(errors={"code": told}) if refusal.field == "code" else Form(error=told)
        status = 422 if isinstance(refusal, Unauthorized) else refusal.status
        return slowed(await _step(pages, parts, request, shown, wanted, status), refusal)
    response = signed_in(parts, session, wanted, None)
    drop_cookie(parts.config, response, "step")
    return response


async def _step(
    pages: Pages, parts: PublicParts, request: Request, form: Form, wanted: str, status: int
) -> Response:
    """The page of the second factor; whoever took too long begins again."""
    try:
        factors = await second.step_factors(parts.people, _begun(parts, request))
    except Unauthorized:
        response = done(with_next("/sign-in", wanted), "begin_again")
        drop_cookie(parts.config, response, "step")
        return response
    page = await pages.page(parts, request, None, path="/sign-in")
    view = StepView(page=page, form=form, factors=factors, next=safe_next(wanted))
    return pages.show(parts, request, view, status)


def _begun(parts: PublicParts, request: Request) -> str:
    return read_cookie(parts.config, request, "step") or ""


def begin_step(parts: PublicParts, step: str, wanted: str) -> Response:
    """After the right password of somebody with a second factor: to its page, with a cookie for this browser alone."""
    response = done(with_next("/sign-in/step", wanted))
    set_cookie(parts.config, response, "step", step, STEP_MS // 1000)
    return response


# Passkeys. What has to be signed is asked for by the script, with the token of the form that it stands in.


async def ask(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``POST /sign-in/passkey/ask``."""
    await sent(parts, request, Sent)
    return raw_answer((await passkeys.ask_to_sign_in(parts.people, browser_secret(parts, request))).encode())


async def ask_step(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``POST /sign-in/step/passkey/ask``."""
    await sent(parts, request, Sent)
    return raw_answer((await passkeys.ask_for_step(parts.people, _begun(parts, request))).encode())


async def sign_in(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``POST /sign-in/passkey``: no handle and no password."""
    form = await sent(parts, request, CredentialForm)
    secret, address = browser_secret(parts, request), asker_of(request).address
    try:
        session = await passkeys.sign_in(parts.people, secret, form.credential, address, user_agent(request))
    except Unauthorized:
        return done(with_next("/sign-in", form.next), "no_passkey")
    return signed_in(parts, session, form.next, None)


def add(table: Table) -> None:
    """The routes of this file."""
    table.anyone("GET", "/reset", forgot_page)
    table.anyone("POST", "/reset", forgot)
    table.anyone("GET", "/reset/{token}", reset_page)
    table.anyone("POST", "/reset/{token}", choose)
    table.anyone("GET", "/confirm/{token}", confirm_page)
    table.anyone("POST", "/confirm/{token}", confirm)
    table.anyone("GET", "/sign-in/step", step_page)
    table.anyone("POST", "/sign-in/step", step)
    table.anyone("POST", "/sign-in/step/passkey", step_passkey)
    table.anyone("POST", "/sign-in/step/passkey/ask", ask_step)
    table.anyone("POST", "/sign-in/passkey", sign_in)
    table.anyone("POST", "/sign-in/passkey/ask", ask)
