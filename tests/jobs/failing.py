"""A store that fails when a test says so, as with a full disk."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from kizuna.ground.errors import Unavailable
from kizuna.ground.events import Event
from kizuna.ground.ids import Ids, StoreName
from kizuna.store.store import Db, Params, Row, Store, Tx

T = TypeVar("T")
E = TypeVar("E", bound=Event)


class FailingStore:
    """A real store whose next ``reads_to_fail`` reads and ``writes_to_fail`` writes fail."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.reads_to_fail = 0
        self.writes_to_fail = 0

    @property
    def name(self) -> StoreName:
        return self._store.name

    @property
    def shared(self) -> bool:
        return self._store.shared

    @property
    def process(self) -> str:
        return self._store.process

    @property
    def hears(self) -> bool:
        return self._store.hears

    @property
    def ids(self) -> Ids:
        return self._store.ids

    @property
    def reads(self) -> Db:
        return _FailingDb(self)

    async def write(self, apply: Callable[[Tx], Awaitable[T]]) -> T:
        if self.writes_to_fail:
            self.writes_to_fail -= 1
            raise Unavailable("The disk is full")
        return await self._store.write(apply)

    def hear(self, kind: type[E], act: Callable[[E], None]) -> None:
        self._store.hear(kind, act)

    def doubt(self, act: Callable[[], None]) -> None:
        self._store.doubt(act)

    def listen(self, topic: str, wake: Callable[[], None]) -> None:
        self._store.listen(topic, wake)

    def readable(self) -> Db:
        """The store's reads, unless this one has to fail."""
        if self.reads_to_fail:
            self.reads_to_fail -= 1
            raise OSError("The disk cannot be read")
        return self._store.reads


class _FailingDb:
    def __init__(self, store: FailingStore) -> None:
        self._store = store

    async def all(self, statement: sa.Executable, params: Params | None = None) -> Sequence[Row]:
        return await self._store.readable().all(statement, params)

    async def first(self, statement: sa.Executable, params: Params | None = None) -> Row | None:
        return await self._store.readable().first(statement, params)

    async def scalar(self, statement: sa.Executable, params: Params | None = None) -> Any:
        return await self._store.readable().scalar(statement, params)
