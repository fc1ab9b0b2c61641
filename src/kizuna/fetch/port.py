"""What may be asked of the network, and the four ends it can have.

An answer, whatever its status, is a `Response`. Everything else is one of three errors that differ in what is known
about the other side, since that decides whether a caller may simply try again.
"""

from collections.abc import AsyncGenerator, Mapping
from typing import Protocol

import msgspec

#: Bytes of a response body read unless the request says otherwise.
BODY_LIMIT = 1024 * 1024


class Request(msgspec.Struct, frozen=True):
    """One call.

    `timeout` is for the whole exchange with all redirects, in seconds; `limit` caps the decoded body, in bytes.
    """

    method: str
    url: str
    headers: Mapping[str, str] = {}
    body: bytes = b""
    timeout: float = 15.0
    limit: int = BODY_LIMIT


class Response(msgspec.Struct, frozen=True):
    """An answer. Header names are lower case, repeated ones joined by a comma; `url` is where it came from at last."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


class FetchError(Exception):
    """The request has no usable answer; `reason` is for logs and receipts and holds nothing secret."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class FetchRefused(FetchError):
    """Our own guard said no. The request (of a redirect: this hop) was not sent; asking again will not help."""


class FetchFailed(FetchError):
    """The request was surely not processed: the name is unknown, nobody listens, the handshake failed."""


class FetchUnanswered(FetchError):
    """The request may have been processed: the connection broke, time ran out or the answer cannot be read."""


class FetchAnswered(FetchError):
    """What should have been a stream was answered by something else, with this status."""

    def __init__(self, reason: str, status: int) -> None:
        super().__init__(reason)
        self.status = status


class Fetch(Protocol):
    """The port. Adapters: `fetch.http.HttpFetch`; the simulation's network; the test partners."""

    async def send(self, request: Request) -> Response:
        """Send one request. Raises FetchRefused, FetchFailed or FetchUnanswered."""
        ...

    def lines(self, request: Request) -> AsyncGenerator[bytes]:
        """The lines of an answer that does not end (server-sent events), each as soon as it is there, without its end.

        `timeout` is the longest silence, `limit` the longest line. Redirects are not followed. Whoever stops reading
        closes the generator. Raises FetchAnswered when the answer is no stream, and as `send` does; its end is a
        FetchUnanswered too.
        """
        ...
