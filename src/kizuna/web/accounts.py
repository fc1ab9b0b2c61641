"""An account of the square: its page, following it, and who follows whom."""

from functools import partial
from typing import Final, Literal

from starlette.requests import Request
from starlette.responses import Response

from kizuna.doors.parts import MemberParts, PublicParts
from kizuna.people.models import Viewer
from kizuna.square import actions, edit_queries, seen, timeline_queries
from kizuna.square.models import Account, Page, Relationship
from kizuna.square.relations import relationships
from kizuna.square.render import fields_of, portrait_path
from kizuna.square.seen import by_id
from kizuna.square.sight import Sight
from kizuna.web.forms import ActForm, Table, account_of, cursor, sent
from kizuna.web.items import account_face
from kizuna.web.marks import Edges, faces_of
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import Item, Timeline
from kizuna.web.reading import account_at, items_of, listing, me_of, sight_of
from kizuna.web.square_views import AccountView, FollowsView

Relation = Literal["self", "following", "stranger", "blocked", "anonymous"]
PINS: Final = Page(limit=10)


async def account_page(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``/@{handle}``; ``?show=replies`` with the replies to others."""
    account = await account_at(parts, request, viewer)
    page, wanted = await cursor(request)
    sight = await sight_of(parts, viewer)
    line = await _standing(parts, viewer, account)
    show = "replies" if wanted == "replies" else "posts"
    pinned: tuple[Item, ...] = ()
    shown = Timeline(items=())
    if account.id not in sight.apart:
        pinned = (
            await _pinned(parts, viewer, account, sight) if page.max_id is None and show == "posts" else ()
        )
        shown = await _said(parts, viewer, account, page, show, sight, {item.id for item in pinned})
    view = AccountView(
        page=await pages.page(parts, request, viewer),
        face=account_face(account),
        note_html=account.note_html,
        joined_ms=account.created_at,
        posts=account.statuses_count,
        following=account.following_count,
        followers=account.followers_count,
        relation=_relation(viewer, account, line),
        follows_you=line.followed_by,
        muting=line.muting,
        bot=account.bot,
        header=portrait_path(account.header) if account.header else "",
        indexable=account.indexable,
        fields=tuple((name, html) for name, _, html in fields_of(account)),
        show=show,
        pinned=pinned,
        timeline=shown,
    )
    return pages.show(parts, request, view)


async def _pinned(
    parts: PublicParts, viewer: Viewer | None, account: Account, sight: Sight
) -> tuple[Item, ...]:
    find = partial(edit_queries.pins, parts.square.store.reads, account.id)
    found = await seen.listed(parts.square, PINS, find, sight.on_page_of(account.id))
    return tuple(await items_of(parts, viewer, found.statuses))


async def _said(
    parts: PublicParts,
    viewer: Viewer | None,
    account: Account,
    page: Page,
    show: str,
    sight: Sight,
    pinned: set[str],
) -> Timeline:
    """What the account says, without what stands above it as pinned already."""
    replies = show == "replies"
    find = by_id(partial(timeline_queries.account_ids, parts.square.store.reads, account.id, replies=replies))
    kept = {"show": show} if replies else {}
    hidden = sight.on_page_of(account.id)
    found = await listing(parts, viewer, page, find, f"/@{account.handle}", hidden, **kept)
    rest = tuple(item for item in found.items if item.boost_id or item.id not in pinned)
    return Timeline(items=rest, older=found.older)


async def follow(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /@{handle}/follow``."""
    form = await sent(parts, request, ActForm)
    account = await account_at(parts, request, viewer)
    verb = actions.unfollow if form.undo else actions.follow
    await verb(parts.square, account_of(viewer), account.id)
    return done(form.back_to(f"/@{account.handle}"))


async def followers(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``GET /@{handle}/followers``."""
    return await _follows(pages, parts, request, viewer, "followers", timeline_queries.followers)


async def following(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``GET /@{handle}/following``."""
    return await _follows(pages, parts, request, viewer, "following", timeline_queries.following)


async def _follows(
    pages: Pages,
    parts: PublicParts,
    request: Request,
    viewer: Viewer | None,
    which: Literal["followers", "following"],
    find: Edges,
) -> Response:
    account = await account_at(parts, request, viewer)
    page, _ = await cursor(request)
    edges = await find(parts.square.store.reads, account.id, page)
    faces, older = await faces_of(parts, viewer, edges, page, f"/@{account.handle}/{which}")
    view = FollowsView(
        page=await pages.page(parts, request, viewer),
        face=account_face(account),
        which=which,
        faces=faces,
        older=older,
    )
    return pages.show(parts, request, view)


async def _standing(parts: PublicParts, viewer: Viewer | None, account: Account) -> Relationship:
    me = me_of(viewer)
    if me is None or me == account.id:
        return Relationship(account.id)
    return (await relationships(parts.square, me, [account.id]))[0]


def _relation(viewer: Viewer | None, account: Account, line: Relationship) -> Relation:
    me = me_of(viewer)
    if me is None:
        return "anonymous"
    if me == account.id:
        return "self"
    if line.blocking:
        return "blocked"
    return "following" if line.following else "stranger"


def add(table: Table) -> None:
    """The routes of this file."""
    table.anyone("GET", "/@{handle}", account_page)
    table.anyone("GET", "/@{handle}/followers", followers)
    table.anyone("GET", "/@{handle}/following", following)
    table.person("POST", "/@{handle}/follow", follow)
