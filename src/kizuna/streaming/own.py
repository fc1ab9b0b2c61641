"""What concerns one face alone: requests that wait for it, the states of its copies, what came in from its ties."""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from kizuna.ground.clock import Clock
from kizuna.ground.config import Plane
from kizuna.people.models import Viewer
from kizuna.streaming.hub import Hub
from kizuna.streaming.models import Body, Channel, Entry, EventName, Judge


class OwnEntry(Entry, frozen=True, kw_only=True):
    """Something for one face. ``body`` is what it says, where that is known already."""

    face_id: int
    body: bytes = b""


Look = Callable[[OwnEntry], Awaitable[bytes | None]]
"""What an entry says at this moment; None when it says nothing any more."""


class OwnSource:
    """What concerns one face alone. ``looks`` find what an event says, at the moment at which it is told."""

    def __init__(self, clock: Clock, hub: Hub) -> None:
        self._clock = clock
        self._hub = hub
        self._looks: dict[tuple[Plane, EventName], Look] = {}
        for plane in ("square", "circle"):
            hub.add(plane, OwnEntry, self)

    def add(self, plane: Plane, event: EventName, look: Look) -> None:
        """Carry an event whose body is looked up when it is told."""
        self._looks[plane, event] = look

    def tell(self, plane: Plane, event: EventName, face_id: int, about: int, body: bytes = b"") -> None:
        """Something has happened for one face; without a ``body`` it is looked up."""
        at_ms = self._clock.now_ms()
        entry = OwnEntry(plane=plane, event=event, id=about, at_ms=at_ms, face_id=face_id, body=body)
        self._hub.publish(entry)

    async def refresh(self) -> None:
        """Nothing is kept that could be old."""

    def opened(self, viewer: Viewer | None) -> None:
        """Nothing is kept for those who listen."""

    def closed(self, viewer: Viewer | None) -> None:
        """Nothing was kept for those who listened."""

    def channels(self, entry: OwnEntry) -> Iterable[Channel]:
        """The face's own."""
        yield f"own {entry.plane}", entry.face_id

    async def judge(self, entry: OwnEntry) -> Judge | None:
        """The face itself."""
        if entry.plane == "square":
            return lambda viewer: viewer is not None and viewer.square_id == entry.face_id
        return lambda viewer: viewer is not None and viewer.circle_id == entry.face_id

    async def body(self, entry: OwnEntry, viewers: Sequence[Viewer | None]) -> Body | None:  # noqa: ARG002 - there is one
        """What it says."""
        look = self._looks.get((entry.plane, entry.event))
        found = entry.body if look is None else await look(entry)
        return None if found is None else Body(found)
