"""What the circle's kinds are called in the client API: the nearest true word that a client knows. Pure.

Friends follow each other there (docs/decisions/031), so a request is a follow request and a friendship a follow. That
the staff has read something has no word there, and is told on the pages alone.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from kizuna.notifications.kinds import CIRCLE_KINDS, SQUARE_KINDS, CircleKind
from kizuna.notifications.models import Wanted

API_NAMES: Final[Mapping[str, str]] = {
    "friend_request": "follow_request",
    "friend": "follow",
    "room_reply": "mention",
    "reply": "mention",
    "named": "mention",
}
IN_API: Final[tuple[CircleKind, ...]] = tuple(kind for kind in CIRCLE_KINDS if kind in API_NAMES)


class Asked(msgspec.Struct, frozen=True):
    """Which notifications a client asks for, by their names in the API."""

    types: frozenset[str] = frozenset()
    not_types: frozenset[str] = frozenset()
    from_id: int | None = None

    def includes(self, name: str) -> bool:
        """Whether this type is among them."""
        return (not self.types or name in self.types) and name not in self.not_types


def square_wanted(asked: Asked) -> Wanted:
    """The same in the square's kinds. Types that we do not know match nothing."""
    if not asked.types and not asked.not_types:
        return Wanted(None, asked.from_id)
    return Wanted(tuple(one for one in SQUARE_KINDS if asked.includes(one)), asked.from_id)


def circle_wanted(asked: Asked) -> Wanted:
    """The same in the circle's kinds."""
    return Wanted(tuple(one for one in IN_API if asked.includes(API_NAMES[one])), asked.from_id)
