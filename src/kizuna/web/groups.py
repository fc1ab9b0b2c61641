"""Groups of friends: making, naming, filling and ending them."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kizuna.circle import friend_queries, group_actions, group_queries, sharing_queries
from kizuna.circle.models import Group
from kizuna.doors.parts import MemberParts
from kizuna.ground.errors import NotFound, Refusal
from kizuna.people.models import Viewer
from kizuna.web.audiences import Persons
from kizuna.web.circle_views import GroupEndView, GroupsView, GroupView
from kizuna.web.forms import Sent, Short, Table, face_of, ids_of, path_id, sent
from kizuna.web.items import circle_face
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import Form, FriendChoice, GroupChoice


class GroupForm(Sent, frozen=True, kw_only=True):
    """The name of a group."""

    name: Short = ""


class MembersForm(Sent, frozen=True, kw_only=True):
    """Who is to be in it."""

    person: Persons = msgspec.field(default_factory=list[str])


def _piece(group: Group) -> GroupChoice:
    return GroupChoice(id=str(group.id), name=group.name, close=group.close, members=group.members)


async def groups_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /groups``."""
    return pages.show(parts, request, await _groups_view(pages, parts, request, viewer, Form()))


async def _groups_view(
    pages: Pages, parts: MemberParts, request: Request, viewer: Viewer, form: Form
) -> GroupsView:
    found = await group_queries.groups(parts.circle.store.reads, face_of(viewer))
    page = await pages.page(parts, request, viewer, "/groups")
    return GroupsView(page=page, groups=tuple(map(_piece, found)), form=form)


async def make(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /groups``."""
    form = await sent(parts, request, GroupForm)
    try:
        group_id = await group_actions.make_group(parts.circle, face_of(viewer), form.name)
    except NotFound:
        raise
    except Refusal as refusal:
        told = _told(pages, parts, request, viewer, form, refusal)
        view = await _groups_view(pages, parts, request, viewer, told)
        return pages.show(parts, request, view, refusal.status)
    return done(f"/groups/{group_id}", "saved")


def _told(
    pages: Pages, parts: MemberParts, request: Request, viewer: Viewer, form: GroupForm, refusal: Refusal
) -> Form:
    words = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
    return Form(values={"name": form.name}, errors={"name": words})


async def group_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /groups/{id}``."""
    return pages.show(parts, request, await _group_view(pages, parts, request, viewer, None))


async def _group_view(
    pages: Pages, parts: MemberParts, request: Request, viewer: Viewer, form: Form | None
) -> GroupView:
    me, reads = face_of(viewer), parts.circle.store.reads
    group = await _own(parts, request, viewer)
    inside = {face.id for face in await group_queries.members(reads, me, group.id)}
    said_to, kept_from = await group_queries.uses(reads, me, group.id)
    asked = await sharing_queries.asked(reads, me, group.id)
    return GroupView(
        page=await pages.page(parts, request, viewer, f"/groups/{group.id}"),
        group=_piece(group),
        friends=tuple(
            FriendChoice(face=circle_face(face), chosen=face.id in inside)
            for face in await friend_queries.friends(reads, me)
        ),
        said_to=said_to,
        kept_from=kept_from,
        shared=me in asked,
        joined=tuple(str(one) for one, joined in asked.items() if joined),
        asked=tuple(str(one) for one, joined in asked.items() if not joined),
        form=form or Form(values={"name": group.name}),
    )


async def _own(parts: MemberParts, request: Request, viewer: Viewer) -> Group:
    group = await group_queries.group(parts.circle.store.reads, face_of(viewer), path_id(request))
    if group is None:
        raise NotFound
    return group


async def rename(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /groups/{id}``."""
    form = await sent(parts, request, GroupForm)
    group_id = path_id(request)
    try:
        await group_actions.rename_group(parts.circle, face_of(viewer), group_id, form.name)
    except NotFound:
        raise
    except Refusal as refusal:
        told = _told(pages, parts, request, viewer, form, refusal)
        view = await _group_view(pages, parts, request, viewer, told)
        return pages.show(parts, request, view, refusal.status)
    return done(f"/groups/{group_id}", "saved")


async def fill(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /groups/{id}/members``: exactly those who are ticked are in it."""
    form = await sent(parts, request, MembersForm)
    group = await _own(parts, request, viewer)
    wanted = set(ids_of(tuple(form.person)))
    inside = await group_queries.members(parts.circle.store.reads, face_of(viewer), group.id)
    leaving = {face.id for face in inside} - wanted
    await group_actions.change_members(parts.circle, face_of(viewer), group.id, wanted, leaving)
    return done(f"/groups/{group.id}", "saved")


async def confirm_end(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /groups/{id}/delete``: says first what becomes of what was said to it."""
    group = await _own(parts, request, viewer)
    if group.close:
        raise NotFound
    said_to, kept_from = await group_queries.uses(parts.circle.store.reads, face_of(viewer), group.id)
    page = await pages.page(parts, request, viewer)
    view = GroupEndView(page=page, group=_piece(group), said_to=said_to, kept_from=kept_from)
    return pages.show(parts, request, view)


async def end(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /groups/{id}/delete``."""
    await sent(parts, request, Sent)
    await group_actions.delete_group(parts.circle, face_of(viewer), path_id(request))
    return done("/groups", "deleted")


def add(table: Table) -> None:
    """The routes of this file."""
    table.person("GET", "/groups", groups_page)
    table.person("POST", "/groups", make)
    table.person("GET", "/groups/{id}", group_page)
    table.person("POST", "/groups/{id}", rename)
    table.person("POST", "/groups/{id}/members", fill)
    table.person("GET", "/groups/{id}/delete", confirm_end)
    table.person("POST", "/groups/{id}/delete", end)
