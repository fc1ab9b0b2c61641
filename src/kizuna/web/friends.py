"""Friends: the list, requests both ways, invite links with their QR code."""

import contextlib
import io
import unicodedata
from collections.abc import Sequence
from typing import Annotated, Final, Literal, cast

import msgspec
import segno
from starlette.requests import Request
from starlette.responses import Response

from kizuna.circle import friend_actions, friend_queries, sharing_queries
from kizuna.circle.models import FriendRequest, Friendship, Invite
from kizuna.doors.params import read_tree, shape
from kizuna.doors.parts import MemberParts, PublicParts
from kizuna.doors.redirects import see_other
from kizuna.ground.errors import Invalid, NotFound, Refusal
from kizuna.people import invites as people_invites
from kizuna.people.models import Viewer
from kizuna.web.forms import Sent, Short, Table, face_of, path_id, sent
from kizuna.web.items import circle_face
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import Form, FriendRow, InviteLink, InviteRow, RequestRow
from kizuna.web.suggested import suggesting, suggestion_rows
from kizuna.web.views import ConfirmView, FriendsView, InvitesView, InviteView
from kizuna.web.voices import profile_of

LONGEST_CODE: Final = 100


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """Whom somebody looks for."""

    handle: Short = ""


class RequestForm(Sent, frozen=True, kw_only=True):
    """A friend request."""

    note: Short = ""


class InviteForm(Sent, frozen=True, kw_only=True):
    """A new invite link."""

    uses: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    days: Annotated[int, msgspec.Meta(ge=1, le=30)] = 14


async def friends_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``/friends``; with ``?handle=`` the way to that face, if there is one."""
    me = face_of(viewer)
    reads = parts.circle.store.reads
    typed = shape(await read_tree(request), Search).handle
    handle = _handle_of(typed)
    # Exactly what /c/{handle} tells every member: no beginnings of handles, no list to read through.
    if handle and await friend_queries.profile(reads, me, handle) is not None:
        return see_other(f"/c/{handle}")
    _ = pages.speak(parts, request, viewer)
    problems = {"handle": _("Nobody here has this handle.")} if handle else {}
    since = await friend_queries.since(reads, me)
    view = FriendsView(
        page=await pages.page(parts, request, viewer),
        friends=tuple(
            FriendRow(face=circle_face(face), since_ms=since[face.id])
            for face in await friend_queries.friends(reads, me)
        ),
        incoming=_rows(await friend_queries.requests_in(reads, me)),
        outgoing=_rows(await friend_queries.requests_out(reads, me)),
        suggestions=await suggestion_rows(parts, viewer),
        suggesting=await suggesting(parts, viewer),
        asked=sum(not group.joined for group in await sharing_queries.shared_groups(reads, me)),
        search=Form(values={"handle": typed}, errors=problems),
    )
    return pages.show(parts, request, view)


def _handle_of(typed: str) -> str:
    """What was meant by ``@Mei`` or, from a Japanese keyboard, ``＠Ｍｅｉ``."""
    return unicodedata.normalize("NFKC", typed).strip().removeprefix("@").lower()


async def ask(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /c/{handle}/request``."""
    form = await sent(parts, request, RequestForm)
    handle = str(request.path_params["handle"])
    state = await friend_actions.request_friend(parts.circle, face_of(viewer), handle, form.note)
    notice = "befriended" if state is Friendship.FRIENDS else "asked"
    return done(form.back_to(f"/c/{handle.lower()}"), notice)


async def accept(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /c/{handle}/accept``."""
    form = await sent(parts, request, Sent)
    found = await _waiting(parts, request, viewer, incoming=True)
    await friend_actions.accept(parts.circle, face_of(viewer), found.id)
    return done(form.back_to("/friends"), "befriended")


async def decline(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /c/{handle}/decline``: silent."""
    form = await sent(parts, request, Sent)
    found = await _waiting(parts, request, viewer, incoming=True)
    await friend_actions.decline(parts.circle, face_of(viewer), found.id)
    return done(form.back_to("/friends"), "declined")


async def withdraw(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /c/{handle}/withdraw``."""
    form = await sent(parts, request, Sent)
    found = await _waiting(parts, request, viewer, incoming=False)
    await friend_actions.withdraw(parts.circle, face_of(viewer), found.id)
    return done(form.back_to("/friends"), "withdrawn")


async def confirm_remove(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /c/{handle}/remove``: asks first."""
    profile = await profile_of(parts, request, viewer)
    if profile.state is not Friendship.FRIENDS:
        raise NotFound
    view = ConfirmView(
        page=await pages.page(parts, request, viewer),
        deed="remove_friend",
        action=request.url.path,
        back=f"/c/{profile.face.handle}",
        face=circle_face(profile.face),
    )
    return pages.show(parts, request, view)


async def remove(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /c/{handle}/remove``: silent, both directions at once."""
    await sent(parts, request, Sent)
    profile = await profile_of(parts, request, viewer)
    await friend_actions.remove_friend(parts.circle, face_of(viewer), profile.face.id)
    return done("/friends", "removed")


async def invites_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /invites``."""
    view = await _invites_view(pages, parts, request, viewer, None)
    return pages.show(parts, request, view)


async def make_invite(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /invites``: one link that lets somebody sign up and makes them a friend. Its code is shown this once."""
    form = await sent(parts, request, InviteForm)
    invite_id, code = await friend_actions.make_invite(parts.circle, face_of(viewer), form.uses, form.days)
    if parts.config.sign_up == "invite":
        await people_invites.create_invite(parts.people, viewer, form.uses, form.days, (invite_id, code))
    url = f"{parts.config.url}/invite/{code}"
    fresh = InviteLink(url=url, qr_href=f"/invite/{code}/qr.svg")
    return pages.show(parts, request, await _invites_view(pages, parts, request, viewer, fresh))


async def end_invite(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /invites/{id}/end``."""
    form = await sent(parts, request, Sent)
    invite_id = path_id(request)
    with contextlib.suppress(
        NotFound
    ):  # made while the server was open to all: then it has no twin among people's
        await people_invites.end_invite(parts.people, viewer, invite_id)
    await friend_actions.end_invite(parts.circle, face_of(viewer), invite_id)
    return done(form.back_to("/invites"), "ended")


async def invite_outside(
    pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None
) -> Response:
    """``/invite/{code}`` for visitors: the way in, and nothing about who invites."""
    view = InviteView(page=await pages.page(parts, request, viewer), code=_code(request), state="unknown")
    return pages.show(parts, request, view)


async def invite_inside(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``/invite/{code}`` signed in: who invites."""
    page = await pages.page(parts, request, viewer)
    try:
        seen = await friend_actions.see_invite(parts.circle, _code(request), face_of(viewer))
    except NotFound:
        view = InviteView(page=page, code=_code(request), state="gone")
        return pages.show(parts, request, view, 404)
    states = {Friendship.SELF: "own", Friendship.FRIENDS: "friends"}
    state = cast(Literal["own", "friends", "open"], states.get(seen.state, "open"))
    view = InviteView(page=page, code=_code(request), state=state, face=circle_face(seen.face))
    return pages.show(parts, request, view)


async def take_invite(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /invite/{code}``: become friends."""
    await sent(parts, request, Sent)
    try:
        await friend_actions.take_invite(parts.circle, _code(request), face_of(viewer))
    except Refusal:
        return await invite_inside(pages, parts, request, viewer)
    return done("/friends", "befriended")


async def invite_qr(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``/invite/{code}/qr.svg``: the link as a picture. It tells only what the asker has said."""
    picture = io.BytesIO()
    code = segno.make(f"{parts.config.url}/invite/{_code(request)}", error="m")
    code.save(picture, kind="svg", scale=6, border=3, dark="#201d19", light="#ffffff")
    return Response(picture.getvalue(), headers={"Cache-Control": "no-store"}, media_type="image/svg+xml")


async def _waiting(parts: MemberParts, request: Request, viewer: Viewer, *, incoming: bool) -> FriendRequest:
    reads = parts.circle.store.reads
    handle = str(request.path_params["handle"]).lower()
    read = friend_queries.requests_in if incoming else friend_queries.requests_out
    waiting = await read(reads, face_of(viewer), limit=1000)
    found = next((one for one in waiting if one.face.handle == handle), None)
    if found is None:
        raise NotFound
    return found


async def _invites_view(
    pages: Pages, parts: MemberParts, request: Request, viewer: Viewer, fresh: InviteLink | None
) -> InvitesView:
    now = parts.clock.now_ms()
    found = await friend_queries.invites(parts.circle.store.reads, face_of(viewer), now)
    return InvitesView(
        page=await pages.page(parts, request, viewer),
        invites=tuple(_invite_row(invite, now) for invite in found),
        fresh=fresh,
    )


def _invite_row(invite: Invite, now_ms: int) -> InviteRow:
    state: Literal["open", "used_up", "expired", "ended"] = "open"
    if invite.ended_at is not None:
        state = "ended"
    elif invite.uses >= invite.max_uses:
        state = "used_up"
    elif invite.expires_at <= now_ms:
        state = "expired"
    return InviteRow(
        id=str(invite.id),
        made_at_ms=invite.created_at,
        expires_at_ms=invite.expires_at,
        uses=invite.uses,
        max_uses=invite.max_uses,
        state=state,
    )


def _rows(requests: Sequence[FriendRequest]) -> tuple[RequestRow, ...]:
    return tuple(
        RequestRow(face=circle_face(one.face), note=one.note, at_ms=one.created_at) for one in requests
    )


def _code(request: Request) -> str:
    code = str(request.path_params["code"])
    if len(code) > LONGEST_CODE or not code.isascii():
        raise Invalid("This address is not valid")
    return code


def add(table: Table) -> None:
    """The routes of this file."""
    table.person("GET", "/friends", friends_page)
    table.person("POST", "/c/{handle}/request", ask)
    table.person("POST", "/c/{handle}/accept", accept)
    table.person("POST", "/c/{handle}/decline", decline)
    table.person("POST", "/c/{handle}/withdraw", withdraw)
    table.person("GET", "/c/{handle}/remove", confirm_remove)
    table.person("POST", "/c/{handle}/remove", remove)
    table.person("GET", "/invites", invites_page)
    table.person("POST", "/invites", make_invite)
    table.person("POST", "/invites/{id}/end", end_invite)
    table.anyone("GET", "/invite/{code}", invite_outside)
    table.person("GET", "/invite/{code}", invite_inside)
    table.person("POST", "/invite/{code}", take_invite)
    table.anyone("GET", "/invite/{code}/qr.svg", invite_qr)
