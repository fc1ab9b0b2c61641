"""Which language a page is written in: the person's setting, the visitor's choice, or what the browser asks for."""

from starlette.requests import Request

from kizuna.doors.cookies import read_cookie
from kizuna.ground.config import Config
from kizuna.ground.i18n import LOCALES, Locale, choose_locale
from kizuna.people.models import Viewer


def page_language(config: Config, request: Request, viewer: Viewer | None) -> Locale:
    """The language of a page for this viewer."""
    for wanted in (viewer.locale if viewer else None, read_cookie(config, request, "language")):
        if wanted in LOCALES:
            return wanted
    return choose_locale(request.headers.get("accept-language"), config.language)


def api_language(request: Request) -> Locale:
    """The language of API errors: English, which clients compare, unless the client asks for another one."""
    return choose_locale(request.headers.get("accept-language"), "en")
