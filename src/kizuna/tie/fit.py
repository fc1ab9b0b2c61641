"""Fitting a text into a public copy (pure).

A copy is the author's text as the place can hold it: cut only between pieces, with an ellipsis where something was left
out. A piece is a link, a tag, a handle, a word of a script that puts spaces between words, or a single grapheme cluster
(Unicode Standard Annex 29), so nothing is cut inside any of them.

Handles: in the circle `@mei` points at a friend, at the place it would notify whoever has that name there. So a word
joiner (invisible) goes between the `@` and the name, in every handle outside a link; a copy never notifies anybody.
The names themselves remain, since they are the author's words; `Fitted.names` lets the page ask before they are public.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
import regex

from kizuna.ground import text as texts
from kizuna.tie.models import Limit

ELLIPSIS: Final = "…"
_JOINER: Final = "\u2060"
#: A run of letters longer than this is no word, and is cut between graphemes.
_LONGEST_WORD: Final = 30

_UNSPACED: Final = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
# What some server may take for a handle. An address of mail is none, nor is the @ in a path.
_HANDLE: Final = regex.compile(r"(?<![A-Za-z0-9_/=])@(?=[A-Za-z0-9_])")
_BARE: Final = regex.compile(r"@+(?=[A-Za-z0-9_])")
_DEFUSED: Final = regex.compile(r"@\u2060[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*(?:@[\w.-]+\w)?")
# What stays whole besides links. Han, kana, hangul, Thai and their like are written without spaces between words, so
# there each cluster is a piece of its own.
_RUN: Final = regex.compile(
    rf"""
    (?P<tag> (?<![\p{{L}}\p{{N}}_&/]) [#＃][\p{{L}}\p{{M}}\p{{N}}_・\u200c\u200d]+ )
    | (?P<handle> {_DEFUSED.pattern} )
    | (?P<word> (?:(?![{_UNSPACED}])[\p{{L}}\p{{M}}\p{{N}}'’\-])+ )
    """,
    regex.VERBOSE,
)
_HAS_DOMAIN: Final = regex.compile(r"https?://[^/?#:]+\.\p{L}[^/?#:.]+(?:[/?#:]|\Z)", regex.IGNORECASE)
_CLUSTER: Final = regex.compile(r"\X")


class Fitted(msgspec.Struct, frozen=True):
    """The text of a copy; whether something was left out; the handles that stay in it, with their @."""

    text: str
    cut: bool
    names: tuple[str, ...]


class _Piece(msgspec.Struct, frozen=True):
    text: str
    cost: int


def fit(text: str, limit: Limit, suffix: str = "") -> Fitted:
    """The copy of a text for a place with this limit.

    `suffix` (may be empty) is put behind it after a blank line and is never cut. The text is empty when not even one
    piece fits: such a copy must not be made.
    """
    clean = texts.clean(text)
    if limit.handles == "bare":
        return _fit(bare(clean), limit, suffix, _names(defused(clean)))
    return _fit(defused(clean), limit, suffix, None)


def _fit(whole: str, limit: Limit, suffix: str, names: tuple[str, ...] | None) -> Fitted:
    """The copy of a text whose handles are harmless; `names` are its handles where they cannot be read off it."""
    tail = f"\n\n{suffix}" if suffix else ""
    room = limit.most - cost(tail, limit)
    pieces = list(_pieces(whole, limit))
    if sum(piece.cost for piece in pieces) <= room:
        return Fitted(whole + tail, False, _names(whole) if names is None else names)
    kept, mark = _cut(whole, pieces, room, limit)
    if not kept:
        kept, mark = _cut(whole, list(_pieces(whole, limit, words=False)), room, limit)
    return Fitted(kept + mark + tail if kept else "", True, _names(kept) if names is None else names)


def _cut(whole: str, pieces: Iterable[_Piece], room: int, limit: Limit) -> tuple[str, str]:
    """The longest beginning with its ellipsis; behind a link a space, or the link would swallow the ellipsis."""
    kept, mark = "", ""
    link_ends = {link.end for link in texts.links(whole)}
    for mark in (ELLIPSIS, f" {ELLIPSIS}"):
        kept = _longest(pieces, room - _units(mark, limit))
        if len(kept) not in link_ends:
            return kept, ELLIPSIS
    return kept, mark


def defused(text: str) -> str:
    """The text with every handle outside links made harmless. Doing it twice changes nothing."""
    parts: list[str] = []
    at = 0
    for start, end in texts.links(text):
        parts += (_defuse(text, at, start), text[start:end])
        at = end
    parts.append(_defuse(text, at, len(text)))
    return "".join(parts)


def bare(text: str) -> str:
    """The text with the @ left out of every handle outside links: where nothing may tell that this is a copy."""
    parts: list[str] = []
    at = 0
    for start, end in (*texts.links(text), (len(text), len(text))):
        parts += (_BARE.sub("", text[at:start]), text[start:end])
        at = end
    return "".join(parts)


def cost(text: str, limit: Limit) -> int:
    """How many characters of the limit a text uses."""
    return sum(piece.cost for piece in _pieces(text, limit))


def _defuse(text: str, start: int, end: int) -> str:
    parts: list[str] = []
    at = start
    for found in _HANDLE.finditer(text, start, end):
        parts += (text[at : found.end()], _JOINER)
        at = found.end()
    return "".join((*parts, text[at:end]))


def _names(text: str) -> tuple[str, ...]:
    found = (match.group().replace(_JOINER, "") for match in _DEFUSED.finditer(text))
    return tuple(dict.fromkeys(found))


def _longest(pieces: Iterable[_Piece], room: int) -> str:
    kept: list[str] = []
    for piece in pieces:
        room -= piece.cost
        if room < 0:
            break
        kept.append(piece.text)
    return "".join(kept).rstrip()


def _pieces(text: str, limit: Limit, *, words: bool = True) -> Iterator[_Piece]:
    """The text cut everywhere it may be cut (inside words only if they need not stay whole)."""
    spans = list(_unbroken(text, words=words))
    links = {span.start: span for span in texts.links(text)}
    start, nth = 0, 0
    for cluster in _CLUSTER.finditer(text):
        end = cluster.end()
        while nth < len(spans) and spans[nth].end <= end:
            nth += 1
        if nth == len(spans) or spans[nth].start >= end:
            yield _piece(text, texts.Span(start, end), links, limit)
            start = end


def _piece(text: str, span: texts.Span, links: dict[int, texts.Span], limit: Limit) -> _Piece:
    inside = [link for start, link in links.items() if span.start <= start < span.end] if limit.url else []
    size = _units(text[span.start : span.end], limit)
    for link in inside:
        size += _link_cost(text[link.start : link.end], limit) - _units(text[link.start : link.end], limit)
    return _Piece(text[span.start : span.end], size)


def _unbroken(text: str, *, words: bool) -> Iterator[texts.Span]:
    """Where the links, tags, handles and words are, in order and apart from each other."""
    at = 0
    for link in (*texts.links(text), texts.Span(len(text), len(text))):
        for found in _RUN.finditer(text, at, link.start):
            if found["word"] is None or (words and texts.length(found.group()) <= _LONGEST_WORD):
                yield texts.Span(found.start(), found.end())
        yield link
        at = link.end


def _link_cost(link: str, limit: Limit) -> int:
    """A link to a host without a top-level domain is other text to most servers, however long."""
    plain = _units(link, limit)
    if limit.url is None:
        return plain
    return limit.url if _HAS_DOMAIN.match(link) else max(plain, limit.url)


def _units(text: str, limit: Limit) -> int:
    return texts.length(text) if limit.unit == "grapheme" else len(text)
