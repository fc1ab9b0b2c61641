"""Shared groups: sharing, taking part, what is said in them, their windows, and talk about what these show."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from kizuna.circle import actions, queries, sharing_actions, sharing_queries
from kizuna.circle.models import Audience, Rule, SharedGroup
from kizuna.doors.params import read_tree, shape
from kizuna.doors.parts import MemberParts
from kizuna.ground.errors import NotFound, Refusal
from kizuna.ground.ids import parse_id
from kizuna.jobs.idempotency import make_key
from kizuna.media.models import Picture
from kizuna.people.models import Viewer
from kizuna.square.models import Page
from kizuna.tie.windows import actions as window_actions
from kizuna.tie.windows import queries as window_queries
from kizuna.tie.windows.models import MOST_WINDOWS
from kizuna.tie.windows.queries import item_of
from kizuna.web.attaching import PictureFields, attaching, chosen, content_of, form_with, gather, staged
from kizuna.web.compose import LIMIT
from kizuna.web.forms import PAGE, ActForm, Long, Sent, Short, Table, cursor, face_of, path_id, sent
from kizuna.web.items import circle_face, timeline
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import Composer, Form, Item
from kizuna.web.reading import post_items
from kizuna.web.together_views import SharedGroupView, SharedRow, TalkView, TogetherView, WindowsView
from kizuna.web.window_items import in_runs, kept_item, stream, voices_with_talk, window_row

SHARED: Final = Audience.SHARED.value


class SayForm(PictureFields, frozen=True, kw_only=True):
    """Something to say in the group."""

    text: Long = ""


class OpenForm(Sent, frozen=True, kw_only=True):
    """What a window is to show, as people write it."""

    address: Short = ""


class AboutForm(Sent, frozen=True, kw_only=True):
    """What a room is to be about, and its first words. Also the query of the page that asks for them."""

    item: Short = ""
    post: Short = ""
    text: Long = ""


# Sharing and taking part


async def share(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /groups/{id}/share``: also asks those who were put into it since."""
    await sent(parts, request, Sent)
    group_id = path_id(request)
    await sharing_actions.share_group(parts.circle, face_of(viewer), group_id)
    return done(f"/together/{group_id}", "shared")


async def unshare(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /groups/{id}/unshare``."""
    await sent(parts, request, Sent)
    group_id = path_id(request)
    await sharing_actions.unshare_group(parts.circle, face_of(viewer), group_id)
    return done(f"/groups/{group_id}", "saved")


async def together(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /together``."""
    me = face_of(viewer)
    found = await sharing_queries.shared_groups(parts.circle.store.reads, me)
    view = TogetherView(
        page=await pages.page(parts, request, viewer), groups=tuple(_row(group, me) for group in found)
    )
    return pages.show(parts, request, view)


async def join(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /together/{id}/join``."""
    await sent(parts, request, Sent)
    group_id = path_id(request)
    await sharing_actions.join_group(parts.circle, face_of(viewer), group_id)
    return done(f"/together/{group_id}", "joined")


async def leave(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /together/{id}/leave``: also says no."""
    await sent(parts, request, Sent)
    await sharing_actions.leave_group(parts.circle, face_of(viewer), path_id(request))
    return done("/together", "left_group")


def _row(group: SharedGroup, me: int) -> SharedRow:
    return SharedRow(
        id=str(group.id),
        name=group.name,
        owner=circle_face(group.owner),
        participants=group.participants,
        joined=group.joined,
        own=group.owner.id == me,
    )


async def _group(parts: MemberParts, request: Request, viewer: Viewer) -> SharedRow:
    """The group of an address, for who takes part in it. Raises NotFound."""
    me = face_of(viewer)
    found = await sharing_queries.shared_group(parts.circle.store.reads, me, path_id(request))
    if found is None or not found.joined:
        raise NotFound
    return _row(found, me)


# What is said


async def group_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /together/{id}``."""
    return pages.show(parts, request, await _group_view(pages, parts, request, viewer))


async def _group_view(
    pages: Pages,
    parts: MemberParts,
    request: Request,
    viewer: Viewer,
    form: SayForm | None = None,
    error: str = "",
) -> SharedGroupView:
    me, reads = face_of(viewer), parts.circle.store.reads
    group = await _group(parts, request, viewer)
    below = (await cursor(request))[0].max_id if request.method == "GET" else None
    ids = await sharing_queries.talk_ids(reads, me, int(group.id), max_id=below, limit=PAGE)
    items = await voices_with_talk(parts, viewer, await queries.load(reads, me, ids))
    path = f"/together/{group.id}"
    return SharedGroupView(
        page=await pages.page(parts, request, viewer, path if request.method == "POST" else None),
        group=group,
        members=tuple(
            circle_face(face) for face in await sharing_queries.participants(reads, me, int(group.id))
        ),
        composer=await _box(parts, viewer, path, form, error) if below is None else None,
        timeline=timeline(items, ids, PAGE, path),
    )


async def _box(parts: MemberParts, viewer: Viewer, path: str, form: SayForm | None, error: str) -> Composer:
    return Composer(
        action=path,
        audiences=(SHARED,),
        chosen=SHARED,
        key=form.key if form and form.key else parts.randomness.token(16),
        limit=LIMIT,
        text=form.text if form else "",
        error=error,
        back=path,
        attaching=attaching(await staged(parts, viewer, form) if form else []),
    )


async def say(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /together/{id}``."""
    form = await sent(parts, request, SayForm)
    me, group_id = face_of(viewer), path_id(request)
    await _group(parts, request, viewer)
    pictures: list[Picture] = []
    try:
        pictures = await gather(parts, viewer, form)
        if form.only_pictures:
            view = await _group_view(pages, parts, request, viewer, form_with(form, pictures))
            return pages.show(parts, request, view)
        key = make_key(me, 0, form.key, "\0".join([str(group_id), form.text, content_of(form)]).encode())
        rule = Rule(audience=Audience.SHARED, groups=frozenset({group_id}))
        attached = chosen(parts, viewer, form, pictures)
        await actions.say_to(parts.circle, me, form.text, rule, key, attached)
    except NotFound:
        raise
    except Refusal as refusal:
        told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        view = await _group_view(pages, parts, request, viewer, form_with(form, pictures), told)
        return pages.show(parts, request, view, refusal.status)
    return done(f"/together/{group_id}", "said", form.key)


# Windows


async def windows_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /together/{id}/windows``."""
    return pages.show(parts, request, await _windows_view(pages, parts, request, viewer, Form()))


async def _windows_view(
    pages: Pages, parts: MemberParts, request: Request, viewer: Viewer, form: Form
) -> WindowsView:
    group = await _group(parts, request, viewer)
    group_id, path = int(group.id), f"/together/{group.id}/windows"
    windows = await window_queries.windows(parts.circle.store.reads, face_of(viewer), group_id)
    page = (await cursor(request))[0] if request.method == "GET" else Page(limit=PAGE)
    found = await stream(parts, viewer, group_id, windows, page)
    return WindowsView(
        page=await pages.page(parts, request, viewer, path if request.method == "POST" else None),
        group=group,
        windows=tuple([await window_row(parts, window) for window in windows]),
        runs=in_runs(found.shown),
        older="" if found.older is None else f"{path}?max_id={found.older}",
        most=MOST_WINDOWS,
        form=form,
    )


async def open_window(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /together/{id}/windows``."""
    form = await sent(parts, request, OpenForm)
    group_id = path_id(request)
    try:
        await window_actions.open_window(parts.tie, face_of(viewer), group_id, form.address)
    except NotFound:
        raise
    except Refusal as refusal:
        words = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        told = Form(values={"address": form.address}, errors={"address": words})
        view = await _windows_view(pages, parts, request, viewer, told)
        return pages.show(parts, request, view, refusal.status)
    return done(f"/together/{group_id}/windows", "window_opened")


async def close_window(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /together/{id}/windows/{window}/close``."""
    await sent(parts, request, Sent)
    group_id, window_id = path_id(request), path_id(request, "window")
    await window_actions.close_window(parts.tie, face_of(viewer), group_id, window_id)
    return done(f"/together/{group_id}/windows", "window_closed")


async def mute_window(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /together/{id}/windows/{window}/mute``: for oneself."""
    form = await sent(parts, request, ActForm)
    group_id, window_id = path_id(request), path_id(request, "window")
    muted = not form.undo
    await window_actions.mute_window(parts.tie, face_of(viewer), group_id, window_id, muted=muted)
    return done(f"/together/{group_id}/windows", "muted" if muted else "unmuted")


# Talk


async def talk_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /together/{id}/talk?item=…`` or ``?post=…``: opens a room about it."""
    asked = shape(await read_tree(request), AboutForm)
    return pages.show(parts, request, await _talk_view(pages, parts, request, viewer, asked))


async def _talk_view(
    pages: Pages, parts: MemberParts, request: Request, viewer: Viewer, form: AboutForm, error: str = ""
) -> TalkView:
    group = await _group(parts, request, viewer)
    back = f"/together/{group.id}/windows" if request.method == "POST" else None
    return TalkView(
        page=await pages.page(parts, request, viewer, back),
        group=group,
        item=await _item(parts, viewer, int(group.id), form),
        fields=(("item", form.item),) if form.item else (("post", form.post),),
        text=form.text,
        key=form.key or parts.randomness.token(16),
        limit=LIMIT,
        error=error,
    )


async def _item(parts: MemberParts, viewer: Viewer, group_id: int, form: AboutForm) -> Item:
    """What the room is to be about. Raises NotFound."""
    item_id, post_id = parse_id(form.item), parse_id(form.post)
    if item_id is not None:
        row = await window_queries.item(parts.circle.store.reads, face_of(viewer), group_id, item_id)
        if row is not None:
            return kept_item(item_of(row))
    elif post_id is not None:
        for found in await post_items(parts, viewer, [post_id]):
            return found
    raise NotFound


async def talk(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /together/{id}/talk``: opens the room, in the group and nowhere else."""
    form = await sent(parts, request, AboutForm)
    me, group_id = face_of(viewer), path_id(request)
    key = make_key(me, 0, form.key, "\0".join([str(group_id), form.item, form.post, form.text]).encode())
    item_id, post_id = parse_id(form.item), parse_id(form.post)
    try:
        if item_id is not None:
            voice_id = await window_actions.talk_about_item(
                parts.circle, me, group_id, item_id, form.text, key
            )
        elif post_id is not None:
            voice_id = await window_actions.talk_about_post(
                parts.circle, parts.square, viewer, group_id, post_id, form.text, key
            )
        else:
            raise NotFound
    except NotFound:
        raise
    except Refusal as refusal:
        told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        view = await _talk_view(pages, parts, request, viewer, form, told)
        return pages.show(parts, request, view, refusal.status)
    return done(f"/v/{voice_id}", "said", form.key)


def add(table: Table) -> None:
    """The routes of this file."""
    table.person("POST", "/groups/{id}/share", share)
    table.person("POST", "/groups/{id}/unshare", unshare)
    table.person("GET", "/together", together)
    table.person("POST", "/together/{id}/join", join)
    table.person("POST", "/together/{id}/leave", leave)
    table.person("GET", "/together/{id}", group_page)
    table.person("POST", "/together/{id}", say, uploads=True)
    table.person("GET", "/together/{id}/windows", windows_page)
    table.person("POST", "/together/{id}/windows", open_window)
    table.person("POST", "/together/{id}/windows/{window}/mute", mute_window)
    table.person("POST", "/together/{id}/windows/{window}/close", close_window)
    table.person("GET", "/together/{id}/talk", talk_page)
    table.person("POST", "/together/{id}/talk", talk)
