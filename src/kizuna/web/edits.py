"""Changing the wording of one's own posts, and what they said before."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kizuna.doors.params import read_tree, shape
from kizuna.doors.parts import MemberParts, PublicParts
from kizuna.ground.errors import Invalid, NotFound, Refusal
from kizuna.people.models import Viewer
from kizuna.square import edit_actions, edit_queries
from kizuna.square.models import Edit, Post, Status, Version
from kizuna.web.changes import changes
from kizuna.web.compose import LIMIT
from kizuna.web.forms import Long, Sent, Short, Table, account_of, sent
from kizuna.web.items import post_item, post_path
from kizuna.web.pages import Pages, done
from kizuna.web.reading import me_of, own_at, status_at
from kizuna.web.square_views import PostEditView, PostHistoryView, Rewording

AT_ONCE: Final = 10  # a history may be long, and telling what changed takes time


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a history."""

    from_: Short = msgspec.field(default="", name="from")


class PostEditForm(Sent, frozen=True, kw_only=True):
    """Another wording, another warning before it, another language."""

    text: Long = ""
    warning: Short = ""
    language: Short = ""
    do: Short = "send"


async def edit_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /@{handle}/{id}/edit``."""
    post = (await own_at(parts, request, viewer)).post
    form = PostEditForm(text=post.text, warning=post.spoiler_text, language=post.language or "")
    return await _show(pages, parts, request, viewer, form)


async def edit(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /@{handle}/{id}/edit``: save it, or show first what would change."""
    form = await sent(parts, request, PostEditForm)
    status = await own_at(parts, request, viewer)
    post = status.post
    wanted = Edit(text=form.text, spoiler_text=form.warning, language=form.language or None)
    try:
        if form.do == "preview":
            return await _show(pages, parts, request, viewer, form, preview=_foreseen(status, wanted))
        await edit_actions.edit_post(parts.square, account_of(viewer), post.id, wanted)
    except NotFound:
        raise
    except Refusal as refusal:
        told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        return await _show(pages, parts, request, viewer, form, told=told, status=refusal.status)
    return done(request.url.path.rpartition("/")[0], "saved", form.key)


async def history(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``GET /@{handle}/{id}/history``: for everybody who may read it."""
    status = (await status_at(parts, request, viewer)).proper
    start = await _start(request)
    before = await edit_queries.versions(parts.square.store.reads, status.post.id)
    versions = [*before, _present(status.post)]
    view = PostHistoryView(
        page=await pages.page(parts, request, viewer),
        item=post_item(status, me_of(viewer)),
        wordings=rewordings(versions, start),
        newest=start == 0,
        older=f"{post_path(status)}/history?from={start + AT_ONCE}"
        if start + AT_ONCE < len(versions)
        else "",
    )
    return pages.show(parts, request, view)


def _present(post: Post) -> Version:
    at = post.edited_at or post.created_at
    return Version(post.text, post.html, post.spoiler_text, post.sensitive, post.language, at)


def _foreseen(status: Status, wanted: Edit) -> Rewording:
    """What an edit would change. Raises Invalid for what cannot be posted."""
    draft = edit_actions.merged(status.post, wanted, may_be_blank=bool(status.pictures))
    now = Version(draft.text, "", draft.spoiler_text, draft.sensitive, draft.language, 0)
    return _between(_present(status.post), now)


async def _show(
    pages: Pages,
    parts: MemberParts,
    request: Request,
    viewer: Viewer,
    form: PostEditForm,
    *,
    preview: Rewording | None = None,
    told: str = "",
    status: int = 200,
) -> Response:
    row = await own_at(parts, request, viewer)
    view = PostEditView(
        page=await pages.page(parts, request, viewer),
        item=post_item(row, viewer.square_id),
        text=form.text,
        warning=form.warning,
        language=form.language,
        limit=LIMIT,
        preview=preview,
        error=told,
    )
    return pages.show(parts, request, view, status)


def rewordings(versions: Sequence[Version], start: int) -> tuple[Rewording, ...]:
    """What versions changed, newest first, without the ``start`` newest; at most ten. ``versions`` are oldest first."""
    pairs = [(versions[0], versions[0]), *pairwise(versions)][::-1]
    return tuple(_between(was, now) for was, now in pairs[start : start + AT_ONCE])


async def _start(request: Request) -> int:
    """How many of the newest versions are left out. Raises Invalid."""
    asked = shape(await read_tree(request), Part).from_
    if asked and not (asked.isascii() and asked.isdecimal() and len(asked) <= 3):
        raise Invalid("This address is not valid")
    return int(asked or 0)


def _between(was: Version, now: Version) -> Rewording:
    return Rewording(
        at_ms=now.created_at,
        text=changes(was.text, now.text),
        warning=changes(was.spoiler_text, now.spoiler_text),
        language=now.language or "",
        was_language=was.language or "",
    )


def add(table: Table) -> None:
    """The routes of this file."""
    table.person("GET", "/@{handle}/{id}/edit", edit_page)
    table.person("POST", "/@{handle}/{id}/edit", edit)
    table.anyone("GET", "/@{handle}/{id}/history", history)
