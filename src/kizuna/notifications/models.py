"""Notifications, as the doors see them. Their time is in their id."""

from typing import Final

import msgspec

from kizuna.circle.models import Face, Voice
from kizuna.notifications.kinds import SquareKind
from kizuna.notifications.of_apps import AppKind


class SquareNotification(msgspec.Struct, frozen=True):
    """Something that an account did on the square. ``post_id`` is None for a follow."""

    id: int
    kind: SquareKind
    from_id: int
    post_id: int | None


class CircleRow(msgspec.Struct, frozen=True):
    """A row, before the gate is asked. ``voice_id`` is None for requests and friendships; rows of apps have their own
    things there."""

    id: int
    kind: str
    from_id: int
    voice_id: int | None


class CircleNotification(msgspec.Struct, frozen=True):
    """Something that a face did in the circle, for a viewer who may know of it now. ``voice`` is what it is about.

    Of what the staff read (``staff_read``) there is neither: who reported it is not told. ``kind`` is a ``CircleKind``,
    or the name of ``app``, an app's kind.
    """

    id: int
    kind: str
    face: Face | None
    voice: Voice | None
    app: AppKind | None = None


class Wanted(msgspec.Struct, frozen=True):
    """Which notifications: of these kinds (None is all), and by one account or face only."""

    kinds: tuple[str, ...] | None = None
    from_id: int | None = None


EVERYTHING: Final = Wanted()
