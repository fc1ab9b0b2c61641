"""Short ways to act on a square and to look at it, one call after the other."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from kizuna.jobs.idempotency import Key
from kizuna.square import actions, load, queries
from kizuna.square.models import Account, Draft, Status
from kizuna.square.ports import Square
from kizuna.store.store import Row
from tests.fakes import FakeClock

T = TypeVar("T")
HANA: Final = 101
KEN: Final = 102
MAI: Final = 103
ABSENT: Final = 999


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run to the end on a loop of its own."""
    return asyncio.run(coroutine)


@dataclass
class World:
    """A square and its clock."""

    square: Square
    clock: FakeClock

    def post(self, author_id: int, text: str, key: Key | None = None, **draft: Any) -> int:
        """Post; each a second after the last."""
        self.clock.advance(1)
        return run(actions.post(self.square, author_id, Draft(text=text, **draft), key))

    def status(self, post_id: int) -> Status | None:
        """What a reader sees of an id."""
        return run(load.load_status(self.square.store.reads, post_id))

    def seen(self, post_id: int) -> Status:
        """What a reader sees of an id that is there."""
        found = self.status(post_id)
        assert found is not None
        return found

    def account(self, account_id: int) -> Account:
        """An account with its counters."""
        found = run(queries.account(self.square.store.reads, account_id))
        assert found is not None
        return found

    def rows(self, statement: Any) -> list[Row]:
        """Rows as they are stored."""
        return list(run(self.square.store.reads.all(statement)))
