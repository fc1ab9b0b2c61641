"""The hub: who listens to what, and the beat in which entries are judged and handed out.

When something happens, nothing is decided: it waits for the next beat and is judged then, and once more if something
has ended between the judgement and the moment of sending. What nobody listens to is neither judged nor rendered.

Beats come every 20 ms. After one that told thousands of deliveries the next comes after 60, so that each stream gets
more in one piece: writing is what costs most.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, Final, Protocol

import msgspec
import structlog

from kizuna.ground.clock import Clock
from kizuna.ground.config import Plane
from kizuna.people.models import Viewer
from kizuna.streaming.client import Client, Item, Subscription
from kizuna.streaming.log import Log
from kizuna.streaming.models import Body, Channel, Entry, Form, Judge, Label, Reason
from kizuna.streaming.seats import Seats

BEAT_S: Final = 0.02
BUSY_BEAT_S: Final = 0.06
BUSY: Final = 500
HEARTBEAT_S: Final = 15
STUCK_S: Final = 30.0
MOST_LOOKS: Final = 5


class Source(Protocol):
    """One kind of entries: who listens for them, who may see them, and what they look like."""

    async def refresh(self) -> None:
        """Look again at what has changed since the last beat."""
        ...

    def channels(self, entry: Any) -> Iterable[Channel]:
        """Where an entry is told."""
        ...

    async def judge(self, entry: Any) -> Judge | None:
        """Who may see it at this moment; None when nobody may, because it is gone."""
        ...

    async def body(self, entry: Any, viewers: Sequence[Viewer | None]) -> Body | None:
        """What it looks like to these viewers; None when it is gone."""
        ...

    def opened(self, viewer: Viewer | None) -> None:
        """Somebody begins to listen."""
        ...

    def closed(self, viewer: Viewer | None) -> None:
        """Somebody listens no more."""
        ...


class Hub:
    """Streams of one kind of viewers. Parts that are for anybody get a hub whose only source is the square."""

    def __init__(self, clock: Clock, heartbeat: bytes, seats: Seats) -> None:
        self.seats = seats
        self._clock = clock
        self._heartbeat = heartbeat
        self._sources: dict[type[Entry], Source] = {}
        self._logs: dict[Plane, Log] = {}
        self._listening: dict[Channel, dict[Subscription, None]] = {}
        self._clients: list[set[Client]] = [set() for _ in range(HEARTBEAT_S)]
        self._by_digest: dict[bytes, set[Client]] = {}
        self._cold: list[Subscription] = []
        self._pending: list[Entry] = []
        self._fresh = False
        self._told = 0
        self._seq = 1
        self._slot = 0
        self._beat: asyncio.Task[None] | None = None
        self._hearts: asyncio.Task[None] | None = None
        self._checks: set[asyncio.Task[None]] = set()
        self._stopped = False
        self._log = structlog.get_logger("streams")
        self.epoch = 1
        """Grows with everything that may have ended somebody's sight of something."""

    def add(self, plane: Plane, kind: type[Entry], source: Source) -> None:
        """Carry a kind of entries of a plane. Each plane has a log of its own: how full one is shows in no other."""
        self._sources[kind] = source
        self._logs.setdefault(plane, Log(self._clock.now_ms()))

    @property
    def clients(self) -> list[Client]:
        """The connections that are open."""
        return [client for clients in self._clients for client in clients]

    @property
    def listened(self) -> bool:
        """Whether somebody listens to anything."""
        return bool(self._listening)

    def publish(self, entry: Entry) -> None:
        """Something has happened; called after its commit and before the answer."""
        log = self._logs[entry.plane]
        entry = msgspec.structs.replace(entry, seq=self._seq, nth=log.repeats(entry))
        self._seq += 1
        log.add(entry)
        if self._listening:
            self._pending.append(entry)
            self._wake()

    def ended(self) -> None:
        """Something has ended: what was judged before is looked at again before it is sent."""
        self.epoch += 1

    # Opening and closing

    def open(self, client: Client) -> bool:
        """Take a connection in; False when the server is stopping."""
        if self._stopped:
            return False
        self._slot = (self._slot + 1) % HEARTBEAT_S
        client.join(self._review, self._slot)
        client.epoch = self.epoch
        self._clients[self._slot].add(client)
        if client.digest is not None:
            self._by_digest.setdefault(client.digest, set()).add(client)
        for source in self._sources.values():
            source.opened(client.viewer)
        self._fresh = True  # what is to be known of them is looked up now, not when something happens
        self._wake()
        if self._hearts is None:
            self._hearts = asyncio.get_running_loop().create_task(self._live())
        return True

    def subscribe(
        self,
        client: Client,
        key: str,
        channels: Sequence[Channel],
        position: str = "",
        label: Label = (),
    ) -> bool:
        """Listen to a stream, from a position on if one is given; False when it is not known any more."""
        self.unsubscribe(client, key)
        first = self._first(position) if position else self._seq
        subscription = Subscription(
            client, label, channels, first or self._seq, cold=bool(first and position)
        )
        client.subscriptions[key] = subscription
        for channel in subscription.channels:
            self._listening.setdefault(channel, {})[subscription] = None
        if subscription.cold:
            self._cold.append(subscription)
            self._wake()
        return first is not None

    def unsubscribe(self, client: Client, key: str) -> None:
        """Listen to a stream no more."""
        subscription = client.subscriptions.pop(key, None)
        if subscription is None:
            return
        for channel in subscription.channels:
            listening = self._listening[channel]
            listening.pop(subscription, None)
            if not listening:
                del self._listening[channel]

    def close(self, client: Client) -> None:
        """A connection is gone."""
        client.leave()
        for key in tuple(client.subscriptions):
            self.unsubscribe(client, key)
        self._clients[client.slot].discard(client)
        sharing = self._by_digest.get(client.digest or b"", set())
        sharing.discard(client)
        if client.digest is not None and not sharing:
            self._by_digest.pop(client.digest, None)
        for source in self._sources.values():
            source.closed(client.viewer)
        if client.reason in ("slow", "flood"):
            self._log.info("stream dropped", reason=client.reason)

    def _first(self, position: str) -> int | None:
        """Where in the logs a position is; ``ms`` alone is everything from that millisecond on."""
        if position.isascii() and position.isdigit() and len(position) <= 15:
            found = [log.since(int(position)) for log in self._logs.values()]
            if None in found:
                return None
            return min((seq for seq in found if seq is not None and seq > 0), default=self._seq)
        known = [log.after(position) for log in self._logs.values()]
        return next((seq for seq in known if seq is not None), None)

    # Endings

    def tokens_ended(self, digests: Iterable[bytes]) -> None:
        """Tokens have ended or changed: nothing more is sent to their streams before it is known which."""
        self.ended()
        for digest in digests:
            for client in tuple(self._by_digest.get(digest, ())):
                task = asyncio.get_running_loop().create_task(self.authorise(client))
                self._checks.add(task)
                task.add_done_callback(self._checks.discard)

    async def authorise(self, client: Client) -> None:
        """Close a stream whose token has ended, or acts for other faces than when it was opened."""
        if client.authorise is None or client.reason is not None:
            return
        viewer = await client.authorise()
        if viewer is None:
            client.close("revoked")
        elif not same_sight(viewer, client.viewer):
            client.close("changed")

    def close_all(self, reason: Reason) -> None:
        """End every stream."""
        for client in self.clients:
            client.close(reason)

    async def stop(self) -> None:
        """Take in nobody more and end every stream."""
        self._stopped = True
        self.close_all("stopping")
        for task in (self._beat, self._hearts):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    # The beat

    def _wake(self) -> None:
        if self._beat is None and not self._stopped:
            self._beat = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._pending or self._cold or self._fresh:
                await self._clock.sleep(self.until_beat_s())
                await self.flush()
        except Exception:
            self._beat = None
            self._wake()
            raise
        self._beat = None

    def until_beat_s(self) -> float:
        """Beats come at fixed times: one begun by what a viewer may not know of would tell of it by its rhythm.

        For the same reason only what the square told makes them longer.
        """
        beat_s = BEAT_S if self._told < BUSY else BUSY_BEAT_S
        return beat_s - asyncio.get_running_loop().time() % beat_s

    async def flush(self) -> None:
        """Judge and hand out what has happened since the last beat."""
        entries, self._pending = self._pending, []
        cold, self._cold, self._fresh = self._cold, [], False
        self._told = 0
        end = entries[0].seq if entries else self._seq
        try:
            for _ in range(MOST_LOOKS):
                epoch = self.epoch
                items = await self._all(entries, cold, end)
                if epoch == self.epoch:
                    break
            else:
                raise RuntimeError("what may be seen changes faster than it can be looked at")
        except Exception as error:  # noqa: BLE001 - streams that lost something must not go on as if they had not
            self._log.error("streams failed", error=type(error).__name__)
            self.close_all("changed")
            return
        for subscription in cold:
            subscription.cold = False
        for client, waiting in items.items():
            client.epoch = min(client.epoch, epoch) if client.items else epoch
            client.put(*waiting)

    async def _all(
        self, entries: Sequence[Entry], cold: Sequence[Subscription], end: int
    ) -> dict[Client, list[Item]]:
        for source in self._sources.values():
            await source.refresh()
        handed: dict[Client, list[Item]] = {}
        for subscription in cold:
            missed = [entry for log in self._logs.values() for entry in log.between(subscription.first, end)]
            for entry in sorted(missed, key=lambda entry: entry.seq):
                channels = set(self._sources[type(entry)].channels(entry))
                if not channels.isdisjoint(subscription.channels):
                    await self._one(entry, [subscription], handed)
        for entry in entries:
            listening = [one for one in self._listeners(entry) if not one.cold or one in cold]
            if listening:
                await self._one(entry, listening, handed)
        return handed

    def _listeners(self, entry: Entry) -> list[Subscription]:
        found: dict[Subscription, None] = {}
        for channel in self._sources[type(entry)].channels(entry):
            there = self._listening.get(channel)
            if there is not None:
                found.update(there)
        seq = entry.seq
        return [one for one in found if one.first <= seq]

    async def _one(
        self, entry: Entry, listening: Sequence[Subscription], handed: dict[Client, list[Item]]
    ) -> None:
        source = self._sources[type(entry)]
        may_see = await source.judge(entry)
        if may_see is None:
            return
        seeing = [one for one in listening if may_see(one.client.viewer)]
        if not seeing:
            return
        if entry.plane == "square":
            self._told += len(seeing)
        needs = {form: form.needs(entry) for form in {one.client.form for one in seeing}}
        viewers = {one.client.viewer: None for one in seeing if needs[one.client.form]}
        body = await source.body(entry, tuple(viewers)) if viewers else Body(b"")
        if body is None:
            return
        frames: dict[tuple[Form, Label], bytes | None] = {}
        for one in seeing:
            client = one.client
            form = client.form
            if body.own and needs[form] and (own := body.own.get(client.viewer)) is not None:
                frame = form.frame(entry, own, one.label)
            else:
                key = (form, one.label)
                if key not in frames:
                    plain = body.plain if needs[form] else b""
                    frames[key] = None if plain is None else form.frame(entry, plain, one.label)
                frame = frames[key]
            if frame is not None:
                item = Item(frame, entry, one)
                if client in handed:
                    handed[client].append(item)
                else:
                    handed[client] = [item]

    async def _review(self, client: Client) -> None:
        """What waits for a client is judged again when something has ended since."""
        while client.epoch != self.epoch and client.reason is None:
            epoch = self.epoch
            await self.authorise(client)
            for item in client.items:
                if item.entry is not None and not await self._stands(item):
                    client.drop(item)
            if epoch == self.epoch:
                client.epoch = epoch

    async def _stands(self, item: Item) -> bool:
        entry, subscription = item.entry, item.subscription
        assert entry is not None
        assert subscription is not None
        source = self._sources[type(entry)]
        await source.refresh()
        if set(source.channels(entry)).isdisjoint(subscription.channels):
            return False
        may_see = await source.judge(entry)
        return may_see is not None and may_see(subscription.client.viewer)

    # Signs of life

    async def _live(self) -> None:
        slot = 0
        while True:
            await self._clock.sleep(1.0)
            slot = (slot + 1) % HEARTBEAT_S
            for log in self._logs.values():
                log.tick(self._clock.now_ms())
            for client in tuple(self._clients[slot]):
                await self.look_after(client)

    async def look_after(self, client: Client) -> None:
        """Every 15 seconds: is the token still good, does the connection still move, does it know that we live?"""
        since = client.sending_since
        if since is not None and asyncio.get_running_loop().time() - since > STUCK_S:
            client.close("slow")
            return
        await self.authorise(client)
        if client.joins:
            client.beat(self._heartbeat)


def same_sight(one: Viewer | None, other: Viewer | None) -> bool:
    """Whether two viewers may see the same: the person, the faces and the scopes are the same."""
    if one is None or other is None:
        return one is other
    return (one.person_id, one.square_id, one.circle_id, one.scopes) == (
        other.person_id,
        other.square_id,
        other.circle_id,
        other.scopes,
    )
