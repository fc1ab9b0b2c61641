"""All pages of a server in one table, and the page that shows errors."""

from collections.abc import Callable, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from kizuna.doors.parts import MemberParts, PublicParts
from kizuna.doors.problems import ErrorPage, seconds_of
from kizuna.doors.routes import MemberRoute, PublicRoute
from kizuna.doors.unsent import unsent
from kizuna.ground.config import Config
from kizuna.ground.errors import Refusal, TooMany
from kizuna.ground.i18n import Locale, Translator
from kizuna.people.models import Viewer
from kizuna.web import (
    accounts,
    authorize,
    away,
    blocks,
    both,
    compose,
    copied,
    design,
    edits,
    entry,
    feeds,
    files,
    friends,
    groups,
    keys,
    live,
    marks,
    notice_settings,
    notices,
    parting,
    pictures,
    posts,
    recovery,
    reporting,
    rooms,
    security,
    see_as,
    settings,
    staff,
    staff_invites,
    staff_lists,
    staff_machine,
    staff_people,
    staff_reports,
    suggested,
    tags,
    tied,
    together,
    voices,
)
from kizuna.web.apps import App
from kizuna.web.assets import load_assets
from kizuna.web.forms import Table
from kizuna.web.pages import Pages
from kizuna.web.present import Presenter
from kizuna.web.views import ErrorView

SOON: Final = 300
"""Waits up to so many seconds are told by the second; longer ones by whoever refuses."""


def make_pages(
    config: Config, translators: Callable[[Locale], Translator], apps: Sequence[App] = ()
) -> Pages:
    """The templates and files, read once."""
    assets = load_assets(more={name: path for app in apps for name, path in app.files.items()})
    presenter = Presenter(translators, assets, [app.templates for app in apps])
    kinds = [kind for app in apps for kind in app.kinds]
    return Pages(config, presenter, assets, translators, [app.place for app in apps], kinds)


def routes(
    pages: Pages, config: Config, apps: Sequence[App] = ()
) -> tuple[Sequence[PublicRoute], Sequence[MemberRoute]]:
    """The pages of a server with these planes and apps: for anybody, and for signed-in people."""
    table = Table(pages)
    for app in apps:
        app.add(table)
    files.add(table)
    pictures.add(table)
    entry.add(table)
    design.add(table)
    keys.add(table)
    live.add(table)
    feeds.add(table, square="square" in config.planes)
    compose.add(table)
    settings.add(table)
    notices.add(table, planes=config.planes)
    notice_settings.add(table)
    reporting.add(table, square="square" in config.planes, circle="circle" in config.planes)
    for room in (staff, staff_invites, staff_lists, staff_machine, staff_people, staff_reports):
        room.add(table)
    recovery.add(table)
    security.add(table)
    parting.add(table)
    if "square" in config.planes:
        accounts.add(table)
        away.add(table)
        posts.add(table)
        edits.add(table)
        marks.add(table)
        tags.add(table)
        authorize.add(table)
    if "circle" in config.planes:
        voices.add(table)
        rooms.add(table)
        groups.add(table)
        together.add(table)
        blocks.add(table)
        see_as.add(table)
        friends.add(table)
        tied.add(table)
        copied.add(table)
        both.add(table)
    if {"square", "circle"} <= set(config.planes):
        suggested.add(table)
    return table.public, table.member


def error_page(pages: Pages, public: PublicParts, member: MemberParts) -> ErrorPage:
    """The page for a refusal; a signed-in person keeps the navigation of a signed-in person."""

    async def show(request: Request, viewer: Viewer | None, refusal: Refusal, message: str) -> Response:
        parts = public if viewer is None else member
        page = await pages.page(parts, request, viewer, None if request.method in ("GET", "HEAD") else "/")
        told = (
            "" if refusal.status in (401, 404) else message
        )  # the page itself says all that may be said about it
        wait = seconds_of(refusal) if isinstance(refusal, TooMany) else 0
        view = ErrorView(
            page=page,
            status=refusal.status,
            message=told,
            retry_after=wait if 0 < wait <= SOON else None,
            again=unsent(request),
        )
        return pages.show(parts, request, view, refusal.status)

    return show
