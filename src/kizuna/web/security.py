"""Settings: the ways into one's account. Changing them asks once more who one is (people/sudo.py)."""

import segno
from starlette.requests import Request
from starlette.responses import Response

from kizuna.doors.answers import raw_answer
from kizuna.doors.csrf import browser_secret
from kizuna.doors.parts import MemberParts
from kizuna.doors.redirects import safe_next
from kizuna.ground.errors import Refusal, Unauthorized
from kizuna.people import actions, emails, history, passkeys, second, sudo
from kizuna.people.models import TotpKey, Viewer
from kizuna.web.account_views import (
    CodesView,
    EmailView,
    PasswordView,
    ProveView,
    SecurityView,
    SignInsView,
    TotpView,
)
from kizuna.web.forms import Long, Sent, Short, Table, path_id, sent
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import Form
from kizuna.web.signing import slowed

HERE = "/settings/security"


class PasswordForm(Sent, frozen=True, kw_only=True):
    """The password of now, and the new one."""

    password: Short = ""
    new_password: Short = ""


class EmailForm(Sent, frozen=True, kw_only=True):
    """An address; empty for none."""

    email: Short = ""


class MailsForm(Sent, frozen=True, kw_only=True):
    """Whether new sign-ins are told by mail."""

    mails: bool = False


class ProveForm(Sent, frozen=True, kw_only=True):
    """Who one is: a password, or what a passkey signed."""

    password: Short = ""
    credential: Long = ""
    next: Short = ""


class PasskeyForm(Sent, frozen=True, kw_only=True):
    """A new passkey, or a new name for one."""

    name: Short = ""
    credential: Long = ""


class CodeForm(Sent, frozen=True, kw_only=True):
    """A code of an authenticator app."""

    code: Short = ""


async def index(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /settings/security``."""
    return await _index(pages, parts, request, viewer, Form(), 200)


async def _index(
    pages: Pages, parts: MemberParts, request: Request, viewer: Viewer, form: Form, status: int
) -> Response:
    row = await emails.my_email(parts.people, viewer)
    view = SecurityView(
        page=await pages.page(parts, request, viewer, path=HERE),
        form=form,
        email=row.email or "",
        bounced=row.bounced_at is not None,
        factors=await second.my_factors(parts.people, viewer),
        passkeys=tuple(await passkeys.my_passkeys(parts.people, viewer)),
    )
    return pages.show(parts, request, view, status)


# Showing once more who one is


async def prove_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /settings/prove``."""
    return await _prove(pages, parts, request, viewer, Form(), request.query_params.get("next", ""), 200)


async def prove(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/prove``: by the password."""
    form = await sent(parts, request, ProveForm)
    try:
        await sudo.prove_again(parts.people, viewer, form.password)
    except Refusal as refusal:
        told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        status = 422 if isinstance(refusal, Unauthorized) else refusal.status
        shown = Form(errors={"password": told})
        return slowed(await _prove(pages, parts, request, viewer, shown, form.next, status), refusal)
    return done(safe_next(form.next, HERE))


async def prove_passkey(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/prove/passkey``."""
    form = await sent(parts, request, ProveForm)
    try:
        await passkeys.prove(parts.people, viewer, browser_secret(parts, request), form.credential)
    except Unauthorized as refusal:
        told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        return await _prove(pages, parts, request, viewer, Form(error=told), form.next, 422)
    return done(safe_next(form.next, HERE))


async def ask_prove(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/prove/passkey/ask``."""
    await sent(parts, request, Sent)
    asked = await passkeys.ask_to_prove(parts.people, viewer, browser_secret(parts, request))
    return raw_answer(asked.encode())


async def _prove(
    pages: Pages, parts: MemberParts, request: Request, viewer: Viewer, form: Form, wanted: str, status: int
) -> Response:
    view = ProveView(
        page=await pages.page(parts, request, viewer, path=HERE),
        form=form,
        passkeys=(await second.my_factors(parts.people, viewer)).passkeys,
        next=safe_next(wanted, HERE),
    )
    return pages.show(parts, request, view, status)


# Password and address


async def password_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /settings/password``."""
    view = PasswordView(page=await pages.page(parts, request, viewer))
    return pages.show(parts, request, view)


async def password(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/password``: also signs out everything but this browser."""
    form = await sent(parts, request, PasswordForm)
    try:
        await actions.change_password(parts.people, viewer, form.password, form.new_password)
    except Refusal as refusal:
        told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        known = refusal.field in ("password", "new_password")
        shown = Form(errors={str(refusal.field): told} if known else {}, error="" if known else told)
        status = 422 if isinstance(refusal, Unauthorized) else refusal.status
        view = PasswordView(page=await pages.page(parts, request, viewer), form=shown)
        return slowed(pages.show(parts, request, view, status), refusal)
    return done(HERE, "new_password")


async def email_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /settings/email``."""
    await sudo.require_recent(parts.people, viewer)
    return await _email(pages, parts, request, viewer, None, "", 200)


async def email(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/email``."""
    form = await sent(parts, request, EmailForm)
    try:
        await emails.change_email(parts.people, viewer, form.email)
    except sudo.ProveAgain:
        raise
    except Refusal as refusal:
        told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        return await _email(pages, parts, request, viewer, form.email, told, refusal.status)
    return done("/settings/email", "saved")


async def _email(
    pages: Pages,
    parts: MemberParts,
    request: Request,
    viewer: Viewer,
    typed: str | None,
    told: str,
    status: int,
) -> Response:
    row = await emails.my_email(parts.people, viewer)
    view = EmailView(
        page=await pages.page(parts, request, viewer),
        form=Form(
            values={"email": (row.email or "") if typed is None else typed},
            errors={"email": told} if told else {},
        ),
        waiting=row.new_email or "",
        bounced=row.bounced_at is not None,
        confirms=bool(parts.config.mail),
    )
    return pages.show(parts, request, view, status)


async def sign_ins_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /settings/sign-ins``."""
    row = await emails.my_email(parts.people, viewer)
    view = SignInsView(
        page=await pages.page(parts, request, viewer),
        rows=tuple(await history.my_sign_ins(parts.people, viewer)),
        mails=row.sign_in_mails if parts.config.mail and row.email else None,
    )
    return pages.show(parts, request, view)


async def sign_in_mails(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/sign-ins``."""
    form = await sent(parts, request, MailsForm)
    await emails.set_sign_in_mails(parts.people, viewer, wanted=form.mails)
    return done("/settings/sign-ins", "saved")


# Passkeys


async def ask_passkey(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/passkeys/ask``."""
    await sent(parts, request, Sent)
    asked = await passkeys.ask_to_make(parts.people, viewer, browser_secret(parts, request))
    return raw_answer(asked.encode())


async def make_passkey(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/passkeys``."""
    form = await sent(parts, request, PasskeyForm)
    secret = browser_secret(parts, request)
    try:
        codes = await passkeys.make(parts.people, viewer, secret, form.credential, form.name)
    except sudo.ProveAgain:
        raise
    except Refusal as refusal:
        told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        named = refusal.field == "name"
        shown = Form(
            values={"name": form.name}, errors={"name": told} if named else {}, error="" if named else told
        )
        return await _index(pages, parts, request, viewer, shown, refusal.status)
    return await _codes(pages, parts, request, viewer, codes) if codes else done(HERE, "saved")


async def name_passkey(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/passkeys/{id}/name``."""
    form = await sent(parts, request, PasskeyForm)
    await passkeys.rename(parts.people, viewer, path_id(request), form.name)
    return done(HERE, "saved")


async def remove_passkey(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/passkeys/{id}/remove``."""
    await sent(parts, request, Sent)
    await passkeys.remove(parts.people, viewer, path_id(request))
    return done(HERE, "saved")


# The authenticator app, and recovery codes


async def begin_totp(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/totp``: a new key."""
    await sent(parts, request, Sent)
    await second.begin_totp(parts.people, viewer)
    return done("/settings/totp")


async def totp_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /settings/totp``: the key that waits for its first code."""
    await sudo.require_recent(parts.people, viewer)
    key = await second.pending_totp(parts.people, viewer)
    return done(HERE) if key is None else await _totp(pages, parts, request, viewer, key, "", 200)


async def confirm_totp(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/totp/confirm``."""
    form = await sent(parts, request, CodeForm)
    key = await second.pending_totp(parts.people, viewer)
    try:
        codes = await second.confirm_totp(parts.people, viewer, form.code)
    except Refusal as refusal:
        if refusal.field != "code" or key is None:
            raise
        told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        return await _totp(pages, parts, request, viewer, key, told, refusal.status)
    return await _codes(pages, parts, request, viewer, codes) if codes else done(HERE, "saved")


async def _totp(
    pages: Pages,
    parts: MemberParts,
    request: Request,
    viewer: Viewer,
    key: TotpKey,
    told: str,
    status: int,
) -> Response:
    view = TotpView(
        page=await pages.page(parts, request, viewer, path="/settings/totp"),
        form=Form(errors={"code": told} if told else {}),
        key=key.text,
        qr=segno.make(key.uri, error="m").svg_data_uri(border=4, light="#fff"),
    )
    return pages.show(parts, request, view, status)


async def remove_totp(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/totp/remove``."""
    await sent(parts, request, Sent)
    await second.remove_totp(parts.people, viewer)
    return done(HERE, "saved")


async def new_codes(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/codes``: other recovery codes, shown this once."""
    await sent(parts, request, Sent)
    return await _codes(pages, parts, request, viewer, await second.new_codes(parts.people, viewer))


async def _codes(
    pages: Pages, parts: MemberParts, request: Request, viewer: Viewer, codes: list[str]
) -> Response:
    view = CodesView(page=await pages.page(parts, request, viewer, path=HERE), codes=tuple(codes))
    return pages.show(parts, request, view)


def add(table: Table) -> None:
    """The routes of this file."""
    table.person("GET", "/settings/security", index)
    table.person("GET", "/settings/prove", prove_page)
    table.person("POST", "/settings/prove", prove)
    table.person("POST", "/settings/prove/passkey", prove_passkey)
    table.person("POST", "/settings/prove/passkey/ask", ask_prove)
    table.person("GET", "/settings/password", password_page)
    table.person("POST", "/settings/password", password)
    table.person("GET", "/settings/email", email_page)
    table.person("POST", "/settings/email", email)
    table.person("GET", "/settings/sign-ins", sign_ins_page)
    table.person("POST", "/settings/sign-ins", sign_in_mails)
    table.person("POST", "/settings/passkeys", make_passkey)
    table.person("POST", "/settings/passkeys/ask", ask_passkey)
    table.person("POST", "/settings/passkeys/{id}/name", name_passkey)
    table.person("POST", "/settings/passkeys/{id}/remove", remove_passkey)
    table.person("GET", "/settings/totp", totp_page)
    table.person("POST", "/settings/totp", begin_totp)
    table.person("POST", "/settings/totp/confirm", confirm_totp)
    table.person("POST", "/settings/totp/remove", remove_totp)
    table.person("POST", "/settings/codes", new_codes)
