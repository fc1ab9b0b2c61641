"""The two hubs of a server, and what of each plane flows into them.

Visitors are served by a hub that holds the square alone and tells ids and counts; members by one that carries whole
statuses, what the gate lets each of them read, and what concerns them alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from kizuna.circle import events as circle_events
from kizuna.circle import friend_queries
from kizuna.circle.ports import Circle
from kizuna.ground.clock import Clock
from kizuna.notifications.of_apps import AppKind
from kizuna.people.events import TokensChanged
from kizuna.people.ports import People
from kizuna.square.ports import Square
from kizuna.store.store import Store
from kizuna.streaming.circle import CircleSource
from kizuna.streaming.frames import HEARTBEAT
from kizuna.streaming.hub import Hub
from kizuna.streaming.own import Look, OwnEntry, OwnSource
from kizuna.streaming.seats import Seats
from kizuna.streaming.square import SquareSource
from kizuna.tie.bell import Bell
from kizuna.tie.events import Arrived, CopyChanged
from kizuna.tie.home import Home
from kizuna.tie.told_streams import NoticeSource
from kizuna.tie.windows.told import WindowSource


@dataclass(frozen=True)
class Streams:
    """The hub for visitors, the one for members, and what rings there after quiet hours."""

    public: Hub
    member: Hub
    bell: Bell

    async def stop(self) -> None:
        """End every stream, and take in nobody more."""
        await self.bell.stop()
        await self.public.stop()
        await self.member.stop()


def make_streams(
    people: People,
    square: Square,
    circle: Circle,
    home: Home,
    clock: Clock,
    of_apps: Sequence[AppKind] = (),
) -> Streams:
    """Both hubs, hearing their stores. ``of_apps`` are what apps tell people of, on pages alone."""
    seats = Seats(enabled=not people.config.test_mode)
    streams = Streams(Hub(clock, HEARTBEAT, seats), Hub(clock, HEARTBEAT, seats), Bell(clock))
    member = streams.member
    SquareSource(square, clock, streams.public).listen(square.store, people.store)
    SquareSource(square, clock, member, home.told).listen(square.store, people.store)
    CircleSource(circle, member, home.voice_told).listen()
    own = OwnSource(clock, member)
    own.add("circle", "requests", _requests(circle))
    people.store.hear(TokensChanged, lambda event: member.tokens_ended(event.digests))
    for store in (people.store, square.store, circle.store):
        store.doubt(lambda: _doubt(streams))
    WindowSource(circle, clock, member).listen()
    NoticeSource(square, circle, member, streams.bell, of_apps).listen()
    _listen(own, circle.store)
    return streams


def _listen(own: OwnSource, circle: Store) -> None:
    """Hear what concerns one face alone."""

    def copied(event: CopyChanged) -> None:
        body = msgspec.json.encode({"id": str(event.copy_id), "state": event.state})
        own.tell("circle", "copy", event.face_id, event.copy_id, body)

    def arrived(event: Arrived) -> None:
        body = msgspec.json.encode({"count": event.count})
        own.tell("circle", "inbound", event.face_id, event.newest_id, body)

    def asked(event: circle_events.Requested) -> None:
        own.tell("circle", "requests", event.to_id, event.request_id)

    def befriended(event: circle_events.Befriended) -> None:
        own.tell("circle", "requests", event.a_id, event.b_id)
        own.tell("circle", "requests", event.b_id, event.a_id)

    circle.hear(CopyChanged, copied)
    circle.hear(Arrived, arrived)
    circle.hear(circle_events.Requested, asked)
    circle.hear(circle_events.Befriended, befriended)


def _requests(circle: Circle) -> Look:
    async def look(entry: OwnEntry) -> bytes:
        waiting = await friend_queries.requests_in(circle.store.reads, entry.face_id)
        return msgspec.json.encode({"count": len(waiting)})

    return look


def _doubt(streams: Streams) -> None:
    """Something may have gone unheard: streams end rather than go on with a hole, and are opened anew."""
    for hub in (streams.public, streams.member):
        hub.ended()
        hub.close_all("changed")
