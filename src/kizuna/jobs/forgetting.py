"""What every store forgets with time: events whose repeats nobody delivers any more, and keys of old requests."""

from typing import Final

from kizuna.jobs import queries
from kizuna.jobs.duties import Duty, Effect
from kizuna.jobs.schedules import HOUR_MS, Schedule
from kizuna.store.store import Tx

REMEMBERED_MS: Final = 7 * 24 * HOUR_MS
KEYS_REMEMBERED_MS: Final = 24 * HOUR_MS


async def _forget(_duty: Duty) -> Effect:
    return _forget_old


async def _forget_old(tx: Tx) -> None:
    await queries.forget_old(
        tx, keys_before=tx.now_ms - KEYS_REMEMBERED_MS, seen_before=tx.now_ms - REMEMBERED_MS
    )


FORGET_OLD: Final = Schedule("jobs.forget_old", HOUR_MS, _forget)
