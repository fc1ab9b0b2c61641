"""Feeds (pure): RSS 2.0, RSS 1.0 and Atom (RFC 4287) in, items out. Nothing of a feed is fetched or resolved.

Entities are not resolved, the network is off and large trees are refused: a small file cannot become a large one.
"""

import hashlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Final, TypeAlias
from urllib.parse import urljoin, urlsplit

import msgspec
from lxml import etree

from kizuna.tie.partners.mastodon import web_url
from kizuna.tie.sanitise import plain_line, safe_html, visible_text
from kizuna.tie.windows.address import item_address, short

BYTES: Final = 2 * 1024 * 1024
MOST_ENTRIES: Final = 40
_MOST_LOOKED_AT: Final = 10_000
_MOST_LINKS: Final = 20
_LONGEST_ID: Final = 500
_LONGEST_HTML: Final = 20_000
Element: TypeAlias = etree._Element  # noqa: SLF001 # pyright: ignore[reportPrivateUsage] -- it has no public name
_ROOTS: Final = frozenset({"rss", "RDF", "feed"})


class NoFeed(Exception):
    """The bytes are no feed that can be read."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An item of a feed. ``written_at`` is 0 where the feed does not say, or nothing that could be read."""

    remote_id: str
    address: str
    url: str
    author: str
    title: str
    html: str
    written_at: int


class Feed(msgspec.Struct, frozen=True):
    """A feed with its newest entries, oldest first."""

    title: str
    url: str
    entries: list[Entry]


def read_feed(body: bytes, base: str) -> Feed:
    """What a feed says; ``base`` is where it was found. Raises NoFeed."""
    root = _tree(body)
    if _name(root) not in _ROOTS:
        raise NoFeed
    channel = _child(root, "channel") if _name(root) != "feed" else root
    about = root if channel is None else channel
    entries: dict[str, Entry] = {}
    for element in _newest(root):
        entry = _entry(element, base)
        entries.setdefault(entry.remote_id, entry)
    title = plain_line(visible_text(_text(about, "title")[:_LONGEST_HTML]))
    return Feed(title, _link(about, base), list(entries.values())[::-1])


def _newest(root: Element) -> list[Element]:
    """The newest entries, newest first: by their dates, or where one has none, in the order of the feed."""
    found = list(islice(root.iter("{*}item", "{*}entry"), _MOST_LOOKED_AT))
    dated = [(_moment(one), one) for one in found]
    if all(moment for moment, _ in dated):
        dated.sort(key=lambda pair: -pair[0])
    return [one for _, one in dated[:MOST_ENTRIES]]


def _tree(body: bytes) -> Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root: Element = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise NoFeed from error
    if _declares(root):
        raise NoFeed
    return root


def _declares(root: Element) -> bool:
    """Whether the document declares entities of its own: no feed needs them."""
    dtd = root.getroottree().docinfo.internalDTD
    return dtd is not None and next(iter(dtd.iterentities()), None) is not None


def _entry(element: Element, base: str) -> Entry:
    title = plain_line(visible_text(_text(element, "title")[:_LONGEST_HTML]))
    words = _words(element)
    url = _link(element, base)
    named = (_text(element, "guid") or _text(element, "id")).strip()
    if not url and _is_permalink(element):
        url = web_url(named)
    address = item_address(url) if url else ""
    mark = named or address or hashlib.sha256(f"{title}\0{words}".encode()).hexdigest()
    remote_id = mark if len(mark) <= _LONGEST_ID else hashlib.sha256(mark.encode()).hexdigest()
    return Entry(
        remote_id=remote_id,
        address=address or _inside(base, remote_id),
        url=url,
        author=_author(element),
        title=title,
        html=safe_html(words[:_LONGEST_HTML]),
        written_at=_moment(element),
    )


def _inside(base: str, remote_id: str) -> str:
    """The address of what has none: a place inside its feed."""
    parts = urlsplit(base)
    query = f"?{parts.query}" if parts.query else ""
    return short(f"{parts.scheme}://{parts.netloc}", f"{parts.path}{query}#{remote_id}")


def _words(element: Element) -> str:
    """What an entry says, as HTML: the whole where it is there, else what it is about."""
    for name in ("encoded", "content", "description", "summary"):
        child = _child(element, name)
        if child is not None:
            if child.get("type") == "xhtml":
                return "".join(etree.tostring(part, encoding="unicode", with_tail=False) for part in child)
            text = _text_of(child)
            return _escaped(text) if child.get("type") == "text" else text
    return ""


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _author(element: Element) -> str:
    child = _child(element, "author")
    if child is not None and (name := _text(child, "name")):
        return plain_line(name)
    creator = _text(element, "creator") or (_text_of(child) if child is not None else "")
    return plain_line(creator)


def _link(element: Element, base: str) -> str:
    for child in islice(element.iterchildren("{*}link"), _MOST_LINKS):
        if child.get("rel", "alternate") != "alternate":
            continue
        written = (child.get("href") or _text_of(child)).strip()
        if written and len(written) <= _LONGEST_ID * 4:
            try:
                return web_url(urljoin(base, written))
            except ValueError:
                return ""
    return ""


def _is_permalink(element: Element) -> bool:
    guid = _child(element, "guid")
    return guid is not None and guid.get("isPermaLink", "true").lower() == "true"


def _moment(element: Element) -> int:
    for name in ("published", "pubDate", "date", "issued", "updated", "modified"):
        text = _text(element, name).strip()
        if text and (at := _ms(text)):
            return at
    return 0


def _ms(text: str) -> int:
    """A time of RFC 3339 or RFC 5322 as Unix milliseconds; 0 where it is neither."""
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = read(text[:100])
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return max(round(aware.timestamp() * 1000), 0)
        except (ValueError, TypeError, OverflowError, OSError, IndexError):
            continue
    return 0


def _child(element: Element, name: str) -> Element | None:
    return next(element.iterchildren(f"{{*}}{name}"), None)


def _text(element: Element, name: str) -> str:
    child = _child(element, name)
    return "" if child is None else _text_of(child)


def _text_of(element: Element) -> str:
    return "".join(str(part) for part in element.itertext()).strip()


def _name(element: Element) -> str:
    """The name without its namespace; empty for what is no element (an entity)."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
