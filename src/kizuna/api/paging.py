"""Pages of lists: the parameters clients send and the Link header they follow."""

from typing import Annotated, Final

import msgspec
from starlette.requests import Request

from kizuna.doors.answers import link_header
from kizuna.ground.config import Config
from kizuna.ground.errors import Invalid
from kizuna.ground.ids import MAX_ID, parse_id
from kizuna.square.models import Page

CURSORS: Final = ("max_id", "since_id", "min_id")
MOST: Final = 40
Limit = Annotated[
    int, msgspec.Meta(ge=1, description="How many at most; larger numbers mean the largest page.")
]
Id = Annotated[str, msgspec.Meta(max_length=20, description="An id.")]


class Paged(msgspec.Struct):
    """Which part of a list: older than, newer than (newest first), or just above an id."""

    limit: Limit | None = None
    max_id: Id | None = None
    since_id: Id | None = None
    min_id: Id | None = None


class Ids(msgspec.Struct):
    """Which ones."""

    id: list[Id] = []


def ids_of(params: Ids) -> list[int]:
    """The ids that were asked for, without what cannot be one. Raises Invalid for more than 40."""
    if len(params.id) > MOST:
        raise Invalid("At most {most} at once", field="id", most=MOST)
    return [number for number in map(parse_id, params.id) if number is not None]


def page_of(params: Paged, usual: int = 20, most: int = MOST) -> Page:
    """The part of a list that a client asks for. Raises Invalid for a cursor that is no id."""
    return Page(
        limit=min(params.limit or usual, most),
        max_id=_cursor(params.max_id, "max_id"),
        since_id=_cursor(params.since_id, "since_id"),
        min_id=_cursor(params.min_id, "min_id"),
    )


def links(config: Config, request: Request, ids: list[int], page: Page) -> dict[str, str]:
    """The Link header of a page with these cursors, newest first; no next page after one that is not full."""
    return links_around(config, request, ids[0] if ids else None, ids[-1] if len(ids) >= page.limit else None)


def links_around(config: Config, request: Request, newest: int | None, older: int | None) -> dict[str, str]:
    """The Link header of a page whose newest id is this; ``older`` is below which the next one begins, None at the end.

    A page of which its reader may see nothing still leads on.
    """
    newest = older if newest is None else newest
    if newest is None:
        return {}
    kept: list[tuple[str, str]] = []
    if request.scope["query_string"]:
        kept = [(name, value) for name, value in request.query_params.multi_items() if name not in CURSORS]
    below = None if older is None else str(older)
    return {"Link": link_header(config, request.scope["path"], kept, below, str(newest))}


def _cursor(text: str | None, field: str) -> int | None:
    """A cursor as a number; 0 and "" mean no bound, and what lies beyond all ids means the newest."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise Invalid("{name} is not an id", field=field, name=field)
    return min(int(text), MAX_ID) or None
