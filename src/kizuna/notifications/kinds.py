"""The kinds of notifications. Those of the square are spelt as the Mastodon API spells them."""

from typing import Final, Literal

SquareKind = Literal["mention", "status", "reblog", "follow", "favourite", "update"]
CircleKind = Literal["friend_request", "friend", "room_reply", "reply", "named", "staff_read"]

SQUARE_KINDS: Final[tuple[SquareKind, ...]] = (
    "mention",
    "status",
    "reblog",
    "follow",
    "favourite",
    "update",
)
CIRCLE_KINDS: Final[tuple[CircleKind, ...]] = (
    "friend_request",
    "friend",
    "room_reply",
    "reply",
    "named",
    "staff_read",
)
ALWAYS: Final[frozenset[str]] = frozenset({"staff_read"})
"""Kinds that nobody can turn off: what was done to somebody's own things is told."""
SPEAKING: Final[frozenset[str]] = frozenset({"mention", "room_reply", "reply", "named"})
"""Kinds by which somebody speaks to one; the others tell of something that happened."""
LIFELINES: Final[frozenset[str]] = frozenset()
"""Kinds that no quiet hours hold back: alerts and safety answers, once there are any."""
