"""Listening to the homes of tied accounts: one stream per link whose consent "in" stands, for as long as it stands.

Whatever ends a consent or a link ends its stream at once, heard at the commit. A stream that fails is opened again,
later each time and never at the same moment as others; one that brings too much is left to polling for a while.
"""

import asyncio
from contextlib import aclosing
from typing import Final

import structlog

from kizuna.fetch.port import FetchAnswered, FetchError
from kizuna.jobs import claims
from kizuna.store.store import Row
from kizuna.tie import events, queries
from kizuna.tie.consents import access_ended
from kizuna.tie.models import INSIDE, LinkState
from kizuna.tie.partners import mastodon
from kizuna.tie.partners.sse import Reader, TooMuch
from kizuna.tie.ports import Tie
from kizuna.tie.streamed import take

MOST_STREAMS: Final = 200
#: Events of one stream in a minute; somebody who follows that much reads by polling.
MOST_EVENTS: Final = 300
_MINUTE_S: Final = 60.0
_SHORTEST_S: Final = 1.0
_LONGEST_S: Final = 900.0
_FLOOD_S: Final = 600.0
#: How soon another process takes over when the one that listens is gone.
_OTHERS_TURN_S: Final = 15.0


class Listeners:
    """The streams of this process; wiring starts and stops it with the other work."""

    def __init__(self, tie: Tie) -> None:
        self._tie = tie
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._running = False
        self._log = structlog.get_logger("tie")

    async def start(self) -> None:
        """Open the streams that consents ask for, and hear when that changes."""
        self._running = True
        store = self._tie.store
        store.hear(events.ConsentChanged, self._consent_changed)
        store.hear(events.Linked, lambda event: self._begin(event.link_id))
        store.hear(events.Unlinked, lambda event: self._end(event.link_id))
        store.hear(events.AccessEnded, lambda event: self._end(event.link_id))
        for link_id in await queries.live_link_ids(store.reads):
            self._begin(link_id)

    async def stop(self) -> None:
        """Close all streams."""
        self._running = False
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _consent_changed(self, event: events.ConsentChanged) -> None:
        if event.direction == "in":
            (self._begin if event.given else self._end)(event.link_id)

    def _begin(self, link_id: int) -> None:
        if not self._running or (link_id not in self._tasks and len(self._tasks) >= MOST_STREAMS):
            return
        self._end(link_id)  # whoever ties anew brings another token
        task = asyncio.get_running_loop().create_task(self._listen(link_id))
        self._tasks[link_id] = task
        task.add_done_callback(lambda done: self._forget(link_id, done))

    def _end(self, link_id: int) -> None:
        task = self._tasks.pop(link_id, None)
        if task is not None:
            task.cancel()

    def _forget(self, link_id: int, done: asyncio.Task[None]) -> None:
        if self._tasks.get(link_id) is done:
            del self._tasks[link_id]

    async def _listen(self, link_id: int) -> None:
        """Stream after stream, until nothing asks for one any more."""
        failures = 0
        while (found := await self._wanted(link_id)) is not None:
            if not await claims.is_first(self._tie.store):
                await self._tie.clock.sleep(_OTHERS_TURN_S)
                continue
            link, consent_id = found
            began = self._tie.clock.now_ms()
            try:
                wait = await self._read(link, consent_id)
            except FetchAnswered as refused:
                if refused.status == 401:
                    await self._tie.store.write(lambda tx: access_ended(tx, link_id))
                    return
                wait = _LONGEST_S  # no streams over there, or not for us
            except FetchError:
                wait = 0.0
            except Exception as error:  # noqa: BLE001 - whatever it was, polling goes on and the stream is tried again
                self._log.warning("stream failed", error=type(error).__name__)
                wait = _MINUTE_S
            stood = self._tie.clock.now_ms() - began > _MINUTE_S * 1000
            failures = 0 if stood else failures + 1
            await self._tie.clock.sleep(self._pause(failures, wait))

    def _pause(self, failures: int, wait: float) -> float:
        """Seconds until the next try: doubling, with a jitter of a half to one and a half."""
        doubled = min(_SHORTEST_S * 2.0 ** min(failures, 10), _LONGEST_S)
        return max(doubled, wait) * (0.5 + self._tie.randomness.uniform())

    async def _wanted(self, link_id: int) -> tuple[Row, int] | None:
        link = await queries.link_row(self._tie.store.reads, link_id)
        consent_id = await queries.open_consent(self._tie.store.reads, link_id, "in")
        if link is None or consent_id is None or link.state != LinkState.LIVE.value or link.origin == INSIDE:
            return None
        return link, consent_id

    async def _read(self, link: Row, consent_id: int) -> float:
        """One stream to its end; answers for how long to leave it alone. Raises FetchError."""
        reader, count, since = Reader(), 0, self._tie.clock.now_ms()
        async with aclosing(self._tie.fetch.lines(mastodon.user_stream(link.origin, link.token))) as lines:
            async for line in lines:
                try:
                    event = reader.take(line)
                except TooMuch:
                    return _FLOOD_S
                if event is None:
                    continue
                if self._tie.clock.now_ms() - since > _MINUTE_S * 1000:
                    count, since = 0, self._tie.clock.now_ms()
                count += 1
                if count > MOST_EVENTS:
                    return _FLOOD_S
                await take(self._tie, link, consent_id, event)
        return 0.0
