"""One exchange with an ASGI application, without a socket."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

Message = MutableMapping[str, Any]
App = Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]
HeaderList = Sequence[tuple[str, str]]

PATIENCE_S = 30.0


class Call(msgspec.Struct, frozen=True):
    """A request as it goes over the wire. ``target`` is path and query; ``client`` the asker's address."""

    method: str
    host: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    client: str = "203.0.113.7"
    scheme: str = "http"


class Answer(msgspec.Struct, frozen=True):
    """A response as it comes over the wire, names in lower case, in the order sent."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode()

    def json(self) -> Any:
        """The body read as JSON."""
        return msgspec.json.decode(self.body)

    def header(self, name: str) -> str | None:
        """The first value of a header."""
        return next((value for each, value in self.headers if each == name), None)


class BrokenOffError(Exception):
    """The application ended before it had answered."""


async def exchange(app: App, call: Call, patience: float = PATIENCE_S) -> Answer:
    """Send one request. An answer that doesn't end (a stream) is cut off after ``patience`` seconds.

    An exception of the application is answered with status 500, as a server does, and told to the loop's
    exception handler, so that no test overlooks it.
    """
    talk = _Talk(call)
    try:
        async with asyncio.timeout(patience):
            await app(talk.scope, talk.receive, talk.send)
    except TimeoutError:
        pass  # what came so far is the answer
    except Exception as error:  # noqa: BLE001 - a server answers 500 whatever it was
        talk.fail(error)
    if talk.status is None:
        raise BrokenOffError(f"{call.method} {call.target}")
    return Answer(talk.status, tuple(talk.headers), b"".join(talk.chunks))


class _Talk:
    """Both ends of the ASGI conversation."""

    def __init__(self, call: Call) -> None:
        split = urlsplit(call.target)
        headers = [("host", call.host), *call.headers]
        if call.body or call.method in ("POST", "PUT", "PATCH"):
            headers.append(("content-length", str(len(call.body))))
        self.scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": call.method,
            "scheme": call.scheme,
            "path": unquote(split.path),
            "raw_path": split.path.encode(),
            "query_string": split.query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode("utf-8")) for name, value in headers],
            "client": (call.client, 40000),
            "server": (call.host.rpartition(":")[0] or call.host, 80),
            "state": {},
        }
        self.status: int | None = None
        self.headers: list[tuple[str, str]] = []
        self.chunks: list[bytes] = []
        self._body: bytes | None = call.body

    async def receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        return await asyncio.get_running_loop().create_future()  # the asker stays until the end

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = [
                (name.decode().lower(), value.decode("latin-1")) for name, value in message["headers"]
            ]
        elif message["type"] == "http.response.body":
            self.chunks.append(message.get("body", b""))

    def fail(self, error: Exception) -> None:
        if self.status is None:
            self.status = 500
            self.headers = [("content-type", "text/plain")]
            self.chunks = [f"{type(error).__name__}".encode()]
            asyncio.get_running_loop().call_exception_handler(
                {"message": f"{self.scope['method']} {self.scope['path']} failed", "exception": error}
            )
