"""Files: style, scripts, pictures, each named by its content and kept for ever by browsers."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from kizuna.doors.answers import API_POLICY
from kizuna.doors.parts import PublicParts
from kizuna.ground.errors import NotFound
from kizuna.people.models import Viewer
from kizuna.web.assets import Asset
from kizuna.web.forms import Table
from kizuna.web.pages import Pages

FOR_EVER: Final = "public, max-age=31536000, immutable"
A_DAY: Final = "public, max-age=86400"


async def asset(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``/assets/{name}``."""
    found = pages.assets.files.get(str(request.path_params["name"]))
    if found is None:
        raise NotFound
    return _answer(request, found, FOR_EVER)


async def plain(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``/static/{name}``: the few pictures whose address must not change, for clients of the API."""
    name = pages.assets.names.get(str(request.path_params["name"]))
    if name is None:
        raise NotFound
    return _answer(request, pages.assets.files[name], A_DAY)


async def robots(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``/robots.txt``: the square may be found; everything that needs sign-in answers nobody anyway."""
    return Response("User-agent: *\nDisallow: /invite/\nDisallow: /oauth/\n", media_type="text/plain")


def _answer(request: Request, found: Asset, cache: str) -> Response:
    headers = {
        "Cache-Control": cache,
        "Vary": "Accept-Encoding",
        "Access-Control-Allow-Origin": "*",
        "Content-Security-Policy": API_POLICY,  # none of them is a page; that of pages is three times as long
    }
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(found.packed, headers=headers, media_type=found.media_type)
    return Response(found.body, headers=headers, media_type=found.media_type)


def add(table: Table) -> None:
    """The routes of this file."""
    table.anyone("GET", "/assets/{name}", asset)
    table.anyone("GET", "/static/{name}", plain)
    table.anyone("GET", "/robots.txt", robots)
