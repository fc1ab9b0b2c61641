"""Redirect addresses of apps: which may be registered, and that they match exactly. Pure."""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from kizuna.ground.errors import Invalid

OUT_OF_BAND: Final = "urn:ietf:wg:oauth:2.0:oob"
MOST: Final = 20
LONGEST: Final = 2000
# Schemes that a browser would run, or that reach into the machine.
_DANGEROUS: Final = frozenset(
    ("about", "blob", "chrome", "data", "file", "filesystem", "ftp", "javascript", "jar", "mailto", "resource",
     "urn", "vbscript", "view-source", "ws", "wss")
)  # fmt: skip
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*")
# The origin is written into a Content-Security-Policy, where ; and , begin something new.
_PLACE: Final = re.compile(r"[A-Za-z0-9._\-]+(:[0-9]+)?|\[[0-9A-Fa-f:.]+\](:[0-9]+)?")
_FORBIDDEN: Final = re.compile(r"[\x00-\x20\x7f-\uffff\U00010000-\U0010ffff\"<>\\^`{|}]")


def check_redirect_uris(given: str | Sequence[str]) -> tuple[str, ...]:
    """The redirect addresses of an app, from one text with an address per line or from a list. Raises Invalid."""
    lines = given.split() if isinstance(given, str) else [line.strip() for line in given]
    uris = tuple(dict.fromkeys(line for line in lines if line))
    if not uris:
        raise Invalid("An app needs a redirect URI.", field="redirect_uris")
    if len(uris) > MOST:
        raise Invalid("An app has at most {most} redirect URIs.", field="redirect_uris", most=MOST)
    for uri in uris:
        if not _is_fit(uri):
            raise Invalid("A redirect URI must be an absolute address.", field="redirect_uris")
    return uris


def with_query(uri: str, parameters: Sequence[tuple[str, str]]) -> str:
    """A redirect address with parameters added to those that it has."""
    scheme, place, path, query, _ = urlsplit(uri)
    added = urlencode(parameters)
    return urlunsplit((scheme, place, path, f"{query}&{added}" if query else added, ""))


def _is_fit(uri: str) -> bool:
    if uri == OUT_OF_BAND:
        return True
    if len(uri) > LONGEST or _FORBIDDEN.search(uri):
        return False
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return False
    if not _SCHEME.fullmatch(parts.scheme) or parts.scheme in _DANGEROUS or "#" in uri:
        return False
    if parts.scheme in ("http", "https"):
        return _PLACE.fullmatch(parts.netloc) is not None
    # A native app's own scheme (RFC 8252, 7.1), such as "oauth2redirect.com.example.app://callback".
    return uri != f"{parts.scheme}:"
