"""See it as …: one's own profile and voices through the eyes of somebody else. Read only."""

from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kizuna.circle import friend_queries, seen_as
from kizuna.doors.params import read_tree, shape
from kizuna.doors.parts import MemberParts
from kizuna.ground.errors import NotFound
from kizuna.ground.ids import parse_id
from kizuna.people.models import Viewer
from kizuna.web.circle_views import SeeAsView
from kizuna.web.forms import PAGE, Short, Table, face_of
from kizuna.web.items import circle_face, voice_item
from kizuna.web.pages import Pages
from kizuna.web.pieces import Timeline


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """Through whose eyes: a friend's handle, or ``who`` for a kind of person."""

    who: Short = "member"
    friend: Short = ""
    max_id: Short = ""


async def see_as(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /see-as``."""
    me, reads = face_of(viewer), parts.circle.store.reads
    look = shape(await read_tree(request), Look)
    own = await friend_queries.profile_by_id(reads, me, me)
    assert own is not None, "a viewer's face exists"
    faces = await friend_queries.friends(reads, me)
    friend = next((face for face in faces if face.handle == look.friend.lower()), None)
    if look.friend and friend is None:
        raise NotFound
    seen_by: Literal["friend", "further", "member"] = "further" if look.who == "further" else "member"
    below = parse_id(look.max_id)
    if friend is not None:
        seen_by = "friend"
        seen = await seen_as.as_friend(reads, me, friend.id, max_id=below, limit=PAGE)
    else:
        seen = await seen_as.as_member(reads, me, further=seen_by == "further", max_id=below, limit=PAGE)
    chosen = f"friend={friend.handle}" if friend else f"who={seen_by}"
    older = f"/see-as?{chosen}&max_id={seen.next_max_id}" if seen.next_max_id else ""
    view = SeeAsView(
        page=await pages.page(parts, request, viewer),
        face=circle_face(own.face),
        seen_by=seen_by,
        friend=circle_face(friend) if friend else None,
        friends=tuple(circle_face(face) for face in faces),
        bio_html=own.bio_html if friend else "",
        timeline=Timeline(items=tuple(voice_item(voice) for voice in seen.voices), older=older),
    )
    return pages.show(parts, request, view)


def add(table: Table) -> None:
    """The routes of this file."""
    table.person("GET", "/see-as", see_as)
