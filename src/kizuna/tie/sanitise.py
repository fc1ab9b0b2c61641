"""HTML of strangers made safe and plain (pure): a strict list of what may stay, everything else goes."""

import re
from typing import Final

import nh3

from kizuna.ground.text import html_to_text

_MOST_HTML: Final = 20_000
_MOST_LINE: Final = 200
_UNPRINTED: Final = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u2028-\u202e\u2066-\u2069]+")
_CLEANER: Final = nh3.Cleaner(
    tags={
        "p",
        "br",
        "a",
        "strong",
        "em",
        "b",
        "i",
        "u",
        "del",
        "code",
        "pre",
        "blockquote",
        "ul",
        "ol",
        "li",
    },
    attributes={"a": {"href"}},
    url_schemes={"http", "https"},
    link_rel="nofollow noopener noreferrer",
    set_tag_attribute_values={"a": {"target": "_blank"}},
    clean_content_tags={"script", "style"},
    strip_comments=True,
    url_relative="deny",  # here it would lead to a page of ours
)


def safe_html(html: str) -> str:
    """What may be put on our pages: text, paragraphs, emphasis, lists and links to the web. No pictures, no styles."""
    return _CLEANER.clean(html[:_MOST_HTML].replace("\x00", ""))


def visible_text(html: str) -> str:
    """What people read of it. Cleaned first: on broken HTML the standard library's parser takes quadratic time."""
    return html_to_text(_CLEANER.clean(html))


def plain_line(text: str | None) -> str:
    """One short line of plain text, without characters that reorder or hide what stands around it."""
    return _UNPRINTED.sub(" ", text or "").strip()[:_MOST_LINE]
