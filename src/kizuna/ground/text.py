"""Text that people write: cleaned, counted and turned into safe HTML. Pure; every plane builds on it.

What a person wrote comes back exactly: ``html_to_text(to_html(text)) == text`` for every cleaned text. So the
HTML adds markup and never changes, shortens or reorders what is visible.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from html import escape as _escape
from html.parser import HTMLParser
from typing import Final, NamedTuple

import regex

from kizuna.ground.errors import Invalid

# A visible character may carry combining marks and joiners without end; this many code points on average are
# enough for every script and for family emoji, and stop a "short" text of megabytes.
_CODE_POINTS_PER_CHARACTER: Final = 8

_LINE_END: Final = re.compile(r"\r\n?")
_NOT_STORABLE: Final = re.compile(r"[\x00\ud800-\udfff]")
_CONTROL: Final = regex.compile(r"[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]")
# Hangul fillers and the empty braille cell are letters and symbols to Unicode, but nothing to the eye.
_VISIBLE: Final = regex.compile(r"[^\p{C}\p{Z}\p{M}\s\u115f\u1160\u2800\u3164\uffa0]")
# Marks that reorder what follows them: in a name they could forge the text beside it.
_REORDERING: Final = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CLUSTER: Final = regex.compile(r"\X")

# A link ends where Japanese text begins: "https://example.com/aです" links up to the "a". A host is taken as plain
# ASCII where it can be; only a host that cannot (https://日本語.jp) may hold other letters. What looks like a host
# but is a user name (https://bank.example@evil.example) is no link. The path may hold accented Latin and Cyrillic
# letters as they are typed; other scripts are percent-encoded by browsers.
_LINK: Final = regex.compile(
    r"""
    (?<![A-Za-z0-9_@/.\-])
    https?://
    (?> localhost(?![A-Za-z0-9.\-])
      | (?:[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?\.)+ (?:[a-z][a-z0-9\-]{0,61}[a-z0-9]|[0-9]{1,3})
      | (?:[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}ー\-]{0,62})\.)+ [a-z]{2,63}
    )
    (?> (?: :[0-9]{1,5} )? )
    (?! [@a-z0-9_] | :[^\s/]*@ )
    (?: [/?\#] [a-z0-9\u00c0-\u024f\u0400-\u04ff!$%&'()*+,./:;=?@\[\]\#_~|\-]* )?
    """,
    regex.VERBOSE | regex.IGNORECASE,
)
_CLOSERS: Final = {")": "(", "]": "["}
_TRAILING: Final = ".,:;!?'*|"


def clean(text: str, field: str = "text") -> str:
    """A body as it is stored: line ends are ``\\n``, empty lines around it are gone, all else is untouched.

    Raises ``Invalid`` for NUL and lone surrogates, which no store and no peer can carry. Other control characters
    stay: real texts hold them, and they are harmless in escaped HTML and in JSON.
    """
    if _NOT_STORABLE.search(text):
        raise Invalid("The text contains a character that cannot be stored.", field=field)
    return _LINE_END.sub("\n", text).strip("\n")


def clean_line(text: str, field: str) -> str:
    """One line, such as a name: without blanks around it. Raises ``Invalid`` for control and reordering characters."""
    if _CONTROL.search(text) or _REORDERING.search(text):
        raise Invalid("The text contains a character that cannot be used here.", field=field)
    return text.strip()


def fold(text: str) -> str:
    """A text for comparing: without differences of case, width and form (NFKC), without invisible characters."""
    seen = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())


def is_blank(text: str) -> bool:
    """Whether nothing of it can be seen: only spaces, joiners, marks and fillers."""
    return _VISIBLE.search(text) is None


def length(text: str) -> int:
    """Characters as a reader counts them: grapheme clusters (Unicode Standard Annex 29)."""
    return sum(1 for _ in _CLUSTER.finditer(text))


def check_length(text: str, most: int, field: str = "text") -> None:
    """Raises ``Invalid`` when the text has more than ``most`` characters, or far too many code points for that."""
    if len(text) <= most:
        return
    if len(text) > most * _CODE_POINTS_PER_CHARACTER or length(text) > most:
        raise Invalid("Please use at most {most} characters.", field=field, most=most)


class Span(NamedTuple):
    """A part of a text: ``text[start:end]``."""

    start: int
    end: int


def links(text: str) -> Iterator[Span]:
    """The http and https links in a text, in order, without the punctuation that closes the sentence around them."""
    for found in _LINK.finditer(text):
        yield Span(found.start(), _link_end(text, found.start(), found.end()))


def _link_end(text: str, start: int, end: int) -> int:
    while True:
        last = text[end - 1]
        opener = _CLOSERS.get(last)
        unbalanced = opener is not None and text.count(last, start, end) > text.count(opener, start, end)
        if last not in _TRAILING and not unbalanced:
            return end
        end -= 1


def escape(text: str) -> str:
    """Text for HTML content."""
    return _escape(text, quote=False)


def anchor(href: str, label: str, rel: str = "nofollow noopener noreferrer") -> str:
    """An HTML link that opens apart and tells the target nothing. ``href`` and ``label`` are plain text."""
    return f'<a href="{_escape(href)}" rel="{_escape(rel)}" target="_blank">{escape(label)}</a>'


def to_html(text: str, between: Callable[[str], str] = escape) -> str:
    """A cleaned text as safe HTML: paragraphs, line breaks, links.

    ``between`` turns what stands between the links into HTML (the square adds mentions and hashtags there); it must
    escape, and keep every ``\\n``.
    """
    if not text:
        return ""
    parts: list[str] = []
    at = 0
    for start, end in links(text):
        parts += (between(text[at:start]), anchor(text[start:end], text[start:end]))
        at = end
    parts.append(between(text[at:]))
    return "<p>" + "".join(parts).replace("\n\n", "</p><p>").replace("\n", "<br />") + "</p>"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the inherited signature
        if tag == "br":
            self.parts.append("\n")
        elif tag == "p" and self.parts:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def html_to_text(html: str) -> str:
    """The visible text of simple HTML, as this module and the servers of the Mastodon API write it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "".join(reader.parts)
