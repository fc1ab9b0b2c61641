"""Errors → answers. Whatever goes wrong becomes a refusal first, then JSON for programs or a page for people."""

import traceback
from collections.abc import Awaitable, Callable
from typing import TypeAlias
from urllib.parse import quote, urlsplit

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from kizuna.doors.answers import ErrorBody, json_answer
from kizuna.doors.redirects import safe_next, see_other
from kizuna.doors.unsent import unsent
from kizuna.ground.errors import (
    BadRequest,
    Invalid,
    NotFound,
    Refusal,
    TooMany,
    Unauthorized,
)
from kizuna.ground.i18n import Translator
from kizuna.people.models import Viewer
from kizuna.people.refusals import OAuthRefused
from kizuna.people.sudo import ProveAgain

ErrorPage: TypeAlias = Callable[[Request, Viewer | None, Refusal, str], Awaitable[Response]]
"""(request, viewer, refusal, its translated message) → the page that says what to do."""


class NotAllowed(Refusal):
    """The address exists, but not for this method."""

    status = 405


class Broken(Refusal):
    """Our own fault."""

    status = 500


def refusal_of(error: Exception) -> Refusal:
    """Any error as a refusal; one that nobody foresaw is logged (where and which kind, never what it was about)."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, HTTPException):
        if error.status_code == 404:
            return NotFound()
        if error.status_code == 405:
            return NotAllowed("This method is not allowed here")
        return BadRequest("The request cannot be read")
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    structlog.get_logger().error(
        "request failed",
        error=type(error).__name__,
        at=[f"{frame.filename}:{frame.lineno}" for frame in frames],
    )
    return Broken("Something went wrong here. It has been noted.")


def json_problem(refusal: Refusal, speak: Translator) -> Response:
    """A refusal as the Mastodon API writes it; ``details`` names the field that was wrong."""
    message = speak(refusal.message, **refusal.values)
    if isinstance(refusal, OAuthRefused):
        return json_answer(ErrorBody(refusal.code, message), refusal.status, _headers(refusal))
    details = None
    if isinstance(refusal, Invalid) and refusal.field:
        details = {refusal.field: [{"error": "ERR_INVALID", "description": message}]}
    return json_answer(ErrorBody(message, details=details), refusal.status, _headers(refusal))


async def page_problem(
    refusal: Refusal, request: Request, viewer: Viewer | None, speak: Translator, page: ErrorPage
) -> Response:
    """A refusal for a person: the sign-in page where that helps and loses nothing, else a page that says what to do."""
    written = unsent(request)
    if isinstance(refusal, Unauthorized) and viewer is None and (written is None or written.kept):
        return see_other(sign_in_path(request))
    if isinstance(refusal, ProveAgain):
        return see_other(prove_path(request))
    answer = await page(request, viewer, refusal, speak(refusal.message, **refusal.values))
    answer.headers.update(_headers(refusal))
    return answer


def sign_in_path(request: Request) -> str:
    """The sign-in page that leads back to what was asked for: of a form, to the page that it stood on."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method not in ("GET", "HEAD"):
        asked = safe_next(_page_of(request), "")
    return f"/sign-in?next={quote(asked, safe='/')}" if asked else "/sign-in"


def prove_path(request: Request) -> str:
    """The page that asks who one is, and leads back to what was asked for: of a form, to the page that it stood on."""
    asked = request.url.path
    if request.method not in ("GET", "HEAD"):
        asked = _page_of(request)
    return f"/settings/prove?next={quote(safe_next(asked, '/settings/security'), safe='/')}"


def _page_of(request: Request) -> str:
    """The page of ours that a form stood on, as the browser tells; empty for any other."""
    page = urlsplit(request.headers.get("referer", ""))
    return page.path if page.netloc == request.headers.get("host") else ""


def seconds_of(refusal: TooMany) -> int:
    """When to try again, in whole seconds."""
    return max(1, round(refusal.retry_after))


def _headers(refusal: Refusal) -> dict[str, str]:
    if isinstance(refusal, TooMany):
        return {"Retry-After": str(seconds_of(refusal))}
    if isinstance(refusal, Unauthorized):
        return {"WWW-Authenticate": 'Bearer realm="Kizuna"'}
    return {}
