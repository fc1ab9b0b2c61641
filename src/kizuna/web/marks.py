"""Marks on posts: who boosted or favoured one, and the lists of what one favours and keeps."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from kizuna.doors.parts import MemberParts, PublicParts
from kizuna.people.models import Viewer
from kizuna.square import kept_queries, queries, timeline_queries
from kizuna.square.models import Edge, Page
from kizuna.square.seen import Find
from kizuna.store.store import Db
from kizuna.web.forms import Table, account_of, cursor
from kizuna.web.items import account_face, post_item
from kizuna.web.pages import Pages
from kizuna.web.pieces import Face
from kizuna.web.reading import listing, me_of, sight_of, status_at
from kizuna.web.square_views import KeptView, MarkedByView

Edges = Callable[[Db, int, Page], Awaitable[list[Edge]]]


async def boosts(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``GET /@{handle}/{id}/boosts``."""
    return await _marked_by(pages, parts, request, viewer, "boosts", timeline_queries.boosted_by)


async def favourites(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``GET /@{handle}/{id}/favourites``."""
    return await _marked_by(pages, parts, request, viewer, "favourites", timeline_queries.favourited_by)


async def own_favourites(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /favourites``."""
    find = partial(timeline_queries.favourites, parts.square.store.reads, account_of(viewer))
    return await _kept(pages, parts, request, viewer, "favourites", find)


async def bookmarks(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /bookmarks``."""
    find = partial(kept_queries.bookmarks, parts.square.kept.reads, account_of(viewer))
    return await _kept(pages, parts, request, viewer, "bookmarks", find)


async def faces_of(
    parts: PublicParts, viewer: Viewer | None, edges: list[Edge], page: Page, path: str
) -> tuple[tuple[Face, ...], str]:
    """The accounts of a page of a list, without those whom a block keeps apart; and where the next page is."""
    apart = (await sight_of(parts, viewer)).apart
    ids = [edge.account_id for edge in edges if edge.account_id not in apart]
    found = await queries.accounts(parts.square.store.reads, ids)
    older = f"{path}?max_id={edges[-1].id}" if len(edges) >= page.limit else ""
    return tuple(account_face(found[one]) for one in ids if one in found), older


async def _marked_by(
    pages: Pages,
    parts: PublicParts,
    request: Request,
    viewer: Viewer | None,
    mark: Literal["boosts", "favourites"],
    find: Edges,
) -> Response:
    status = (await status_at(parts, request, viewer)).proper
    page, _ = await cursor(request)
    edges = await find(parts.square.store.reads, status.post.id, page)
    item = post_item(status, me_of(viewer))
    faces, older = await faces_of(parts, viewer, edges, page, f"{item.href}/{mark}")
    view = MarkedByView(
        page=await pages.page(parts, request, viewer), item=item, mark=mark, faces=faces, older=older
    )
    return pages.show(parts, request, view)


async def _kept(
    pages: Pages,
    parts: MemberParts,
    request: Request,
    viewer: Viewer,
    mark: Literal["bookmarks", "favourites"],
    find: Find,
) -> Response:
    page, _ = await cursor(request)
    apart = (await sight_of(parts, viewer)).apart
    view = KeptView(
        page=await pages.page(parts, request, viewer),
        mark=mark,
        timeline=await listing(parts, viewer, page, find, f"/{mark}", apart),
    )
    return pages.show(parts, request, view)


def add(table: Table) -> None:
    """The routes of this file."""
    table.anyone("GET", "/@{handle}/{id}/boosts", boosts)
    table.anyone("GET", "/@{handle}/{id}/favourites", favourites)
    table.person("GET", "/favourites", own_favourites)
    table.person("GET", "/bookmarks", bookmarks)
