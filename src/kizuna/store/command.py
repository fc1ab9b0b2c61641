"""What a writer of either database handles: one command of a group, and what it leaves to be done with the commit."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from typing import Any

import msgspec
import sqlalchemy as sa

from kizuna.ground.events import Event, tag_of
from kizuna.ground.ids import Ids, StoreName
from kizuna.store.store import Params, Tx
from kizuna.store.tables import OUTBOX

_encode = msgspec.json.Encoder().encode


class Pending:
    """The half of ``Tx`` that is alike for both: what a command asks for besides its own statements."""

    def __init__(self, store: StoreName, ids: Ids, now_ms: int) -> None:
        self.store: StoreName = store
        self.now_ms = now_ms
        self._ids = ids
        self.later: dict[sa.Executable, list[Params]] = {}
        self.afters: list[Callable[[], None]] = []
        self.topics: set[str] = set()
        self.events: list[Event] = []

    def new_id(self) -> int:
        """The next id of this store."""
        return self._ids.new()

    def append(self, table: sa.Table, row: Params) -> None:
        """Insert with the rows of the group's other commands; reads see it only after the commit."""
        self.defer(_insert(table), row)

    def defer(self, statement: sa.Executable, params: Params) -> None:
        """Execute a change in bulk with the same one of other commands, before the commit."""
        self.later.setdefault(statement, []).append(params)

    def emit(self, event: Event) -> None:
        """Write an event into the outbox, in this transaction."""
        row = {"id": self.new_id(), "kind": tag_of(type(event)), "payload": _encode(event).decode()}
        self.append(OUTBOX[self.store], row)
        self.events.append(event)
        self.wake("outbox")

    def wake(self, topic: str) -> None:
        """Tell the listeners of a topic of this store that there is work, after the commit."""
        self.topics.add(topic)

    def after(self, act: Callable[[], None]) -> None:
        """Run on the event loop after the commit and before the answer."""
        self.afters.append(act)


class Command:
    """A write that somebody waits for."""

    __slots__ = ("afters", "apply", "error", "events", "future", "result")

    def __init__(self, apply: Callable[[Tx], Awaitable[object]], future: asyncio.Future[Any]) -> None:
        self.apply = apply
        self.future = future
        self.result: object = None
        self.error: BaseException | None = None
        self.afters: Sequence[Callable[[], None]] = ()
        self.events: Sequence[Event] = ()

    def answer(self) -> None:
        """Tell whoever waits, unless they have gone away."""
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result(self.result)
        else:
            self.future.set_exception(self.error)


@cache
def _insert(table: sa.Table) -> sa.Insert:
    return sa.insert(table)
