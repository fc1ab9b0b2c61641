"""What happened to notifications, told upwards."""

from kizuna.ground.config import Plane
from kizuna.ground.events import Event


class Notified(Event, frozen=True, tag="notifications.notified"):
    """A face has a new notification. Told in the store people for the square, in the store circle for the circle.

    ``type`` is one of ``kinds.SQUARE_KINDS`` or ``kinds.CIRCLE_KINDS``, or the name of an app's kind (an
    event's own tag is its ``kind``).
    """

    notification_id: int
    plane: Plane
    face_id: int
    type: str
