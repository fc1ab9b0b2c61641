"""Blocking: from a profile, or from what somebody wrote in a friend's room; and the list of whom one has blocked."""

from starlette.requests import Request
from starlette.responses import Response

from kizuna.circle import block_actions, block_queries, queries
from kizuna.circle.models import Friendship, Voice
from kizuna.doors.parts import MemberParts
from kizuna.ground.errors import NotFound
from kizuna.people.models import Viewer
from kizuna.web.circle_views import BlocksView, BlockView
from kizuna.web.forms import Sent, Table, face_of, path_id, sent
from kizuna.web.items import circle_face
from kizuna.web.pages import Pages, done
from kizuna.web.voices import profile_of


async def confirm(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /c/{handle}/block``: asks first."""
    profile = await profile_of(parts, request, viewer)
    if profile.state in (Friendship.SELF, Friendship.BLOCKED):
        raise NotFound
    view = BlockView(
        page=await pages.page(parts, request, viewer),
        face=circle_face(profile.face),
        action=request.url.path,
        back=f"/c/{profile.face.handle}",
    )
    return pages.show(parts, request, view)


async def block(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /c/{handle}/block``."""
    await sent(parts, request, Sent)
    profile = await profile_of(parts, request, viewer)
    await block_actions.block(parts.circle, face_of(viewer), profile.face.id)
    return done("/settings/blocks", "blocked")


async def confirm_author(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /v/{id}/block``: whoever wrote this, also who cannot be reached in any other way."""
    voice = await _foreign(parts, request, viewer)
    view = BlockView(
        page=await pages.page(parts, request, viewer),
        face=circle_face(voice.author),
        action=request.url.path,
        back=f"/v/{voice.room_id}",
    )
    return pages.show(parts, request, view)


async def block_author(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /v/{id}/block``."""
    await sent(parts, request, Sent)
    voice = await _foreign(parts, request, viewer)
    await block_actions.block(parts.circle, face_of(viewer), voice.author.id, voice.id)
    return done("/settings/blocks", "blocked")


async def _foreign(parts: MemberParts, request: Request, viewer: Viewer) -> Voice:
    found = await queries.load(parts.circle.store.reads, face_of(viewer), [path_id(request)])
    if not found or found[0].own:
        raise NotFound
    return found[0]


async def blocks_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /settings/blocks``."""
    found = await block_queries.blocks(parts.circle.store.reads, face_of(viewer))
    view = BlocksView(
        page=await pages.page(parts, request, viewer), faces=tuple(circle_face(face) for face in found)
    )
    return pages.show(parts, request, view)


async def unblock(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/blocks/{id}/end``: the same answer whether or not there was one."""
    form = await sent(parts, request, Sent)
    await block_actions.unblock(parts.circle, face_of(viewer), path_id(request))
    return done(form.back_to("/settings/blocks"), "unblocked")


def add(table: Table) -> None:
    """The routes of this file."""
    table.person("GET", "/c/{handle}/block", confirm)
    table.person("POST", "/c/{handle}/block", block)
    table.person("GET", "/v/{id}/block", confirm_author)
    table.person("POST", "/v/{id}/block", block_author)
    table.person("GET", "/settings/blocks", blocks_page)
    table.person("POST", "/settings/blocks/{id}/end", unblock)
