"""Open pages are told that something happened: small server-sent events, and never a word of it.

The page's script then takes what is new from the page itself, so everything shown has passed the same checks as ever.
Visitors are told by the hub that holds nothing but the square.
"""

import zlib
from functools import cache
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kizuna.circle import sharing_queries
from kizuna.doors.cookies import read_cookie
from kizuna.doors.csrf import check_origin
from kizuna.doors.parts import MemberParts, PublicParts
from kizuna.doors.streams import EventStream, last_event
from kizuna.ground.errors import NotFound, Unauthorized
from kizuna.ground.i18n import Translator
from kizuna.ground.ids import parse_id
from kizuna.people.models import Viewer
from kizuna.people.ports import People
from kizuna.people.tokens import token_hash
from kizuna.people.viewers import viewer_by_session
from kizuna.square.queries import account_by_handle
from kizuna.square.text import fold_tag
from kizuna.streaming.frames import live_event
from kizuna.streaming.models import Authorise, Channel, Entry, Label
from kizuna.streaming.names import LONGEST_TAG, PUBLIC
from kizuna.tie.windows import queries as window_queries
from kizuna.tie.windows import source_queries
from kizuna.tie.windows.models import Window
from kizuna.web.forms import Table
from kizuna.web.pages import Pages

NAMES: Final = {"update": "new", "delete": "gone", "status.update": "changed"}
MOST_SHOWN: Final = 80
RETRY_MS: Final = 400
SPREAD_MS: Final = 800
"""Pages that were cut off come back this soon, and not all at once."""
LOST: Final = live_event("lost", "", {})


class Counts(msgspec.Struct):
    """The counts of a post as the source tells them."""

    id: str
    replies: int
    boosts: int
    favourites: int


class LiveEvents:
    """What the script of a page reads: that something happened, and the new counts of a post in the page's language."""

    def __init__(self, speak: Translator) -> None:
        self._speak = speak

    def needs(self, entry: Entry) -> bool:
        """Only counts are told as they are."""
        return entry.event == "counts"

    def frame(self, entry: Entry, body: bytes, label: Label) -> bytes | None:  # noqa: ARG002 - one stream, one label
        """An entry as an event."""
        name = NAMES.get(entry.event, entry.event)
        if entry.event == "counts":
            counts = msgspec.json.decode(body, type=Counts)
            said = self._speak.n("{n} reply", "{n} replies", counts.replies)
            return live_event(name, entry.position, {**msgspec.structs.asdict(counts), "said": said})
        return live_event(name, entry.position, {"id": str(entry.id), "plane": entry.plane})


async def live(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``GET /live?on=…&posts=…&since=…``."""
    check_origin(request)
    session = read_cookie(parts.config, request, "session") if viewer else None
    position = last_event(request, "since")
    return EventStream(
        request,
        parts.streams,
        _form(pages.speak(parts, request, viewer)),
        (
            *_channels(request.query_params.get("on", ""), viewer),
            *await _of_group(parts, request.query_params.get("on", ""), viewer),
            *_shown(request.query_params.get("on", ""), request.query_params.get("posts", "")),
        ),
        authorise=_authorised(parts.people, session) if session else None,
        digest=token_hash("session", session) if session else None,
        position=position,
        lost=LOST,
        retry_ms=RETRY_MS + zlib.crc32(position.encode()) % SPREAD_MS,
    )


@cache
def _form(speak: Translator) -> LiveEvents:
    """One for each language, so that a frame is made once for all who read it."""
    return LiveEvents(speak)


def _authorised(people: People, session: str) -> Authorise:
    async def look() -> Viewer | None:
        return await viewer_by_session(people, session)

    return look


def _channels(on: str, viewer: Viewer | None) -> tuple[Channel, ...]:
    """What a page shows, as channels. Raises NotFound, Unauthorized."""
    kind, _, which = on.partition(" ")
    own = _own(viewer)
    match kind:
        case "square":
            return (PUBLIC, *own)
        case "tag" if which and len(which) <= LONGEST_TAG:
            return (("tag", fold_tag(which)), *own)
        case "home" | "room" | "own" | "group" | "windows" | "source" if viewer is None:
            raise Unauthorized("Please sign in again.")
        case "home":
            return (*_home(which, viewer), *own)
        case "room" if (room_id := parse_id(which)) is not None:
            return (("room", room_id), *own)
        case "own" | "posts" | "thread" | "group" | "windows" | "source":
            return own
        case _:
            raise NotFound


async def _of_group(parts: PublicParts, on: str, viewer: Viewer | None) -> tuple[Channel, ...]:
    """What is said in a shared group, or what its windows show, for who takes part; or a source that stands for all.

    Raises NotFound.
    """
    kind, _, which = on.partition(" ")
    if kind not in ("group", "windows", "source"):
        return ()
    thing_id = parse_id(which)
    if thing_id is None or not isinstance(parts, MemberParts) or viewer is None or viewer.circle_id is None:
        raise NotFound
    reads = parts.circle.store.reads
    if kind == "source":
        if thing_id not in await source_queries.kept(reads):
            raise NotFound
        return (("window", thing_id),)
    if not await sharing_queries.takes_part_in(reads, viewer.circle_id, thing_id):
        raise NotFound
    if kind == "group":
        return (("group", thing_id),)
    channels: list[Channel] = [("windows", thing_id)]
    for window in await window_queries.windows(reads, viewer.circle_id, thing_id):
        if not window.muted:
            channels += await _of_window(parts, window)
    return tuple(channels)


async def _of_window(parts: PublicParts, window: Window) -> tuple[Channel, ...]:
    if not window.source.inside:
        return (("window", window.source_id),)
    if window.source.kind == "tag":
        return (("tag", window.source.name),)
    account = await account_by_handle(parts.square.store.reads, window.source.name)
    return () if account is None else (("by", account.id),)


def _shown(on: str, posts: str) -> tuple[Channel, ...]:
    """The posts that the page shows: what becomes of each, and in a thread its replies. More than that is not told."""
    ids = {one for text in posts.split(",")[:MOST_SHOWN] if (one := parse_id(text)) is not None}
    kinds = ("post", "replies") if on == "thread" else ("post",)
    return tuple((kind, one) for one in ids for kind in kinds)


def _own(viewer: Viewer | None) -> tuple[Channel, ...]:
    if viewer is None:
        return ()
    own: list[Channel] = []
    if viewer.square_id is not None:
        own.append(("own square", viewer.square_id))
    if viewer.circle_id is not None:
        own.append(("own circle", viewer.circle_id))
    return tuple(own)


def _home(show: str, viewer: Viewer | None) -> tuple[Channel, ...]:
    channels: list[Channel] = []
    if viewer is not None and viewer.square_id is not None and show != "circle":
        channels.append(("home", viewer.square_id))
    if viewer is not None and viewer.circle_id is not None and show != "square":
        channels.append(("voices", viewer.circle_id))
    return tuple(channels)


def add(table: Table) -> None:
    """The routes of this file."""
    table.anyone("GET", "/live", live)
