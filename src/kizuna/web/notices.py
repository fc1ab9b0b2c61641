"""What others did that concerns the viewer: a page for each plane, and having read it."""

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from kizuna.doors.parts import MemberParts
from kizuna.ground.config import Plane
from kizuna.ground.errors import Invalid
from kizuna.ground.i18n import Translator
from kizuna.ground.ids import id_ms, parse_id
from kizuna.notifications import actions
from kizuna.notifications.circle_reads import circle_page, circle_seen
from kizuna.notifications.filling import Filled
from kizuna.notifications.groups import group_key
from kizuna.notifications.kinds import CIRCLE_KINDS, SPEAKING, SQUARE_KINDS
from kizuna.notifications.models import CircleNotification, SquareNotification, Wanted
from kizuna.notifications.square_reads import square_page, square_seen
from kizuna.people.models import Viewer
from kizuna.square import queries
from kizuna.square.models import Account, Post
from kizuna.web.forms import Sent, Short, Table, account_of, cursor, face_of, sent
from kizuna.web.items import account_face, circle_face, voice_item
from kizuna.web.notice_views import NoticeRow, NoticesView
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import Face

PATHS: Final[dict[Plane, str]] = {"square": "/notifications", "circle": "/notifications/circle"}
EXCERPT: Final = 160
FACES: Final = 3


class Seen(Sent, frozen=True, kw_only=True):
    """Up to which notification the viewer has read."""

    up_to: Short = ""


async def square(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /notifications``."""
    me = account_of(viewer)
    page, show = await cursor(request)
    wanted = _wanted(show, SQUARE_KINDS)
    filled = await square_page(parts.square, me, page, wanted)
    rows = await square_rows(parts, filled.found, await square_seen(parts.square, me) or 0)
    return await _shown(pages, parts, request, viewer, "square", show, rows, filled)


async def circle(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /notifications/circle``."""
    me = face_of(viewer)
    page, show = await cursor(request)
    db = parts.circle.store.reads
    filled = await circle_page(db, me, page, _wanted(show, CIRCLE_KINDS), pages.kinds)
    seen, speak = await circle_seen(db, me) or 0, pages.speak(parts, request, viewer)
    rows = [circle_row(one, seen, speak) for one in filled.found]
    return await _shown(pages, parts, request, viewer, "circle", show, rows, filled)


async def square_seen_all(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /notifications/seen``."""
    me, up_to = account_of(viewer), await _up_to(parts, request)
    await actions.mark_square(parts.square, me, up_to)
    return done(PATHS["square"])


async def circle_seen_all(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /notifications/circle/seen``."""
    me, up_to = face_of(viewer), await _up_to(parts, request)
    if up_to > (await circle_seen(parts.circle.store.reads, me) or 0):
        await actions.mark_circle(parts.circle, me, {"notifications": up_to})
    return done(PATHS["circle"])


async def square_rows(parts: MemberParts, found: Sequence[SquareNotification], seen: int) -> list[NoticeRow]:
    """Notifications of the square, what concerns the same post put together, in the order of the newest."""
    db = parts.square.store.reads
    accounts = await queries.accounts(db, {one.from_id for one in found})
    posts = await queries.posts(db, {one.post_id for one in found if one.post_id is not None})
    authors = await queries.accounts(db, {post.account_id for post in posts.values()})
    groups: dict[str, list[SquareNotification]] = {}
    for one in found:
        if one.from_id in accounts and (one.post_id is None or one.post_id in posts):
            groups.setdefault(group_key(one), []).append(one)
    return [_square_row(members, accounts, posts, authors, seen) for members in groups.values()]


def _square_row(
    members: Sequence[SquareNotification],
    accounts: dict[int, Account],
    posts: dict[int, Post],
    authors: dict[int, Account],
    seen: int,
) -> NoticeRow:
    newest = members[0]
    faces = tuple(account_face(accounts[one.from_id]) for one in members)
    post = posts.get(newest.post_id or 0)
    author = None if post is None else authors.get(post.account_id)
    return _row(
        newest,
        faces,
        text="" if post is None else post.spoiler_text or post.text,
        href=faces[0].href if post is None or author is None else f"/@{author.handle}/{post.id}",
        seen=seen,
    )


def circle_row(one: CircleNotification, seen: int, speak: Translator) -> NoticeRow:
    """A notification of the circle."""
    faces = () if one.face is None else (circle_face(one.face),)
    if one.app is not None:
        said = speak(one.app.said, name=faces[0].name) if faces else speak(one.app.said)
        return _row(one, faces, text="", href=one.app.href, seen=seen, said=said)
    if one.voice is not None:
        return _row(one, faces, text=one.voice.text, href=voice_item(one.voice).href, seen=seen)
    return _row(one, faces, text="", href=faces[0].href if faces else "/settings/readings", seen=seen)


def _row(
    one: SquareNotification | CircleNotification,
    faces: tuple[Face, ...],
    *,
    text: str,
    href: str,
    seen: int,
    said: str = "",
) -> NoticeRow:
    return NoticeRow(
        id=str(one.id),
        kind=one.kind,
        faces=faces[:FACES],
        others=max(len(faces) - 1, 0),
        text=text if len(text) <= EXCERPT else f"{text[:EXCERPT].rstrip()}…",
        href=href,
        at_ms=id_ms(one.id),
        unread=one.id > seen,
        said=said,
    )


async def _shown(
    pages: Pages,
    parts: MemberParts,
    request: Request,
    viewer: Viewer,
    plane: Plane,
    show: str,
    rows: Sequence[NoticeRow],
    filled: Filled[SquareNotification] | Filled[CircleNotification],
) -> Response:
    kept = "show=mentions&" if show == "mentions" else ""
    planes: tuple[tuple[Plane, int | None], ...] = (
        ("square", viewer.square_id),
        ("circle", viewer.circle_id),
    )
    view = NoticesView(
        page=await pages.page(parts, request, viewer),
        plane=plane,
        planes=tuple(name for name, face_id in planes if face_id is not None),
        show="mentions" if show == "mentions" else "all",
        rows=tuple(rows),
        newest=str(filled.newest) if any(row.unread for row in rows) else "",
        older="" if filled.older is None else f"{PATHS[plane]}?{kept}max_id={filled.older}",
    )
    return pages.show(parts, request, view)


def _wanted(show: str, kinds: Sequence[str]) -> Wanted:
    return Wanted(tuple(kind for kind in kinds if kind in SPEAKING) if show == "mentions" else None)


async def _up_to(parts: MemberParts, request: Request) -> int:
    up_to = parse_id((await sent(parts, request, Seen)).up_to)
    if up_to is None:
        raise Invalid("This form is not valid")
    return up_to


def add(table: Table, *, planes: Sequence[Plane]) -> None:
    """The routes of this file."""
    if "square" in planes:
        table.person("GET", PATHS["square"], square)
        table.person("POST", "/notifications/seen", square_seen_all)
    if "circle" in planes:
        table.person("GET", PATHS["circle"], circle)
        table.person("POST", "/notifications/circle/seen", circle_seen_all)
