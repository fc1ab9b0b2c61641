"""What the square adds to a text: mentions and hashtags. Pure, and linear in the length of the text.

The visible text never changes: a mention keeps the letters as they were typed, a hashtag its full-width sign. Only
what a mark points at is folded. Boundaries are those of the field: a mention may follow Japanese text, a hashtag
needs a space or punctuation before it.
"""

import unicodedata
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple
from urllib.parse import quote

import regex

from kizuna.ground.errors import Invalid
from kizuna.ground.text import check_length, clean, escape, is_blank, links, to_html

MOST_CHARACTERS: Final = 500
MOST_MARKS: Final = 30
"""Distinct mentions, and distinct hashtags, that one text may have; those after them stay plain text."""
LINK_CHARACTERS: Final = 23
"""A longer link counts as this many characters; clients count so too (``characters_reserved_per_url``)."""
_MOST_CODE_POINTS: Final = MOST_CHARACTERS * 8
_MOST_TAG: Final = 100

_MARK: Final = regex.compile(
    r"""
    (?<![A-Za-z0-9_@/=.\-]) @ (?P<handle>[A-Za-z0-9_]{1,30}+) (?![A-Za-z0-9_])
        (?: @ (?P<host>[A-Za-z0-9](?:[A-Za-z0-9.\-]{0,251}[A-Za-z0-9])?+ (?::[0-9]{1,5}+)?+) )?+
  | (?<![\w&/=@\#＃]) [\#＃] (?P<tag>\w++ (?:[·・\u200c]++\w++)*+)
    """,
    regex.VERBOSE,
)


class Marked(NamedTuple):
    """A text as it is shown, and what it points at: handles and folded tag names, each once, in order."""

    html: str
    handles: tuple[str, ...]
    tags: tuple[str, ...]


def checked(text: str, warning: str = "", *, may_be_blank: bool = False) -> tuple[str, str]:
    """The text and its content warning as they are stored. Raises Invalid for what cannot be posted.

    The text ``may_be_blank`` where there are pictures.
    """
    text, warning = clean(text, "status"), clean(warning, "spoiler_text")
    if is_blank(text) and not may_be_blank:
        raise Invalid("Please write something", field="status")
    whole = warning + text
    if len(whole) > MOST_CHARACTERS:
        shortened = whole if len(whole) > _MOST_CODE_POINTS else _shorten_links(whole)
        check_length(shortened, MOST_CHARACTERS, "status")
    return text, warning


def _shorten_links(text: str) -> str:
    parts: list[str] = []
    at = 0
    for start, end in links(text):
        parts.append(text[at : min(end, start + LINK_CHARACTERS)])
        at = end
    return "".join([*parts, text[at:]])


def fold_tag(name: str) -> str:
    """The name under which a hashtag is found: ＴＯＫＹＯ, Tokyo and tokyo are one, and so are ｶﾅ and カナ."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def mentioned(text: str, domain: str) -> tuple[str, ...]:
    """The handles of this server that a cleaned text mentions, lower-cased, each once, in order, at most 30."""
    if "@" not in text:
        return ()
    handles: dict[str, None] = {}
    for part in _between_links(text):
        for found in _MARK.finditer(part):
            handle = _own_handle(found, domain)
            if handle is not None:
                handles[handle] = None
                if len(handles) == MOST_MARKS:
                    return tuple(handles)
    return tuple(handles)


def _between_links(text: str) -> Iterator[str]:
    at = 0
    for start, end in links(text):
        yield text[at:start]
        at = end
    yield text[at:]


def _own_handle(found: regex.Match[str], domain: str) -> str | None:
    handle, host = found["handle"], found["host"]
    if handle is None or (host is not None and host.lower() != domain):
        return None
    return handle.lower()


def marked(text: str, origin: str, domain: str, known: Collection[str]) -> Marked:
    """A cleaned text as HTML with links, hashtags, and mentions of the ``known`` handles."""
    marker = _Marker(origin, domain, known)
    html = to_html(text, marker.between)
    return Marked(html, tuple(marker.handles), tuple(marker.tags))


def tags_of(text: str) -> tuple[str, ...]:
    """The folded hashtags of a text, each once, in order."""
    return marked(text, "", "", ()).tags


class _Marker:
    """Turns what stands between the links of one text into HTML, and keeps what it points at."""

    def __init__(self, origin: str, domain: str, known: Collection[str]) -> None:
        self._origin = origin
        self._domain = domain
        self._known = known
        self.handles: dict[str, None] = {}
        self.tags: dict[str, None] = {}

    def between(self, text: str) -> str:
        parts: list[str] = []
        at = 0
        for found in _MARK.finditer(text):
            html = self._tag(found) if found["tag"] else self._mention(found)
            if html is not None:
                parts += (escape(text[at : found.start()]), html)
                at = found.end()
        return "".join([*parts, escape(text[at:])]) if parts else escape(text)

    def _mention(self, found: regex.Match[str]) -> str | None:
        handle = _own_handle(found, self._domain)
        if handle is None or handle not in self._known:
            return None
        self.handles[handle] = None
        return (
            f'<span class="h-card" translate="no"><a href="{escape(self._origin)}/@{handle}" class="u-url mention">'
            f"@<span>{escape(found[0][1:])}</span></a></span>"
        )

    def _tag(self, found: regex.Match[str]) -> str | None:
        typed = found["tag"]
        if len(typed) > _MOST_TAG or not any(letter.isalpha() for letter in typed):
            return None
        name = fold_tag(typed)
        if name not in self.tags and len(self.tags) == MOST_MARKS:
            return None
        self.tags[name] = None
        return (
            f'<a href="{escape(tag_url(self._origin, name))}" class="mention hashtag" rel="tag">'
            f"{found[0][0]}<span>{escape(typed)}</span></a>"
        )


def account_url(origin: str, handle: str) -> str:
    """Where the page of an account is."""
    return f"{origin}/@{handle}"


def tag_url(origin: str, name: str) -> str:
    """Where the posts with a hashtag are. ``name`` is folded."""
    return f"{origin}/tags/{quote(name, safe='')}"
