"""Home for a token that was seen lately, with the plain parameters that clients send: the hottest read of all."""

from typing import Final

from starlette.types import Scope

from kizuna.doors.answers import link_header, rate_headers
from kizuna.doors.parts import MemberParts
from kizuna.doors.quick import Answer, Quick, private_json
from kizuna.ground.ids import parse_id
from kizuna.people.limits import API
from kizuna.people.models import Viewer
from kizuna.people.scopes import allows
from kizuna.people.tokens import token_hash
from kizuna.square.models import Page

PATH: Final = "/api/v1/timelines/home"
SCOPE: Final = "read:statuses"
USUAL: Final = 20
MOST: Final = 40
LONGEST_TOKEN: Final = 200
LONGEST_QUERY: Final = 100
MOST_HEADERS: Final = 8 * 1024
_NAMES: Final = frozenset({"limit", "max_id", "since_id", "min_id"})


def quick_home(parts: MemberParts) -> Quick:
    """The quick door of ``GET /api/v1/timelines/home``."""

    async def answer(scope: Scope) -> Answer | None:
        if scope["method"] != "GET" or scope["path"] != PATH:
            return None
        asked = _asked(scope["query_string"])
        viewer = _viewer(parts, scope["headers"])
        if asked is None or viewer is None or not allows(viewer.scopes, SCOPE):
            return None
        if viewer.square_id is None or viewer.circle_id is not None:
            return None  # what the circle shows is asked of its gate, on the ordinary way
        page, kept = asked
        standing = parts.people.limiter.take("square", API, f"person {viewer.person_id}")
        if not standing.allowed:
            return None
        found = await parts.home.statuses(viewer.square_id, page)
        older = None if found.older is None else str(found.older)
        link = (
            link_header(parts.config, PATH, kept, older, str(found.newest))
            if found.newest is not None
            else ""
        )
        return private_json(found.body, link, rate_headers(standing))

    return answer


def _viewer(parts: MemberParts, headers: list[tuple[bytes, bytes]]) -> Viewer | None:
    """The person behind the one bearer token, if it was seen lately; None sends the request the ordinary way."""
    shown, size = None, 0
    for name, value in headers:
        size += len(name) + len(value)
        if name == b"authorization":
            if shown is not None:
                return None
            shown = value
        elif name in (b"content-length", b"transfer-encoding"):
            return None
    if (
        shown is None
        or size > MOST_HEADERS
        or not shown.startswith(b"Bearer ")
        or not 7 < len(shown) <= LONGEST_TOKEN
    ):
        return None
    token = shown[7:]
    if not token.isascii() or token.strip() != token:
        return None
    known = parts.people.seen.get(token_hash("bearer", token.decode("ascii")))
    return known.who if known is not None and isinstance(known.who, Viewer) else None


def _asked(query: bytes) -> tuple[Page, list[tuple[str, str]]] | None:
    """The page, and the parameters that its neighbours need too; None for anything but plain numbers, each once."""
    if not query:
        return Page(limit=USUAL), []
    if len(query) > LONGEST_QUERY or not query.isascii():
        return None
    numbers: dict[str, int] = {}
    for part in query.decode("ascii").split("&"):
        name, _, text = part.partition("=")
        number = parse_id(text)
        if name not in _NAMES or name in numbers or number is None:
            return None
        numbers[name] = number
    limit = numbers.pop("limit", None)
    kept = [] if limit is None else [("limit", str(limit))]
    return Page(limit=min(limit or USUAL, MOST), **numbers), kept
