"""What people type for a window (pure): `#tag`, `#tag host`, `@user`, `@user@host`, the page of a tag or of an account,
or the address of a feed.
"""

import hashlib
import re
from collections.abc import Collection
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from kizuna.ground.errors import Invalid
from kizuna.square.text import fold_tag
from kizuna.tie.address import host_of, origin_of
from kizuna.tie.models import INSIDE
from kizuna.tie.windows.models import Source

_LONGEST: Final = 1000
_LONGEST_TAG: Final = 100
_LONGEST_KEPT: Final = 500
_TAG: Final = re.compile(r"[#＃]?([^\s#＃@/?&]+)\Z")
_USER: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])?\Z")
_TAG_PAGES: Final = ("tags", "tag")


def source_of(typed: str, own: str, allow: Collection[str]) -> Source:
    """The source that is meant; `own` is the origin of this server. Raises Invalid."""
    text = typed.strip()
    if not text or len(text) > _LONGEST:
        raise _bad()
    if text[0] in "#＃":
        name, _, host = text.partition(" ") if " " in text else text.partition("@")
        return Source(kind="tag", origin=_origin(host, own, allow), name=_tag(name))
    if text.startswith("@"):
        user, _, host = text[1:].partition("@")
        return Source(kind="account", origin=_origin(host, own, allow), name=_user(user))
    return _of_address(text, own, allow)


def said(source: Source) -> str:
    """A source as people write it; of this server, without its name."""
    host = "" if source.inside else host_of(source.origin)
    match source.kind:
        case "tag":
            return f"#{source.name} {host}".strip()
        case "account":
            return f"@{source.name}" if source.inside or "@" in source.name else f"@{source.name}@{host}"
        case "feed":
            return f"{host}{source.name}".removesuffix("/")


def item_address(url: str) -> str:
    """Where an item stands, spelled one way: the same for every source that shows it. Empty where it is no address."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host:
        return ""
    usual = port in (None, 80 if parts.scheme == "http" else 443)
    place = host if usual else f"{host}:{port}"
    query = f"?{parts.query}" if parts.query else ""
    return short(f"{parts.scheme}://{place}", f"{parts.path.rstrip('/') or '/'}{query}")


def short(origin: str, rest: str) -> str:
    """An address that an index can hold: what is too long is named by its digest."""
    if len(rest) <= _LONGEST_KEPT:
        return origin + rest
    return f"{origin}/#{hashlib.sha256(rest.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _of_address(text: str, own: str, allow: Collection[str]) -> Source:
    scheme, mark, rest = text.partition("://")
    if not mark:
        rest = text
    elif scheme.lower() not in ("http", "https"):
        raise _bad()
    place, _, path = rest.partition("#")[0].partition("/")
    if any(letter.isspace() or not letter.isprintable() for letter in rest) or "@" in place:
        raise _bad()
    origin = _origin(f"{scheme}://{place}" if mark else place, own, allow)
    parts = path.partition("?")[0].strip("/").split("/")
    if len(parts) == 2 and parts[0] in _TAG_PAGES:
        return Source(kind="tag", origin=origin, name=_tag(unquote(parts[1])))
    if len(parts) == 1 and parts[0].startswith("@"):
        return _account_page(unquote(parts[0])[1:], origin, own, allow)
    if origin == INSIDE:
        raise Invalid("Of this server, a window shows a hashtag or an account.", field="address")
    name = "/" + quote(path, safe="/?&=%:;,+@!$'()*~.-_")
    if len(name) > _LONGEST:
        raise _bad()
    return Source(kind="feed", origin=origin, name=name)


def _account_page(name: str, origin: str, own: str, allow: Collection[str]) -> Source:
    """An account that another server has a page of is read at its own."""
    user, mark, host = name.partition("@")
    return Source(kind="account", origin=_origin(host, own, allow) if mark else origin, name=_user(user))


def _origin(host: str, own: str, allow: Collection[str]) -> str:
    """The origin of a server; `INSIDE` for this one, and where none is named."""
    written = host.strip()
    if not written or written.rpartition("//")[2].lower() == host_of(own):
        return INSIDE
    origin = origin_of(written, allow)
    return INSIDE if origin == own else origin


def _tag(name: str) -> str:
    found = _TAG.match(name.strip())
    if found is None or len(found[1]) > _LONGEST_TAG or not any(letter.isalpha() for letter in found[1]):
        raise Invalid("This is no hashtag.", field="address")
    folded = fold_tag(found[1])
    if len(folded) > 2 * _LONGEST_TAG:  # some letters unfold into many
        raise Invalid("This is no hashtag.", field="address")
    return folded


def _user(name: str) -> str:
    if not _USER.match(name):
        raise Invalid("This is no account.", field="address")
    return name.lower()


def _bad() -> Invalid:
    return Invalid("Write a hashtag, an account or the address of a feed.", field="address")
