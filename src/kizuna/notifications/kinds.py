"""The kinds of notifications. Those of the square are spelt as the Mastodon API spells them."""

from typing import Final, Literal

SquareKind = Literal["mention", "status", "reblog", "follow", "favourite", "update"]
CircleKind = Literal["friend_request", "friend", "room_reply", "reply", "named", "reaction"]

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
    "reaction",
)
