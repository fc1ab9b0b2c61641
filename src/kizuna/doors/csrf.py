"""Forms are answered only for pages of this server.

Two checks, each enough against the attacks it knows: the browser says where the request comes from (Sec-Fetch-Site,
else Origin), and the form carries a token derived by HMAC from a cookie that only this browser and this server know.
Somebody signed in has the session cookie for that; a visitor gets a form cookie with the first form shown. No secret
is stored.
"""

import base64
import hashlib
import hmac
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from kizuna.doors.cookies import read_cookie, set_cookie
from kizuna.doors.parts import PublicParts
from kizuna.ground.config import Config
from kizuna.ground.errors import Forbidden

_PURPOSE: Final = b"kizuna form token, version 1"
_STATE: Final = "kizuna_form_cookie"


def form_token(parts: PublicParts, request: Request) -> str:
    """The token to write into the forms of a page. ``keep_form_cookie`` has to see the response of that page."""
    secret = _secret(parts.config, request)
    if secret is None:
        secret = parts.randomness.token()
        setattr(request.state, _STATE, secret)
    return _token(secret)


def keep_form_cookie(parts: PublicParts, request: Request, response: Response) -> Response:
    """Set the form cookie when ``form_token`` had to make one; answers the same response."""
    fresh = getattr(request.state, _STATE, None)
    if fresh is not None:
        set_cookie(parts.config, response, "form", fresh, None)
    return response


def browser_secret(parts: PublicParts, request: Request) -> str:
    """What only this browser and this server know: what a passkey signs is bound to it. Raises Forbidden."""
    secret = _secret(parts.config, request)
    if secret is None:
        raise _expired()
    return secret


def check_form(parts: PublicParts, request: Request, token: str) -> None:
    """Refuse a form that doesn't come from a page of this server and this browser. Raises Forbidden."""
    check_origin(request)
    secret = _secret(parts.config, request)
    if secret is None or not hmac.compare_digest(_token(secret).encode(), token.encode()):
        raise _expired()


def check_origin(request: Request) -> None:
    """Refuse what another site's page caused the browser to send. Raises Forbidden.

    Requests without either header come from programs or very old browsers; for them the token alone decides.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        fine = site in ("same-origin", "none")
    else:
        origin = request.headers.get("origin")
        fine = origin is None or _host_of(origin) == request.headers.get("host")
    if not fine:
        raise Forbidden("This form was sent from another site")


def from_here(request: Request) -> bool:
    """Whether the browser says that a page of this server sent this; what says nothing doesn't count."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is not None and _host_of(origin) == request.headers.get("host")


def _expired() -> Forbidden:
    return Forbidden("This form has expired. Go back, reload the page and send it again.")


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc or None
    except ValueError:
        return None


def _secret(config: Config, request: Request) -> str | None:
    fresh = getattr(request.state, _STATE, None)
    return read_cookie(config, request, "session") or read_cookie(config, request, "form") or fresh


def _token(secret: str) -> str:
    digest = hmac.digest(secret.encode(), _PURPOSE, hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
