"""Reading forms and addresses of pages."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Final, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kizuna.doors.csrf import check_form
from kizuna.doors.params import read_tree, shape
from kizuna.doors.parts import MemberParts, PublicParts
from kizuna.doors.redirects import safe_next
from kizuna.doors.routes import MemberRoute, PublicRoute
from kizuna.ground.errors import Invalid, NotFound
from kizuna.ground.ids import parse_id
from kizuna.people.models import Viewer
from kizuna.square.models import Page
from kizuna.web.pages import Pages

PAGE: Final = 20
Short = Annotated[str, msgspec.Meta(max_length=2000)]
Long = Annotated[str, msgspec.Meta(max_length=50_000)]
F = TypeVar("F", bound="Sent")


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What every form carries: the token, where to go back to, and by which key one that is sent twice is known."""

    csrf: Short = ""
    back: Short = ""
    key: Short = ""

    def back_to(self, default: str) -> str:
        """The page to return to, always one of this server."""
        return safe_next(self.back, default)


class ActForm(Sent, frozen=True, kw_only=True):
    """A button; ``undo`` takes its deed back."""

    undo: Short = ""


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """Which page of a list."""

    max_id: Short = ""
    show: Short = ""


async def sent(parts: PublicParts, request: Request, kind: type[F]) -> F:
    """A form, checked to come from a page of ours. Raises Forbidden, Invalid."""
    form = shape(await read_tree(request), kind)
    check_form(parts, request, form.csrf)
    return form


async def cursor(request: Request) -> tuple[Page, str]:
    """The page that an address asks for, and ``show``."""
    asked = shape(await read_tree(request), Cursor)
    if not asked.max_id:
        return Page(limit=PAGE), asked.show
    below = parse_id(asked.max_id)
    if below is None:
        raise Invalid("This address is not valid")
    return Page(limit=PAGE, max_id=below), asked.show


def path_id(request: Request, name: str = "id") -> int:
    """An id of the path. Raises NotFound for anything that isn't one."""
    value = parse_id(str(request.path_params[name]))
    if value is None:
        raise NotFound
    return value


def ids_of(texts: tuple[str, ...]) -> list[int]:
    """Ids from checkboxes. Raises Invalid."""
    values = [parse_id(text) for text in texts]
    if None in values:
        raise Invalid("This form is not valid")
    return [value for value in values if value is not None]


def face_of(viewer: Viewer) -> int:
    """The viewer's face in the circle. Raises NotFound when there is none."""
    if viewer.circle_id is None:
        raise NotFound
    return viewer.circle_id


def account_of(viewer: Viewer) -> int:
    """The viewer's account on the square. Raises NotFound when there is none."""
    if viewer.square_id is None:
        raise NotFound
    return viewer.square_id


PublicPage = Callable[[Pages, PublicParts, Request, Viewer | None], Awaitable[Response]]
MemberPage = Callable[[Pages, MemberParts, Request, Viewer], Awaitable[Response]]


class Table:
    """Collects the routes of pages, binding the templates to the handlers."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self.public: list[PublicRoute] = []
        self.member: list[MemberRoute] = []

    def anyone(self, method: str, path: str, handler: PublicPage) -> None:
        """A page for anybody."""
        self.public.append(PublicRoute(method, path, partial(handler, self._pages)))

    def person(self, method: str, path: str, handler: MemberPage, *, uploads: bool = False) -> None:
        """A page for signed-in people; only a form that takes ``uploads`` may be large."""
        self.member.append(MemberRoute(method, path, partial(handler, self._pages), uploads))
