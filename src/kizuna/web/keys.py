"""``/keys``: the keys of the pages, and the setting that switches them off (WCAG 2.2, 2.1.4)."""

from starlette.requests import Request
from starlette.responses import Response

from kizuna.doors.cookies import drop_cookie, set_cookie
from kizuna.doors.parts import PublicParts
from kizuna.people.models import Viewer
from kizuna.web.forms import Sent, Short, Table, sent
from kizuna.web.pages import Pages, done
from kizuna.web.views import KeysView


class KeysForm(Sent, frozen=True, kw_only=True):
    """The setting: on or off."""

    keys: Short = "on"


async def keys_page(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``GET /keys``."""
    return pages.show(parts, request, KeysView(page=await pages.page(parts, request, viewer)))


async def switch(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``POST /keys``: for this browser, since it is its keyboard."""
    form = await sent(parts, request, KeysForm)
    response = done(form.back_to("/keys"), "saved")
    if form.keys == "off":
        set_cookie(parts.config, response, "keys", "off")
    else:
        drop_cookie(parts.config, response, "keys")
    return response


def add(table: Table) -> None:
    """The routes of this file."""
    table.anyone("GET", "/keys", keys_page)
    table.anyone("POST", "/keys", switch)
