"""The pages about getting in and back in, and about what one's account is kept by. See views.py for what holds for all.

    /reset  email                        /reset/{token}  password apps        /confirm/{token}
    /sign-in/step  code next             /sign-in/passkey  credential next    /sign-in/step/passkey  credential
    /settings/prove  password next       /settings/prove/passkey  credential next
    /settings/password  password new_password                                 /settings/email  email
    /settings/sign-ins  mails            /settings/passkeys  name credential  /settings/passkeys/{id}/name,remove
    /settings/totp                       /settings/totp/confirm  code         /settings/totp/remove
    /settings/codes                      /settings/archive                    /settings/leave  password copies

The forms with ``credential`` are filled in by passkey.js, which asks for what has to be signed at the same address with
``/ask`` behind it; without a script, everything but passkeys works.
"""

from typing import ClassVar, Literal

from kizuna.people.models import Factors, Passkey, SignIn
from kizuna.web.pieces import Form
from kizuna.web.views import PageView


class ForgotView(PageView, frozen=True, kw_only=True):
    """`/reset`. `mails` is False where this server sends none; `sent` says that a mail is on its way, if at all."""

    template: ClassVar[str] = "reset.html"
    form: Form = Form()
    mails: bool = True
    sent: bool = False


class NewPasswordView(PageView, frozen=True, kw_only=True):
    """`/reset/{token}`: the handle whose password it is, or `gone` for a link that does not count (any more)."""

    template: ClassVar[str] = "reset_password.html"
    form: Form = Form()
    token: str = ""
    handle: str = ""
    gone: bool = False


class ConfirmAddressView(PageView, frozen=True, kw_only=True):
    """`/confirm/{token}`: asks before it confirms, since mail programs open links by themselves."""

    template: ClassVar[str] = "confirm_address.html"
    state: Literal["ask", "done", "gone"]
    token: str = ""
    email: str = ""


class WaitingView(PageView, frozen=True, kw_only=True):
    """Signed up and not in yet: an address has to be confirmed, or somebody has to say yes."""

    template: ClassVar[str] = "waiting.html"
    standing: Literal["in", "confirm", "approval"]


class StepView(PageView, frozen=True, kw_only=True):
    """`/sign-in/step`: the second factor."""

    template: ClassVar[str] = "sign_in_step.html"
    form: Form = Form()
    factors: Factors
    next: str = "/"


class ProveView(PageView, frozen=True, kw_only=True):
    """`/settings/prove`: who one is, once more."""

    template: ClassVar[str] = "settings_prove.html"
    form: Form = Form()
    passkeys: int
    next: str


class SecurityView(PageView, frozen=True, kw_only=True):
    """`/settings/security`: all ways in, and where they are changed. `form` is that of a new passkey."""

    template: ClassVar[str] = "settings_security.html"
    form: Form = Form()
    email: str
    bounced: bool
    factors: Factors
    passkeys: tuple[Passkey, ...]


class PasswordView(PageView, frozen=True, kw_only=True):
    """`/settings/password`."""

    template: ClassVar[str] = "settings_password.html"
    form: Form = Form()


class EmailView(PageView, frozen=True, kw_only=True):
    """`/settings/email`. `waiting` is the address that has still to be confirmed."""

    template: ClassVar[str] = "settings_email.html"
    form: Form
    waiting: str = ""
    bounced: bool = False
    confirms: bool = True


class TotpView(PageView, frozen=True, kw_only=True):
    """`/settings/totp`: the key for an authenticator app. `qr` is a data: address of a picture."""

    template: ClassVar[str] = "settings_totp.html"
    form: Form = Form()
    key: str
    qr: str


class CodesView(PageView, frozen=True, kw_only=True):
    """Recovery codes, shown this once, made to be printed."""

    template: ClassVar[str] = "settings_codes.html"
    codes: tuple[str, ...]


class SignInsView(PageView, frozen=True, kw_only=True):
    """`/settings/sign-ins`. `mails` says whether new ones are told by mail; None where this server sends none."""

    template: ClassVar[str] = "settings_sign_ins.html"
    rows: tuple[SignIn, ...]
    mails: bool | None


class ArchiveView(PageView, frozen=True, kw_only=True):
    """`/settings/archive`."""

    template: ClassVar[str] = "settings_archive.html"
    state: Literal["none", "making", "ready", "failed"]
    megabytes: float = 0.0
    until_ms: int = 0


class LeaveView(PageView, frozen=True, kw_only=True):
    """`/settings/leave`. `copies` says whether public copies can be recalled."""

    template: ClassVar[str] = "settings_leave.html"
    form: Form = Form()
    copies: bool


class GoneView(PageView, frozen=True, kw_only=True):
    """After an account was deleted."""

    template: ClassVar[str] = "left.html"
