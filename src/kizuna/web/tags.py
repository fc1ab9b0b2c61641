"""Hashtags: the page of one, following it, and the list of those one follows."""

from functools import partial
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from kizuna.doors.parts import MemberParts, PublicParts
from kizuna.people.models import Viewer
from kizuna.square import kept_actions, kept_queries, timeline_queries
from kizuna.square.seen import by_id
from kizuna.square.text import fold_tag
from kizuna.web.forms import ActForm, Table, account_of, cursor, sent
from kizuna.web.pages import Pages, done
from kizuna.web.reading import listing, me_of, sight_of
from kizuna.web.square_views import TagsView, TagView

LONGEST = 200


def tag_path(tag: str) -> str:
    """Where the page of a hashtag is. ``tag`` is folded."""
    return f"/tags/{quote(tag, safe='')}"


async def tagged(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``/tags/{tag}``."""
    page, _ = await cursor(request)
    tag = fold_tag(str(request.path_params["tag"])[:LONGEST])
    sight = await sight_of(parts, viewer)
    find = by_id(partial(timeline_queries.tag_ids, parts.square.store.reads, tag))
    view = TagView(
        page=await pages.page(parts, request, viewer),
        tag=tag,
        path=tag_path(tag),
        following=None if me_of(viewer) is None else tag in sight.tags,
        timeline=await listing(parts, viewer, page, find, tag_path(tag), sight.hidden),
    )
    return pages.show(parts, request, view)


async def follow(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /tags/{tag}/follow``."""
    form = await sent(parts, request, ActForm)
    verb = kept_actions.unfollow_tag if form.undo else kept_actions.follow_tag
    tag = await verb(parts.square, account_of(viewer), str(request.path_params["tag"])[:LONGEST])
    return done(form.back_to(tag_path(tag)), "tag_unfollowed" if form.undo else "tag_followed")


async def followed(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /tags``: at most 200, so they are on one page."""
    tags = await kept_queries.all_followed_tags(parts.square.kept.reads, account_of(viewer))
    view = TagsView(
        page=await pages.page(parts, request, viewer), tags=tuple((tag, tag_path(tag)) for tag in tags)
    )
    return pages.show(parts, request, view)


def add(table: Table) -> None:
    """The routes of this file."""
    table.anyone("GET", "/tags/{tag}", tagged)
    table.person("GET", "/tags", followed)
    table.person("POST", "/tags/{tag}/follow", follow)
