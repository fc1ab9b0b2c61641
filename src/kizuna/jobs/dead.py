"""Dead letters: what was tried for half a day without success waits for somebody to decide."""

from collections.abc import Sequence
from typing import Literal

import msgspec

from kizuna.ground.errors import NotFound
from kizuna.ground.ids import StoreName
from kizuna.jobs import dead_queries
from kizuna.store.store import Store, Tx


class DeadLetter(msgspec.Struct, frozen=True):
    """A duty, or an event that some consumer did not take. ``error`` is why the last try failed."""

    id: int
    store: StoreName
    what: Literal["duty", "event"]
    kind: str
    attempts: int
    error: str


async def dead_letters(stores: Sequence[Store]) -> list[DeadLetter]:
    """All of these stores, oldest first."""
    found: list[DeadLetter] = []
    for store in stores:
        duties = await dead_queries.duties(store.name, store.reads)
        events = await dead_queries.events(store.name, store.reads)
        found += [
            DeadLetter(row.id, store.name, "duty", row.kind, row.attempts, row.error or "") for row in duties
        ]
        found += [
            DeadLetter(row.id, store.name, "event", row.kind, row.attempts, row.error or "") for row in events
        ]
    return sorted(found, key=lambda letter: letter.id)


async def count_dead(stores: Sequence[Store]) -> int:
    """How many there are in these stores together."""
    return sum([await dead_queries.count(store.name, store.reads) for store in stores])


async def retry(stores: Sequence[Store], letter_id: int) -> None:
    """Try a dead letter again, from the start. Raises NotFound when there is none with this id."""

    async def apply(tx: Tx) -> bool:
        found = await dead_queries.retry(tx, letter_id)
        if found:
            tx.wake("duty")
            tx.wake("outbox")
        return found

    for store in stores:
        if await store.write(apply):
            return
    raise NotFound


async def discard(stores: Sequence[Store], letter_id: int) -> None:
    """Forget a dead letter for good. Raises NotFound when there is none with this id."""
    for store in stores:
        if await store.write(lambda tx: dead_queries.discard(tx, letter_id)):
            return
    raise NotFound
