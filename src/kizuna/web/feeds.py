"""Lists to read: home and the public square."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from kizuna.circle import friend_queries
from kizuna.doors.parts import MemberParts, PublicParts
from kizuna.people.models import Viewer
from kizuna.square import timeline_queries
from kizuna.square.seen import by_id
from kizuna.tie import queries as tie_queries
from kizuna.tie.home import Show
from kizuna.web.compose import box
from kizuna.web.forms import PAGE, Table, cursor
from kizuna.web.items import circle_face, entry_item, timeline
from kizuna.web.pages import Pages
from kizuna.web.pieces import RequestRow, TieRow
from kizuna.web.reading import flags_for, listing, sight_of
from kizuna.web.tied import tie_rows
from kizuna.web.views import HomeView, SquareView
from kizuna.web.window_items import items_with_talk

SHOWN_REQUESTS = 3


async def home(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``/`` signed in."""
    page, wanted = await cursor(request)
    shows = _shows(viewer)
    show = wanted if wanted in shows else shows[0]
    entries = await parts.home.entries(viewer, show, page)
    flags = await flags_for(parts, viewer, [entry.status for entry in entries if entry.status])
    items = [entry_item(entry, viewer.square_id, flags) for entry in entries]
    voices = [entry.voice for entry in entries if entry.voice]
    items = await items_with_talk(parts, viewer, voices, items)
    kept = {} if show == "all" else {"show": show}
    rows, ties = await _beside(parts, viewer)
    view = HomeView(
        page=await pages.page(parts, request, viewer),
        show=show,
        shows=shows,
        timeline=timeline(items, [entry.id for entry in entries], PAGE, "/", **kept),
        composer=await box(parts, viewer, back=request.url.path) if page.max_id is None else None,
        requests=rows,
        ties=ties,
    )
    return pages.show(parts, request, view)


async def public(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``/square``: what everybody says."""
    page, _ = await cursor(request)
    find = by_id(partial(timeline_queries.public_ids, parts.square.store.reads))
    hidden = (await sight_of(parts, viewer)).hidden
    view = SquareView(
        page=await pages.page(parts, request, viewer),
        timeline=await listing(parts, viewer, page, find, "/square", hidden),
    )
    return pages.show(parts, request, view)


def _shows(viewer: Viewer) -> tuple[Show, ...]:
    """A circle may show a partner's public home, so it has all three; a square alone has one list."""
    return ("all", "square", "circle") if viewer.circle_id is not None else ("square",)


async def _beside(parts: MemberParts, viewer: Viewer) -> tuple[tuple[RequestRow, ...], tuple[TieRow, ...]]:
    if viewer.circle_id is None:
        return (), ()
    reads = parts.circle.store.reads
    waiting = await friend_queries.requests_in(reads, viewer.circle_id, limit=SHOWN_REQUESTS)
    rows = tuple(
        RequestRow(face=circle_face(one.face), note=one.note, at_ms=one.created_at) for one in waiting
    )
    return rows, tie_rows(await tie_queries.links_of(reads, viewer.circle_id))


def add(table: Table, *, square: bool) -> None:
    """The routes of this file."""
    table.person("GET", "/", home)
    if square:
        table.anyone("GET", "/square", public)
