"""What every way of signing in shares: the answer that carries the session, and who the browser says it is."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from kizuna.doors.cookies import drop_cookie, set_cookie
from kizuna.doors.parts import PublicParts
from kizuna.doors.problems import seconds_of
from kizuna.doors.redirects import safe_next
from kizuna.ground.errors import Refusal, TooMany
from kizuna.people.models import NewSession
from kizuna.web.pages import done

LONGEST_AGENT = 300


def signed_in(parts: PublicParts, session: NewSession, path: str, notice: str | None) -> Response:
    """To a page of this server, with the cookie of a new session. The form cookie of before goes: it may be known."""
    response = done(safe_next(path), notice)
    set_cookie(parts.config, response, "session", session.token)
    drop_cookie(parts.config, response, "form")
    return response


def slowed(response: Response, refusal: Refusal) -> Response:
    """The same answer, saying when to try again if that is what was refused."""
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(seconds_of(refusal))
    return response


def with_next(path: str, wanted: str) -> str:
    """A page that leads on to ``wanted`` later, if that is a page of this server."""
    following = safe_next(wanted)
    return path if following == "/" else f"{path}?next={quote(following, safe='/')}"


def user_agent(request: Request) -> str:
    """What the browser calls itself."""
    return request.headers.get("user-agent", "")[:LONGEST_AGENT]
