"""The front: every request comes in here.

It finds out who is asking, counts the request against the rate limits, and hands it to the application for members or
to the one for visitors. Nothing of a request's content is logged.
"""

import re
from collections.abc import Callable
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kizuna.doors.answers import PREFLIGHT, json_answer, rate_headers
from kizuna.doors.bodies import BODY_ALLOWED, arrived, has_body
from kizuna.doors.cookies import read_cookie
from kizuna.doors.credentials import INVALID_TOKEN, Asker, Family, bearer_token, family_of
from kizuna.doors.envelope import Envelope
from kizuna.doors.health import Health
from kizuna.doors.language import api_language, page_language
from kizuna.doors.observe import Noting, Observer, seen_in
from kizuna.doors.parts import PublicParts
from kizuna.doors.problems import ErrorPage, json_problem, page_problem, refusal_of
from kizuna.doors.proxies import Proxies
from kizuna.doors.quick import Quick
from kizuna.doors.routes import ASKER, ROUTE, MemberPaths
from kizuna.doors.uploads import UPLOAD_LIMIT, Uploads
from kizuna.ground.errors import BadRequest, Invalid, Refusal, TooMany, Unauthorized
from kizuna.ground.i18n import Locale, Translator
from kizuna.people.limits import API, address_subject
from kizuna.people.models import AppToken
from kizuna.people.viewers import viewer_by_bearer, viewer_by_session

MAX_PATH: Final = 2048
_ODD: Final = re.compile("[\x00-\x1f\x7f\\\\\ufffd\ud800-\udfff]")
MAX_HEADERS: Final = 32 * 1024


class Front:
    """The ASGI application of a server."""

    def __init__(
        self,
        parts: PublicParts,
        public: Router,
        member: Router,
        paths: MemberPaths,
        error_page: ErrorPage,
        translator: Callable[[Locale], Translator],
        sockets: ASGIApp,
        health: Health,
        quick: Quick | None = None,
    ) -> None:
        self._parts = parts
        self._public = public
        self._member = member
        self._paths = paths
        self._error_page = error_page
        self._translator = translator
        self.sockets = sockets
        self.quick = quick
        self.observers: list[Observer] = []
        self._health = health
        self._proxies = Proxies(parts.config.trusted_proxies)
        self._uploads = Uploads()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI scope."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            own = dict(self._proxies.placed(scope))
            await (self._observed if self.observers else self._serve)(own, receive, send)
        else:
            await self.sockets(self._proxies.placed(scope), receive, send)

    async def _observed(self, scope: Scope, receive: Receive, send: Send) -> None:
        clock, noting = self._parts.clock, Noting(send)
        began = clock.now_ms()
        try:
            await self._serve(scope, receive, noting)
        finally:
            seen = seen_in(scope, noting.status, clock.now_ms() - began)
            if seen is not None:
                for observe in self.observers:
                    observe(seen)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = (
            scope["path"].rstrip("/") or "/"
        )  # both forms are routed, since a redirect breaks POST and preflights
        scope["path"] = path
        scope["app"] = self  # makes the router raise its own 404 and 405 instead of answering plain text
        scope[ASKER] = Asker(_address(scope))
        family = family_of(path)
        envelope = Envelope(send, family, head=scope["method"] == "HEAD")
        request = Request(scope, receive)
        try:
            probed = await self._health.answer(scope)
            if probed is not None:
                await probed(scope, receive, envelope)
                return
            answer = await self.quick(scope) if self.quick is not None else None
            if answer is not None:
                scope[ROUTE] = path
                headers, body = answer
                await send({"type": "http.response.start", "status": 200, "headers": headers})
                await send({"type": "http.response.body", "body": body})
                return
            await self._dispatch(request, family, envelope)
        except ClientDisconnect:
            return
        except Exception as error:
            if envelope.started:
                raise
            problem = await self._answer(error, request, family)
            await problem(scope, receive, envelope)

    async def _dispatch(self, request: Request, family: Family, envelope: Envelope) -> None:
        scope = request.scope
        _check_oddities(scope)
        if scope["method"] == "OPTIONS" and family != "page":
            envelope.extra = PREFLIGHT
            await json_answer({})(scope, request.receive, envelope)
            return
        asker = await self._identify(request, family)
        scope[ASKER] = asker
        envelope.private = asker.viewer is not None or asker.app is not None
        try:
            self._count(request, family, asker, envelope)
        except TooMany:
            if family == "page" and asker.viewer is not None and has_body(request):
                await arrived(request)  # what a member wrote is given back (unsent.py)
            raise
        if not has_body(request):
            await self._app(asker)(scope, request.receive, envelope)
        elif asker.viewer is not None and self._brings_files(request):
            async with self._uploads.arrived(request, asker.viewer.person_id) as receive:
                scope[BODY_ALLOWED] = UPLOAD_LIMIT
                await self._hand_over(request, family, receive, envelope)
        else:
            await self._hand_over(request, family, await arrived(request), envelope)

    async def _hand_over(
        self, request: Request, family: Family, receive: Receive, envelope: Envelope
    ) -> None:
        """A body can be held back for longer than a session lasts: what counts is who asks when all of it is here."""
        request.scope[ASKER] = asker = await self._identify(request, family)
        await self._app(asker)(request.scope, receive, envelope)

    def _brings_files(self, request: Request) -> bool:
        kind = request.headers.get("content-type", "").lower()
        return kind.startswith("multipart/form-data") and self._paths.takes_uploads(
            request.method, request.url.path
        )

    def _app(self, asker: Asker) -> Router:
        return self._public if asker.viewer is None else self._member

    async def _identify(self, request: Request, family: Family) -> Asker:
        """Who is asking. The API hears tokens only, pages hear cookies only. Raises Unauthorized for a bad token."""
        address = _address(request.scope)
        people = self._parts.people
        if family == "page":
            session = read_cookie(self._parts.config, request, "session")
            return Asker(address, await viewer_by_session(people, session) if session else None)
        token = bearer_token(request) if family == "api" else None
        if token is None:
            return Asker(address)
        holder = await viewer_by_bearer(people, token)
        if holder is None:
            raise Unauthorized(INVALID_TOKEN)
        return Asker(address, app=holder) if isinstance(holder, AppToken) else Asker(address, holder)

    def _count(self, request: Request, family: Family, asker: Asker, envelope: Envelope) -> None:
        """Count a call of the API, or a form; reading pages is free. Raises TooMany."""
        if family == "page" and request.method in ("GET", "HEAD"):
            return
        viewer = asker.viewer
        subject = f"person {viewer.person_id}" if viewer else address_subject(asker.address)
        plane = "square" if family == "api" else None
        standing = self._parts.people.limiter.take(plane, API, subject)
        if family == "api":
            envelope.extra = rate_headers(standing)
        if not standing.allowed:
            raise TooMany(retry_after=standing.retry_after)

    async def _answer(self, error: Exception, request: Request, family: Family) -> Response:
        asker: Asker = request.scope[ASKER]
        refusal = self._sign_in_first(error, request, asker) or refusal_of(error)
        if family != "page":
            return json_problem(refusal, self._translator(api_language(request)))
        speak = self._translator(page_language(self._parts.config, request, asker.viewer))
        return await page_problem(refusal, request, asker.viewer, speak, self._error_page)

    def _sign_in_first(self, error: Exception, request: Request, asker: Asker) -> Refusal | None:
        """What visitors don't have but members do: say so instead of "not found"."""
        if asker.viewer is not None or not isinstance(error, HTTPException):
            return None
        if not self._paths.has(request.method, request.scope["path"]):
            return None
        if asker.app is not None:
            return Invalid("This method requires an authenticated user")
        return Unauthorized(INVALID_TOKEN)


def _check_oddities(scope: Scope) -> None:
    """Refuse addresses and headers that no client of ours sends and some parser may read differently."""
    path: str = scope["path"]
    if len(path) > MAX_PATH or not path.startswith("/") or _ODD.search(path):
        raise BadRequest("This address is not valid")
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADERS:
        raise BadRequest("The headers are too large")


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else ""


async def _live(receive: Receive, send: Send) -> None:
    """The lifespan protocol; starting and stopping is done by the composition root."""
    while True:
        message: Message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
