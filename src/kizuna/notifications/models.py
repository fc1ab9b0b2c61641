"""Notifications, as the doors see them. Their time is in their id."""

import msgspec

from kizuna.notifications.kinds import CircleKind, SquareKind


class SquareNotification(msgspec.Struct, frozen=True):
    """Something that an account did on the square. ``post_id`` is None for a follow."""

    id: int
    kind: SquareKind
    from_id: int
    post_id: int | None


class CircleNotification(msgspec.Struct, frozen=True):
    """Something that a face did in the circle. ``voice_id`` is None for requests and friendships."""

    id: int
    kind: CircleKind
    from_id: int
    voice_id: int | None
