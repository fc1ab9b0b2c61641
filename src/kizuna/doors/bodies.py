"""Request bodies: read with a limit while they stream in, and parsed from JSON, urlencoded form or multipart.

Clients send all three to the same endpoint. All three end in one tree (see ``tree``), so that nothing after this
module knows which one it was.
"""

import asyncio
import json
from email.message import Message
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.types import Message as Event
from starlette.types import Receive

from kizuna.doors.multipart import parse_multipart
from kizuna.doors.names import MAX_FIELDS, nest
from kizuna.doors.tree import Tree, Value
from kizuna.ground.errors import BadRequest, Refusal, TooLarge

BODY_LIMIT: Final = 256 * 1024
BODY_ALLOWED: Final = "kizuna.body_allowed"
"""Where the front notes in the scope that a request may be larger."""
QUERY_LIMIT: Final = 16 * 1024
BODY_SECONDS: Final = 60.0
BODY: Final = "kizuna.body"


class TooSlow(Refusal):
    """The body did not arrive in time."""

    status = 408


def has_body(request: Request) -> bool:
    """Whether more follows the headers (RFC 9112, 6)."""
    return request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers


async def arrived(request: Request, limit: int = BODY_LIMIT) -> Receive:
    """Wait for the whole body; answers a ``receive`` that gives it at once. Raises TooSlow, TooLarge, BadRequest."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await read_body(request, limit)
    except TimeoutError as error:
        raise TooSlow("The request took too long to arrive") from error
    request.scope[BODY] = body
    events: list[Event] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Event:
        return events.pop() if events else await request.receive()

    return receive


def announced_size(request: Request) -> int:
    """What the headers say about the size of the body. Raises BadRequest."""
    announced = request.headers.get("content-length", "0")
    if not (announced.isascii() and announced.isdigit()):
        raise BadRequest("The content length is not a number")
    return int(announced)


async def read_body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """The whole body, at most ``limit`` bytes; never holds more than that. Raises TooLarge, BadRequest."""
    if announced_size(request) > limit:
        raise TooLarge("The request is larger than {limit} bytes", limit=limit)
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise TooLarge("The request is larger than {limit} bytes", limit=limit)
        chunks.append(chunk)
    return b"".join(chunks)


def parse_query(query: bytes) -> Tree:
    """The tree of a query string. Raises BadRequest, TooLarge, Invalid."""
    if len(query) > QUERY_LIMIT:
        raise TooLarge("The query is larger than {limit} bytes", limit=QUERY_LIMIT)
    return nest(_pairs(query))


def parse_body(body: bytes, content_type: str) -> Tree:
    """The tree of a body by its content type; an empty body is an empty tree. Raises BadRequest, TooLarge, Invalid."""
    if not body:
        return {}
    header = Message()
    header["content-type"] = content_type
    charset = header.get_content_charset("utf-8")
    if charset not in ("utf-8", "us-ascii"):
        raise BadRequest("The body has to be UTF-8, not {charset}", charset=charset)
    match header.get_content_type() if content_type else "":
        case "application/json":
            return _json(body)
        case "application/x-www-form-urlencoded":
            return nest(_pairs(body))
        case "multipart/form-data":
            return nest(parse_multipart(body, header.get_param("boundary")))
        case _:
            raise BadRequest("The body has to be JSON, a form or multipart")


def _pairs(data: bytes) -> list[tuple[str, Value]]:
    if data.count(b"&") >= MAX_FIELDS:
        raise TooLarge("More than {limit} fields", limit=MAX_FIELDS)
    try:
        return [*parse_qsl(data.decode(), keep_blank_values=True, errors="strict")]
    except UnicodeDecodeError as error:
        raise BadRequest("This is not valid UTF-8") from error


def _json(body: bytes) -> Tree:
    try:
        tree: object = json.loads(body.decode(), object_pairs_hook=_once, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise BadRequest("This is not valid UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise BadRequest("This is not valid JSON") from error
    if not isinstance(tree, dict):
        raise BadRequest("The JSON has to be an object")
    return tree  # pyright: ignore[reportUnknownVariableType] -- JSON decodes to exactly the Value type


def _once(pairs: list[tuple[str, Value]]) -> Tree:
    """Refuse a name given twice: two readers could otherwise take two different values."""
    tree = dict(pairs)
    if len(tree) != len(pairs):
        raise BadRequest("A name is given twice")
    return tree


def _no_constant(name: str) -> Value:
    raise ValueError(name)  # NaN and Infinity are Python's own additions to JSON
