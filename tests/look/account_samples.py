"""The pages about getting in, back in and out, with somebody in them."""

from kizuna.ground.i18n import Locale
from kizuna.people.models import Factors, Passkey, SignIn
from kizuna.web import account_views as a
from kizuna.web import pieces as p
from kizuna.web import views as v
from kizuna.web.specimens import DAY, HOUR, NOW
from tests.look.samples import page

QR = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'/%3E"
FACTORS = Factors(totp=True, passkeys=2, codes=9)
KEYS = (
    Passkey(1, "携帯電話", NOW - 40 * DAY, NOW - HOUR, doubted=False),
    Passkey(2, "Security key", NOW - 90 * DAY, None, doubted=True),
)
SIGN_INS = (
    SignIn(NOW - HOUR, "Firefox · Linux", "192.0.2.0/24", "password, code"),
    SignIn(NOW - 3 * DAY, "Safari · iPhone", "2001:db8:1::/48", "passkey"),
    SignIn(NOW - 60 * DAY, "", "", "sign-up"),
)


def account_samples(locale: Locale) -> dict[str, v.PageView]:
    """These pages by name, in one language."""
    out = page(locale, "both", "/reset", signed_in=False)
    own = page(locale, "both", "/settings/security")
    wrong = p.Form(errors={"code": "コードがちがうか、もう使われています。"})
    return {
        "reset": a.ForgotView(page=out),
        "reset_sent": a.ForgotView(page=out, sent=True),
        "reset_no_mail": a.ForgotView(page=out, mails=False),
        "reset_password": a.NewPasswordView(page=out, token="t", handle="miyuki"),
        "reset_gone": a.NewPasswordView(page=out, gone=True),
        "confirm_address": a.ConfirmAddressView(page=out, state="ask", token="t", email="m@example.com"),
        "confirm_address_done": a.ConfirmAddressView(page=out, state="done"),
        "confirm_address_gone": a.ConfirmAddressView(page=out, state="gone"),
        "waiting_confirm": a.WaitingView(page=out, standing="confirm"),
        "waiting_approval": a.WaitingView(page=out, standing="approval"),
        "step": a.StepView(page=out, factors=FACTORS, form=wrong),
        "prove": a.ProveView(page=own, passkeys=1, next="/settings/security"),
        "security": a.SecurityView(
            page=own, email="miyuki@example.com", bounced=True, factors=FACTORS, passkeys=KEYS
        ),
        "security_bare": a.SecurityView(
            page=own, email="", bounced=False, factors=Factors(totp=False, passkeys=0, codes=0), passkeys=()
        ),
        "password": a.PasswordView(page=own),
        "email": a.EmailView(
            page=own, form=p.Form(values={"email": "m@example.com"}), waiting="n@example.com"
        ),
        "totp": a.TotpView(page=own, key="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", qr=QR),
        "codes": a.CodesView(page=own, codes=("abcd-efgh-ijkl-mnop",) * 10),
        "sign_ins": a.SignInsView(page=own, rows=SIGN_INS, mails=True),
        "archive": a.ArchiveView(page=own, state="ready", megabytes=2.4, until_ms=NOW + 3 * DAY),
        "archive_none": a.ArchiveView(page=own, state="none"),
        "leave": a.LeaveView(page=own, copies=True),
        "left": a.GoneView(page=out),
    }
