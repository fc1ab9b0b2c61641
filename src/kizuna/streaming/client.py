"""One open stream, or a WebSocket with several: a bounded queue between the hub and the connection."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import msgspec

from kizuna.people.models import Viewer
from kizuna.streaming.models import Authorise, Channel, Direct, Entry, Form, Label, Reason

MOST_QUEUED: Final = 1_000
MOST_BYTES: Final = 2 * 1024 * 1024
AT_ONCE: Final = 100


class Subscription:
    """A stream that a client listens to. ``first`` is the number of the first entry it wants."""

    __slots__ = ("channels", "client", "cold", "first", "label")

    def __init__(
        self, client: "Client", label: Label, channels: Sequence[Channel], first: int, *, cold: bool
    ) -> None:
        self.client = client
        self.label = label
        self.channels = tuple(dict.fromkeys(channels))
        self.first = first
        self.cold = cold
        """Something that is in the log already has to be told first."""


class Item(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A frame that waits, and what it tells of. Without an entry it is about the stream itself."""

    frame: bytes
    entry: Entry | None
    subscription: Subscription | None


class Client:
    """A connection with its queue. ``send`` writes to it and waits while it is full.

    ``direct`` writes at once or, where it would have to wait, not at all; it answers which. Servers that have it tell a
    stream for half the cost, since no task is made for that.
    """

    __slots__ = (
        "_bytes",
        "_direct",
        "_draining",
        "_items",
        "_loop",
        "_on_close",
        "_review",
        "_send",
        "authorise",
        "digest",
        "epoch",
        "form",
        "joins",
        "reason",
        "sending_since",
        "slot",
        "subscriptions",
        "viewer",
    )

    def __init__(
        self,
        viewer: Viewer | None,
        form: Form,
        send: Callable[[bytes], Awaitable[None]],
        on_close: Callable[[], object],
        *,
        authorise: Authorise | None = None,
        digest: bytes | None = None,
        joins: bool = True,
        direct: Direct | None = None,
    ) -> None:
        self.viewer = viewer
        self.form = form
        self.joins = joins
        self.authorise = authorise
        self.digest = digest
        self.epoch = 0
        self.slot = 0
        self.reason: Reason | None = None
        self.sending_since: float | None = None
        self.subscriptions: dict[str, Subscription] = {}
        self._loop = asyncio.get_running_loop()
        self._send = send
        self._direct = direct
        self._on_close = on_close
        self._items: deque[Item] = deque()
        self._bytes = 0
        self._draining: asyncio.Task[None] | None = None
        self._review: Callable[[Client], Awaitable[None]] | None = None

    def join(self, review: Callable[["Client"], Awaitable[None]], slot: int) -> None:
        """Belong to a hub, which looks again at what became doubtful while it waited."""
        self._review = review
        self.slot = slot

    @property
    def items(self) -> Sequence[Item]:
        """What waits to be sent."""
        return tuple(self._items)

    def drop(self, item: Item) -> None:
        """Do not send what waits."""
        self._items.remove(item)
        self._bytes -= len(item.frame)

    def put(self, *items: Item) -> None:
        """Hand frames over, or queue them; one too many ends the stream."""
        if self.reason is not None:
            return
        frames = [item.frame for item in items]
        if self._direct is not None and self._draining is None and self._direct(frames):
            return
        self._items.extend(items)
        self._bytes += sum(map(len, frames))
        if len(self._items) > MOST_QUEUED or self._bytes > MOST_BYTES:
            self.close("slow")
        elif self._draining is None:
            self._draining = self._loop.create_task(self._drain())

    def beat(self, frame: bytes) -> None:
        """Show that the stream lives, unless something is on its way anyhow."""
        if self._draining is None:
            self.put(Item(frame, None, None))

    def close(self, reason: Reason) -> None:
        """Send nothing more, not even what waits, and end the connection."""
        if self.reason is not None:
            return
        self.leave(reason)
        self._on_close()

    def leave(self, reason: Reason = "left") -> None:
        """Send nothing more: the connection has ended, or is about to."""
        if self.reason is None:
            self.reason = reason
        self._items.clear()
        if self._draining is not None:
            self._draining.cancel()

    async def _drain(self) -> None:
        try:
            while self._items:
                if self._review is not None:
                    await self._review(self)
                if not self._items:
                    break
                frame = self._next()
                self.sending_since = self._loop.time()
                await self._send(frame)
                self.sending_since = None
        except Exception:  # noqa: BLE001 - the connection is gone, whatever the server calls that
            self.close("changed")
        finally:
            self._draining = None

    def _next(self) -> bytes:
        if not self.joins:
            frame = self._items.popleft().frame
        else:
            frame = b"".join(self._items.popleft().frame for _ in range(min(len(self._items), AT_ONCE)))
        self._bytes -= len(frame)
        return frame
