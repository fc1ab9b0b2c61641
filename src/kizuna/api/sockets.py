"""The streaming API by WebSocket: one connection, many streams.

Nothing is accepted before it is known who asks. Only tokens are heard, never cookies, so any origin may connect. A
browser's client sends the token as the subprotocol, which has to be echoed or the browser closes the connection.
"""

import asyncio
import contextlib
from functools import lru_cache
from typing import Any, Final
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from kizuna.api.operations import OUT_OF_SCOPE
from kizuna.api.streaming import PLACE, authorised
from kizuna.doors.answers import CORS, JSON_TYPE, ErrorBody
from kizuna.doors.credentials import INVALID_TOKEN, is_token
from kizuna.doors.parts import MemberParts
from kizuna.doors.problems import refusal_of
from kizuna.doors.streams import LAST_WORD_S, direct_of, seated
from kizuna.ground.errors import BadRequest, Forbidden, NotFound, Refusal, TooMany, Unauthorized
from kizuna.people.limits import API, Limiter, Rule
from kizuna.people.models import Viewer
from kizuna.people.tokens import token_hash
from kizuna.streaming.client import Client, Item
from kizuna.streaming.commands import LONGEST_MESSAGE, read_command
from kizuna.streaming.frames import ApiMessages, encode_json, problem
from kizuna.streaming.models import Reason
from kizuna.streaming.names import Stream, channels_of, covers, stream_named

FORM: Final = ApiMessages()
MOST_STREAMS: Final = 100
FLOOD: Final = Rule("messages on a socket", 100, 10)
# RFC 6455, 7.4.1, and the registry it began.
CODES: Final[dict[Reason | None, int]] = {
    "revoked": 1008,
    "flood": 1008,
    "slow": 1013,
    "stopping": 1001,
    "changed": 1012,
}
TOO_BIG: Final = 1009
_EXTENSION: Final = "websocket.http.response"


class Sockets:
    """Serves the WebSockets of the API."""

    def __init__(self, parts: MemberParts) -> None:
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI scope."""
        try:
            token, subprotocol = _shown(scope)
            viewer = await self._viewer(scope, token)
        except Exception as error:  # noqa: BLE001 - whatever it was, it becomes an answer
            await _refuse(refusal_of(error), scope, send)
            return
        await Socket(self._parts, viewer, token, scope, send).serve(receive, subprotocol)

    async def _viewer(self, scope: Scope, token: str) -> Viewer:
        if scope["path"].rstrip("/") != PLACE or "square" not in self._parts.config.planes:
            raise NotFound
        viewer = await authorised(self._parts.people, token)() if token else None
        if viewer is None:
            raise Unauthorized(INVALID_TOKEN)
        self._parts.people.limiter.check("square", API, f"person {viewer.person_id}")
        return viewer


class Socket:
    """One connection."""

    def __init__(self, parts: MemberParts, viewer: Viewer, token: str, scope: Scope, send: Send) -> None:
        self._hub = parts.streams
        self._viewer = viewer
        self._scope = scope
        self._send = send
        self._flood = Limiter(parts.clock)
        task = asyncio.current_task()
        assert task is not None
        self._client = Client(
            viewer,
            FORM,
            self._write,
            task.cancel,
            authorise=authorised(parts.people, token),
            digest=token_hash("bearer", token),
            joins=False,
            direct=direct_of(scope),
        )

    async def serve(self, receive: Receive, subprotocol: str | None) -> None:
        """From the handshake to the end."""
        client, code = self._client, None
        address = self._scope["client"][0] if self._scope.get("client") else ""
        try:
            async with seated(self._hub, self._viewer, address, client):
                await receive()  # the request to connect
                await self._send({"type": "websocket.accept", "subprotocol": subprotocol})
                self._begin()
                code = await self._listen(receive)
        except Refusal as refusal:
            await _refuse(refusal, self._scope, self._send)
            return
        code = code or CODES.get(client.reason)
        if code is not None:
            with contextlib.suppress(Exception):  # it is the last word to somebody who may not hear it
                async with asyncio.timeout(LAST_WORD_S):
                    await self._send(
                        {"type": "websocket.close", "code": code, "reason": str(client.reason or "")}
                    )

    async def _write(self, frame: bytes) -> None:
        await self._send({"type": "websocket.send", "text": _text(frame)})

    def _begin(self) -> None:
        """Open the stream that the address names, if it names one."""
        asked = parse_qs(self._scope["query_string"].decode("latin-1"))
        if "stream" in asked:
            tag = asked.get("tag", [None])[0]
            self._do(lambda: self._subscribe(stream_named(asked["stream"][0], tag)))

    async def _listen(self, receive: Receive) -> int | None:
        """Do what the client says until it leaves; answers the code to close with, if it is we who close."""
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return None
            if not self._flood.take(None, FLOOD, "").allowed:
                self._client.leave("flood")
                return CODES["flood"]
            text = message.get("text")
            if len(text or message.get("bytes") or b"") > LONGEST_MESSAGE:
                return TOO_BIG
            self._do(lambda said=text: self._obey(said))

    def _obey(self, text: str | None) -> None:
        if text is None:
            raise BadRequest("Messages are text")
        command = read_command(text)
        if command.verb == "subscribe":
            self._subscribe(command.stream)
        else:
            self._hub.unsubscribe(self._client, command.stream.key)

    def _subscribe(self, stream: Stream) -> None:
        if not covers(stream, self._viewer.scopes):
            raise Forbidden(OUT_OF_SCOPE)
        if len(self._client.subscriptions) >= MOST_STREAMS and stream.key not in self._client.subscriptions:
            raise TooMany("Too many streams on one connection")
        channels = channels_of(stream, self._viewer)
        self._hub.subscribe(self._client, stream.key, channels, label=stream.label)

    def _do(self, act: Any) -> None:
        """What is wrong with one message is said, and the connection goes on."""
        try:
            act()
        except Refusal as refusal:
            self._client.put(Item(problem(str(refusal), refusal.status), None, None))


@lru_cache(maxsize=100)
def _text(frame: bytes) -> str:
    """A frame as a text, made once for all who get it."""
    return frame.decode()


def _shown(scope: Scope) -> tuple[str, str | None]:
    """The token that the client shows, and the subprotocol to echo. Raises Unauthorized for what cannot be one."""
    offered: list[str] = scope.get("subprotocols", [])
    header = Headers(scope=scope).get("authorization", "")
    scheme, _, given = header.partition(" ")
    query = parse_qs(scope["query_string"].decode("latin-1")).get("access_token", [""])[0]
    token = given.strip() if scheme.lower() == "bearer" else query or (offered[0] if offered else "")
    if not is_token(token):
        raise Unauthorized(INVALID_TOKEN)
    return token, offered[0] if offered else None


async def _refuse(refusal: Refusal, scope: Scope, send: Send) -> None:
    if _EXTENSION not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008})
        return
    body = encode_json(ErrorBody(str(refusal)))
    headers = [(b"content-type", JSON_TYPE.encode()), (b"cache-control", b"no-store"), *CORS]
    await send({"type": f"{_EXTENSION}.start", "status": refusal.status, "headers": headers})
    await send({"type": f"{_EXTENSION}.body", "body": body})
