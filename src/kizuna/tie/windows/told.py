"""Windows as a source of streams: open pages are told by ids that there is something new, and look for themselves."""

from collections.abc import Iterable, Sequence
from typing import Final

from kizuna.circle import audience, sharing_queries
from kizuna.circle.ports import Circle
from kizuna.ground.clock import Clock
from kizuna.people.models import Viewer
from kizuna.streaming.hub import Hub
from kizuna.streaming.models import Body, Channel, Entry, EventName, Judge
from kizuna.tie.windows import events, source_queries

_NOTHING: Final = Body(b"{}")


class WindowEntry(Entry, frozen=True, kw_only=True):
    """Something that happened to a source, to the windows of a group, or to what a room is about: one of the three."""

    source_id: int | None = None
    group_id: int | None = None
    voice_id: int | None = None


class WindowSource:
    """What happens to windows, for those who take part at that moment."""

    def __init__(self, circle: Circle, clock: Clock, hub: Hub) -> None:
        self._circle = circle
        self._clock = clock
        self._hub = hub
        hub.add("circle", WindowEntry, self)

    def listen(self) -> None:
        """Hear what happens."""
        store = self._circle.store
        store.hear(events.ItemsChanged, self._read)
        store.hear(events.WindowChanged, self._changed)
        store.hear(events.TalkChanged, self._reworded)

    async def refresh(self) -> None:
        """Nothing is kept that could be old."""

    def opened(self, viewer: Viewer | None) -> None:
        """Nothing is kept for those who listen."""

    def closed(self, viewer: Viewer | None) -> None:
        """Nothing was kept for those who listened."""

    def channels(self, entry: WindowEntry) -> Iterable[Channel]:
        """The source, the group, or the room; what a page shows of them, it says when it begins to listen."""
        if entry.source_id is not None:
            yield "window", entry.source_id
        if entry.group_id is not None:
            yield "windows", entry.group_id
        if entry.voice_id is not None:
            yield "room", entry.voice_id

    async def judge(self, entry: WindowEntry) -> Judge | None:
        """Who takes part in a group that shows it, or of what stands for all, everybody; of a room, whom the gate lets
        read it."""
        reads = self._circle.store.reads
        if entry.voice_id is not None:
            facts = await audience.facts(reads, entry.voice_id)
            if facts is None:
                return None
            return lambda viewer: (
                viewer is not None
                and viewer.circle_id is not None
                and audience.may_read(viewer.circle_id, facts)
            )
        groups = {entry.group_id} if entry.group_id is not None else set[int]()
        if entry.source_id is not None:
            if entry.source_id in await source_queries.kept(reads):
                return lambda viewer: viewer is not None and viewer.circle_id is not None
            groups = set((await source_queries.windows_showing(reads, entry.source_id)).values())
        members = {
            face_id for group_id in groups for face_id in await sharing_queries.taking_part(reads, group_id)
        }
        return lambda viewer: viewer is not None and viewer.circle_id in members

    async def body(self, entry: WindowEntry, viewers: Sequence[Viewer | None]) -> Body | None:  # noqa: ARG002 - ids alone
        """Nothing but that it happened."""
        return _NOTHING

    def _read(self, event: events.ItemsChanged) -> None:
        self._tell("window", event.newest_id or event.source_id, source_id=event.source_id)

    def _changed(self, event: events.WindowChanged) -> None:
        self._tell("windows", event.window_id, group_id=event.group_id)

    def _reworded(self, event: events.TalkChanged) -> None:
        self._tell("window", event.voice_id, voice_id=event.voice_id)

    def _tell(
        self,
        name: EventName,
        about: int,
        *,
        source_id: int | None = None,
        group_id: int | None = None,
        voice_id: int | None = None,
    ) -> None:
        self._hub.publish(
            WindowEntry(
                plane="circle",
                event=name,
                id=about,
                at_ms=self._clock.now_ms(),
                source_id=source_id,
                group_id=group_id,
                voice_id=voice_id,
            )
        )
