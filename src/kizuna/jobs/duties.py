"""Work that must be done, however often it fails: kept with the change that asked for it, retried, never lost."""

from collections.abc import Awaitable, Callable
from typing import Literal

import msgspec

from kizuna.jobs import queries
from kizuna.store.store import Tx

Lane = Literal["normal", "lifeline"]
Effect = Callable[[Tx], Awaitable[None]]


class Duty(msgspec.Struct, frozen=True):
    """A duty as its handler gets it. ``attempts`` counts from 1; ``payload`` is JSON."""

    id: int
    kind: str
    payload: bytes
    attempts: int


Handler = Callable[[Duty], Awaitable[Effect | None]]


async def add(
    tx: Tx,
    kind: str,
    payload: msgspec.Struct,
    *,
    run_at_ms: int | None = None,
    lane: Lane = "normal",
    key: str | None = None,
) -> None:
    """Ask for a duty in this transaction.

    With a ``key`` there is one duty per kind and key: asking again while it waits moves it to the new time, asking
    again while it runs makes it run once more afterwards. ``lane`` "lifeline" never waits behind other work.
    """
    duty_id = tx.new_id()
    row: dict[str, object] = {
        "id": duty_id,
        "kind": kind,
        "key": f"{kind}:{duty_id if key is None else key}",
        "payload": msgspec.json.encode(payload).decode(),
        "lane": lane,
        "run_at": tx.now_ms if run_at_ms is None else run_at_ms,
        "lease_until": 0,
        "asked": 1,
        "attempts": 0,
    }
    await queries.add_duty(tx, row)
    tx.wake("duty")
