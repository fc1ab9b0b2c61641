"""Notifications, as the doors see them. Their time is in their id."""

from typing import Final

import msgspec

from kizuna.circle.models import Face, Voice
from kizuna.notifications.kinds import CircleKind, SquareKind


class SquareNotification(msgspec.Struct, frozen=True):
    """Something that an account did on the square. ``post_id`` is None for a follow."""

    id: int
    kind: SquareKind
    from_id: int
    post_id: int | None


class CircleRow(msgspec.Struct, frozen=True):
    """A row, before the gate is asked. ``voice_id`` is None for requests and friendships."""

    id: int
    kind: CircleKind
    from_id: int
    voice_id: int | None


class CircleNotification(msgspec.Struct, frozen=True):
    """Something that a face did in the circle, for a viewer who may know of it now. ``voice`` is what it is about.

    Of what the staff read (``staff_read``) there is neither: who reported it is not told.
    """

    id: int
    kind: CircleKind
    face: Face | None
    voice: Voice | None


class Wanted(msgspec.Struct, frozen=True):
    """Which notifications: of these kinds (None is all), and by one account or face only."""

    kinds: tuple[str, ...] | None = None
    from_id: int | None = None


EVERYTHING: Final = Wanted()
