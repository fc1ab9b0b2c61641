"""What a request shows to say who is asking, and what the front found out about it.

The API listens to tokens only and pages to cookies only, so that no page of another site can act through the API with
somebody's cookie.
"""

from dataclasses import dataclass
from typing import Final, Literal

from starlette.requests import Request

from kizuna.ground.errors import BadRequest, Unauthorized
from kizuna.people.models import AppToken, Viewer

Family = Literal["api", "open", "page"]
MAX_TOKEN: Final = 200
INVALID_TOKEN: Final = "The access token is invalid"  # noqa: S105 - a message
_OPEN: Final = ("/oauth/token", "/oauth/revoke", "/.well-known/", "/nodeinfo/")


@dataclass(frozen=True, slots=True)
class Asker:
    """Who is asking: a person (``viewer``), an app by itself (``app``), or nobody known; and from which address."""

    address: str
    viewer: Viewer | None = None
    app: AppToken | None = None


def family_of(path: str) -> Family:
    """``api``: JSON, tokens. ``open``: JSON for programs, no sign-in of its own. ``page``: HTML, cookies."""
    if path.startswith("/api/") or path in ("/api", "/oauth/userinfo"):
        return "api"
    return "open" if path.startswith(_OPEN) else "page"


def bearer_token(request: Request) -> str | None:
    """The token of the Authorization header; None when there is no header. Raises Unauthorized, BadRequest."""
    headers = request.headers.getlist("authorization")
    if len(headers) > 1:
        raise BadRequest("There is more than one Authorization header")
    if not headers:
        return None
    scheme, _, token = headers[0].partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not 0 < len(token) <= MAX_TOKEN or not token.isascii():
        raise Unauthorized(INVALID_TOKEN)
    return token
