"""The circle as a source of streams.

Nothing is remembered of who may read what: the gate is asked for every entry, at the moment at which it is handed out.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

import msgspec

from kizuna.circle import audience, events
from kizuna.circle.ports import Circle
from kizuna.ground.events import Event
from kizuna.people.models import Viewer
from kizuna.streaming.hub import Hub
from kizuna.streaming.models import Body, Channel, Entry, EventName, Judge

ENDS: Final[tuple[type[Event], ...]] = (
    events.Unfriended,
    events.Blocked,
    events.GroupChanged,
    events.Participation,
    events.AudienceChanged,
    events.FaceRemoved,
    events.FaceStands,
)
"""What may take voices from somebody who could read them."""

RenderVoice = Callable[[int, Sequence[Viewer | None]], Awaitable[Body | None]]
"""(voice, viewers) → the voice as those of these viewers see it who may read it."""


class VoiceEntry(Entry, frozen=True, kw_only=True):
    """Something that happened to a voice, or to a reply in its room."""

    room_id: int
    group_id: int | None = None
    """The shared group in which the room was just opened."""


class CircleSource:
    """What friends say, for those who listen and whom the gate lets read it."""

    def __init__(self, circle: Circle, hub: Hub, render: RenderVoice) -> None:
        self._circle = circle
        self._hub = hub
        self._render = render
        self._open: dict[int, int] = {}
        hub.add("circle", VoiceEntry, self)

    def listen(self) -> None:
        """Hear what happens in the circle."""
        store = self._circle.store
        store.hear(events.VoiceSaid, self._said)
        store.hear(events.VoiceReplied, self._replied)
        store.hear(events.VoiceEdited, self._edited)
        store.hear(events.VoiceDeleted, self._deleted)
        for end in ENDS:
            store.hear(end, self._ended)

    async def refresh(self) -> None:
        """Nothing is kept that could be old."""

    def opened(self, viewer: Viewer | None) -> None:
        """Somebody begins to listen."""
        if viewer is not None and viewer.circle_id is not None:
            self._open[viewer.circle_id] = self._open.get(viewer.circle_id, 0) + 1

    def closed(self, viewer: Viewer | None) -> None:
        """Somebody listens no more."""
        if viewer is not None and viewer.circle_id is not None:
            self._open[viewer.circle_id] -= 1
            if self._open[viewer.circle_id] == 0:
                del self._open[viewer.circle_id]

    def channels(self, entry: VoiceEntry) -> Iterable[Channel]:
        """The room, and for what opens it (or ends it) everybody's list of voices."""
        yield "room", entry.room_id
        if entry.group_id is not None:
            yield "group", entry.group_id
        if entry.id == entry.room_id:
            for face_id in self._open:
                yield "voices", face_id

    async def judge(self, entry: VoiceEntry) -> Judge | None:
        """The gate. A deletion is told to those who could read what is gone."""
        facts = await audience.facts(self._circle.store.reads, entry.id)
        if facts is None:
            return None
        if entry.event == "delete":
            facts = msgspec.structs.replace(facts, gone=False)
        return lambda viewer: (
            viewer is not None and viewer.circle_id is not None and audience.may_read(viewer.circle_id, facts)
        )

    async def body(self, entry: VoiceEntry, viewers: Sequence[Viewer | None]) -> Body | None:
        """The voice, or the id of what is gone."""
        if entry.event == "delete":
            return Body(b"%d" % entry.id)
        return await self._render(entry.id, viewers)

    def _said(self, event: events.VoiceSaid) -> None:
        self._tell("update", event.voice_id, event.voice_id, event.group_id)

    def _replied(self, event: events.VoiceReplied) -> None:
        self._tell("update", event.voice_id, event.room_id)

    def _deleted(self, event: events.VoiceDeleted) -> None:
        self._hub.ended()
        self._tell("delete", event.voice_id, event.room_id)

    def _edited(self, event: events.VoiceEdited) -> None:
        self._tell("status.update", event.voice_id, event.room_id)

    def _ended(self, event: Event) -> None:  # noqa: ARG002 - the gate knows which
        self._hub.ended()

    def _tell(self, name: EventName, voice_id: int, room_id: int, group_id: int | None = None) -> None:
        at_ms = self._circle.clock.now_ms()
        self._hub.publish(
            VoiceEntry(
                plane="circle", event=name, id=voice_id, at_ms=at_ms, room_id=room_id, group_id=group_id
            )
        )
