"""The things of windows, as doors and duties see them. Times are Unix milliseconds."""

from enum import StrEnum
from typing import Final, Literal

import msgspec

from kizuna.tie.models import INSIDE

Kind = Literal["tag", "account", "feed"]


class SourceState(StrEnum):
    """How reading a source went the last time."""

    NEW = "new"
    """It was not read yet."""
    GOOD = "good"
    ABSENT = "absent"
    """There is no such account, or the address does not exist."""
    REFUSED = "refused"
    """It is shown only to who signs in there."""
    FORBIDDEN = "forbidden"
    """An address that is no public place."""
    REDIRECTED = "redirected"
    """It is redirected too often, or to where we do not go."""
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    """What comes is no feed, or not what the server promises."""
    UNREACHABLE = "unreachable"
    """No answer, an error over there, or too many questions."""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A public source. ``name`` is a tag, ``user`` or ``user@host``, or the path of a feed with its query."""

    kind: Kind
    origin: str
    name: str

    @property
    def inside(self) -> bool:
        """Whether it is of this very server."""
        return self.origin == INSIDE


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """A window as one member sees it."""

    id: int
    group_id: int
    source_id: int
    source: Source
    title: str
    """What the source calls itself; empty while that is not known."""
    state: SourceState
    read_at: int | None
    muted: bool
    """By this member, for himself."""
    closable: bool
    """He opened it, or owns the group."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A public item as a source showed it. ``html`` is sanitised; ``attachments`` are counted, and not shown."""

    id: int
    source_id: int
    origin: str
    url: str
    author_name: str
    author_acct: str
    author_url: str
    title: str
    warning: str
    html: str
    attachments: int
    written_at: int
    edited_at: int | None = None


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """What a room is about: a post of the own square by its id, or an item with its kept words.

    Of what is not at its origin any more, the words are not kept either.
    """

    voice_id: int
    post_id: int | None
    item: Item | None
    gone: bool


MOST_WINDOWS: Final = 8
"""In a group."""
MOST_SOURCES: Final = 500
"""On a server."""
MOST_ASKED: Final = 40
"""Sources that one person may have asked for; what nobody shows any more counts until it is forgotten."""
MOST_ITEMS: Final = 400
KEPT_MS: Final = 14 * 24 * 3600 * 1000
"""So many items of a source are kept, and so long."""
UNUSED_MS: Final = 24 * 3600 * 1000
"""How long a source that nobody shows any more is remembered."""
