"""Notifications as a source of streams: judged by the list itself, at the moment at which they are handed out."""

from collections.abc import Iterable, Sequence

import msgspec

from kizuna.circle.ports import Circle
from kizuna.ground.config import Plane
from kizuna.notifications.circle_reads import circle_one
from kizuna.notifications.entities import Notification
from kizuna.notifications.events import Notified
from kizuna.notifications.kinds import LIFELINES
from kizuna.notifications.of_apps import AppKind
from kizuna.notifications.quiet import ends_at, is_quiet
from kizuna.notifications.quiet_queries import quiet_time
from kizuna.notifications.square_reads import square_one
from kizuna.people.models import Viewer
from kizuna.people.queries import person_of_face
from kizuna.square.ports import Square
from kizuna.streaming.hub import Hub
from kizuna.streaming.models import Body, Channel, Entry, Judge
from kizuna.tie import notices
from kizuna.tie.bell import Bell


class NoticeEntry(Entry, frozen=True, kw_only=True):
    """A face has a new notification; ``id`` is the notification's."""

    face_id: int


class NoticeSource:
    """New notifications, each for the face that it was written for."""

    def __init__(
        self, square: Square, circle: Circle, hub: Hub, bell: Bell, of_apps: Sequence[AppKind] = ()
    ) -> None:
        self._bell = bell
        self._of_apps = of_apps
        self._square = square
        self._circle = circle
        self._clock = square.clock
        self._hub = hub
        for plane in ("square", "circle"):
            hub.add(plane, NoticeEntry, self)

    def listen(self) -> None:
        """Hear of new notifications, in the store of each plane's."""
        for store in (self._square.kept, self._circle.store):
            store.hear(Notified, self._notified)

    async def refresh(self) -> None:
        """Nothing is kept that could be old."""

    def opened(self, viewer: Viewer | None) -> None:
        """Nothing is kept for those who listen."""

    def closed(self, viewer: Viewer | None) -> None:
        """Nothing was kept for those who listened."""

    def channels(self, entry: NoticeEntry) -> Iterable[Channel]:
        """The face's own."""
        yield f"own {entry.plane}", entry.face_id

    async def judge(self, entry: NoticeEntry) -> Judge | None:
        """The face itself, as long as what it is told of is so and may be known."""
        found = await self._look(entry)
        if found is None or await self._held(entry, found.kind):
            return None
        if entry.plane == "square":
            return lambda viewer: viewer is not None and viewer.square_id == entry.face_id
        return lambda viewer: viewer is not None and viewer.circle_id == entry.face_id

    async def body(self, entry: NoticeEntry, viewers: Sequence[Viewer | None]) -> Body | None:
        """The notification, as each of these viewers' faces see what it is about."""
        found = await self._look(entry)
        own: dict[Viewer | None, bytes] = {}
        for viewer in viewers:
            if viewer is not None and found is not None:
                for each in await self._shown(viewer, found):
                    own[viewer] = msgspec.json.encode(each)
        return None if found is None else Body(None, own)

    async def _shown(self, viewer: Viewer, found: notices.Told) -> Sequence[Notification]:
        if viewer.circle_id is not None:
            return await notices.OfBoth(self._square, self._circle, viewer).shown([found])
        assert viewer.square_id is not None, "judged"
        return await notices.OfSquare(self._square, viewer.square_id).shown([found])

    async def _look(self, entry: NoticeEntry) -> notices.Told | None:
        if entry.plane == "square":
            return await square_one(self._square, entry.face_id, entry.id)
        return await circle_one(self._circle.store.reads, entry.face_id, entry.id, self._of_apps)

    async def _held(self, entry: NoticeEntry, kind: str) -> bool:
        """Whether the person has quiet hours now; the newest of what is held then is told at their end."""
        people = self._square.kept.reads
        person_id = await person_of_face(people, entry.plane, entry.face_id)
        quiet = None if person_id is None else await quiet_time(people, person_id)
        now = self._clock.now_ms()
        if quiet is None or kind in LIFELINES or not is_quiet(quiet, now):
            return False
        place = (entry.plane, entry.face_id)
        self._bell.hold(place, entry.id, ends_at(quiet, now), lambda newest: self._tell(*place, newest))
        return True

    def _notified(self, event: Notified) -> None:
        self._tell(event.plane, event.face_id, event.notification_id)

    def _tell(self, plane: Plane, face_id: int, notification_id: int) -> None:
        at_ms = self._clock.now_ms()
        entry = NoticeEntry(
            plane=plane, event="notification", id=notification_id, at_ms=at_ms, face_id=face_id
        )
        self._hub.publish(entry)
