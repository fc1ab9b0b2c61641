"""The envelope of every answer: the headers of its family, and no body for HEAD."""

from typing import Final

from starlette.types import Message, Send

from kizuna.doors.answers import API_POLICY, CORS, SECURITY, Headers, page_policy
from kizuna.doors.credentials import Family

_POLICY: Final = b"content-security-policy"
_CACHE: Final = b"cache-control"


class Envelope:
    """Wraps ``send``. ``started`` says whether an error can still become an answer of its own."""

    def __init__(self, send: Send, family: Family, *, head: bool) -> None:
        self.started = False
        self.private = False
        self.extra: Headers = ()
        self._send = send
        self._family = family
        self._head = head

    async def __call__(self, message: Message) -> None:
        """Pass one ASGI message on."""
        if message["type"] == "http.response.start":
            self.started = True
            message = {**message, "headers": self._complete(message.get("headers", ()))}
        elif self._head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)

    def _complete(self, given: Headers) -> list[tuple[bytes, bytes]]:
        names = {name.lower() for name, _ in given}
        headers = [*given, *SECURITY, *self.extra]
        if _POLICY not in names:
            policy = page_policy() if self._family == "page" else API_POLICY
            headers.append((_POLICY, policy.encode()))
        if self._family != "page":
            headers += CORS
        if _CACHE not in names and (self.private or b"set-cookie" in names):
            headers.append((_CACHE, b"no-store"))
        return headers
