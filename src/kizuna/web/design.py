"""``/design``: the whole design system on one page, in the components that all pages are made of.

What it shows are specimens: nobody's, and sent nowhere. It is there for everybody, since it holds nothing of anybody.
"""

import re
from functools import cache
from typing import ClassVar, Final, get_args

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kizuna.doors.parts import PublicParts
from kizuna.people.models import Viewer
from kizuna.web import pieces as p
from kizuna.web import specimens as s
from kizuna.web.assets import STATIC
from kizuna.web.forms import Table
from kizuna.web.notice_views import NoticeRow
from kizuna.web.pages import Pages
from kizuna.web.tokens import Colour, colours, measures, read_tokens
from kizuna.web.views import PageView

HERE: Final = "/design"


class Specimens(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown, in every state that it can be in."""

    colours: tuple[Colour, ...]
    measures: tuple[tuple[str, str], ...]
    icons: tuple[str, ...]
    audiences: tuple[p.Audience, ...]
    readers: tuple[p.Readers, ...]
    boxes: tuple[p.Composer, ...]
    faces: tuple[p.Face, ...] = (s.MIYUKI_OUT, s.CAFE, s.ANNA, s.MIYUKI, s.KENICHI, s.TOM)
    posts: tuple[p.Item, ...] = (*s.POSTS, s.COVERED, *s.INBOUND)
    voices: tuple[p.Item, ...] = (*s.VOICES, s.PICTURED, s.ANSWERED, s.FOLDED, *s.TALKS)
    copies: tuple[p.CopyRow, ...] = s.COPIES
    tie: p.TieRow = s.TIE
    request: p.RequestRow = s.REQUEST
    square_notices: tuple[NoticeRow, ...] = s.SQUARE_NOTICES
    circle_notices: tuple[NoticeRow, ...] = tuple(
        msgspec.structs.replace(row, id=f"c{row.id}") for row in s.CIRCLE_NOTICES
    )
    refusals: tuple[int, ...] = (401, 403, 404, 410, 413, 422, 429, 500, 503)


class DesignView(PageView, frozen=True, kw_only=True):
    """`/design`. ``stage`` is the page that the specimens believe to be on: one of somebody with both faces."""

    template: ClassVar[str] = "design.html"
    stage: p.Page
    show: Specimens
    right: p.Form = p.Form(values={"name": "美雪"})
    wrong: p.Form


@cache
def specimens() -> Specimens:
    """All of them. The boxes to write in lead nowhere."""
    tokens = read_tokens()
    kinds = get_args(p.AudienceKind)
    return Specimens(
        colours=colours(tokens),
        measures=measures(tokens),
        icons=tuple(re.findall(r'<symbol id="([^"]+)"', (STATIC / "img" / "icons.svg").read_text("utf-8"))),
        audiences=(
            *(p.Audience(kind=kind) for kind in kinds),
            *(p.Audience(kind=kind, count=5) for kind in kinds if kind not in ("public", "unlisted", "me")),
        ),
        readers=(
            s.READERS,
            p.Readers(kind="fof", count=9, faces=(s.YUMI,), further=8),
            *(p.Readers(kind=kind) for kind in ("friends", "me", "public", "unlisted")),
        ),
        boxes=tuple(
            msgspec.structs.replace(box, action=HERE, back=HERE)
            for box in (s.TO_PEOPLE, s.TO_SQUARE, s.POST_REPLY, s.WITH_PICTURE)
        ),
    )


def design_view(page: p.Page, told: str) -> DesignView:
    """The page; ``told`` is what a field may have to say."""
    viewer = p.Viewer(square=s.MIYUKI_OUT, circle=s.MIYUKI, requests=1)
    stage = msgspec.structs.replace(page, path=HERE, now_ms=s.NOW, viewer=viewer)
    wrong = p.Form(values={"handle": "Miyuki!"}, errors={"handle": told}, error=told)
    return DesignView(page=page, stage=stage, show=specimens(), wrong=wrong)


async def design(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``GET /design``."""
    told = pages.speak(parts, request, viewer)("Please write something.")
    return pages.show(parts, request, design_view(await pages.page(parts, request, viewer), told))


def add(table: Table) -> None:
    """The routes of this file."""
    table.anyone("GET", HERE, design)
