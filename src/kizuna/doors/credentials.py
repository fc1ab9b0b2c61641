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
STREAMS: Final = "/api/v1/streaming"
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
        return _query_token(request)
    scheme, _, token = headers[0].partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not is_token(token):
        raise Unauthorized(INVALID_TOKEN)
    return token


def is_token(text: str) -> bool:
    """Whether this could be a token."""
    return 0 < len(text) <= MAX_TOKEN and text.isascii()


def _query_token(request: Request) -> str | None:
    """Streams alone take the token as a parameter too: what browsers offer for them sends no headers of one's own."""
    token = request.query_params.get("access_token") if request.url.path.startswith(STREAMS) else None
    if token is not None and not is_token(token):
        raise Unauthorized(INVALID_TOKEN)
    return token
