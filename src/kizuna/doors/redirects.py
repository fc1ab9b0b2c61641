"""Where to go after a form: only to a page of this server, whatever the form said."""

from typing import Final
from urllib.parse import urlsplit

from starlette.responses import RedirectResponse

MAX_NEXT: Final = 2000


def safe_next(wanted: str | None, default: str = "/") -> str:
    """``wanted`` when it is a path of this server, else ``default``.

    Browsers read ``\\`` as ``/``, drop tabs and line ends, and take ``//host`` for another server.
    """
    if not wanted or len(wanted) > MAX_NEXT or not wanted.startswith("/") or wanted.startswith("//"):
        return default
    if "\\" in wanted or not wanted.isprintable() or " " in wanted:
        return default
    try:
        parts = urlsplit(wanted)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else wanted


def see_other(path: str) -> RedirectResponse:
    """The answer to a form that did something: 303, so that a reload repeats nothing."""
    return RedirectResponse(path, status_code=303)
