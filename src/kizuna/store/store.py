"""The port: what the house may ask of a store, whichever database is behind it.

A write is *prepare* (render, hash, fetch; no lock) and then *apply*: an ``async`` function that takes a ``Tx``,
checks every permission again and writes. Apply never waits for anything but its own store, so that SQLite can run
it inside the single writer without suspending, and PostgreSQL on its connection.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import sqlalchemy as sa

from kizuna.ground.events import Event
from kizuna.ground.ids import Ids, StoreName

T = TypeVar("T")
E = TypeVar("E", bound=Event)
Params = Mapping[str, object]


class Row(tuple[Any, ...]):
    """A row of a query: its values in order, and each by the name of its column."""

    __slots__ = ()

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...


class Db(Protocol):
    """Reading: what a store's reader and a transaction have in common."""

    async def all(self, statement: sa.Executable, params: Params | None = None) -> Sequence[Row]:
        """Every row of a select."""
        ...

    async def first(self, statement: sa.Executable, params: Params | None = None) -> Row | None:
        """The first row, or None."""
        ...

    async def scalar(self, statement: sa.Executable, params: Params | None = None) -> Any:
        """The first column of the first row, or None."""
        ...


class Tx(Db, Protocol):
    """One command inside the writer. An exception undoes this command alone."""

    store: StoreName
    now_ms: int

    def new_id(self) -> int:
        """The next id of this store."""
        ...

    async def run(self, statement: sa.Executable, params: Params | None = None) -> int:
        """Execute an insert, update or delete now; answers the number of rows."""
        ...

    def append(self, table: sa.Table, row: Params) -> None:
        """Insert a row that cannot conflict (its id is new), in bulk with those of other commands."""
        ...

    def defer(self, statement: sa.Executable, params: Params) -> None:
        """Execute a change that cannot fail and whose outcome nobody asks (a counter), in bulk like ``append``."""
        ...

    def emit(self, event: Event) -> None:
        """Write an event into the outbox, in this transaction."""
        ...

    def wake(self, topic: str) -> None:
        """Tell the listeners of a topic of this store that there is work, after the commit."""
        ...

    def after(self, act: Callable[[], None]) -> None:
        """Run on the event loop after the commit and before the answer; for caches, which must not be stale."""
        ...


class Store(Protocol):
    """One of the four stores."""

    @property
    def name(self) -> StoreName:
        """Which of the four."""
        ...

    @property
    def shared(self) -> bool:
        """Whether other processes write it too, so that work must be claimed before it is done."""
        ...

    @property
    def process(self) -> str:
        """Who we are among the processes that share it; empty when there are none."""
        ...

    @property
    def hears(self) -> bool:
        """Whether commits of other processes are heard now. While not, caches are neither read nor filled."""
        ...

    @property
    def ids(self) -> Ids:
        """Makes ids of this store outside a write."""
        ...

    @property
    def reads(self) -> Db:
        """Reads of what is committed."""
        ...

    async def write(self, apply: Callable[[Tx], Awaitable[T]]) -> T:
        """Apply a command in the single writer; returns when it is durable."""
        ...

    def hear(self, kind: type[E], act: Callable[[E], None]) -> None:
        """Call ``act`` with every event of a kind after its commit and before the answer; for caches.

        Commits of other processes are heard within a second, or ``hears`` is false.
        """
        ...

    def doubt(self, act: Callable[[], None]) -> None:
        """Call ``act`` when commits may have gone unheard: whoever remembers anything of this store forgets it."""
        ...

    def listen(self, topic: str, wake: Callable[[], None]) -> None:
        """Call ``wake`` after every commit that has work for ``topic``."""
        ...


class OpenStore(Store, Protocol):
    """A store as whoever opened it holds it."""

    @property
    def commits(self) -> int:
        """How many groups of writes this process has committed."""
        ...

    async def start(self) -> None:
        """Begin to hear other processes. Raises ConfigError when the store cannot be reached."""
        ...

    async def close(self) -> None:
        """Finish what was accepted, then let go."""
        ...

    def abandon(self) -> None:
        """Let go at once; what is not committed is lost, as in a crash."""
        ...
