"""Periodic duties: each runs once per period, whatever happens to the process or its clock in between.

The only duty of its kind stands in the store for ever. What it does and its next time are one transaction, so a
period is neither left out by a crash nor done twice; what fails is tried again like any duty. Periods that passed while
no process ran are not made up for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from kizuna.jobs import duties, schedule_queries
from kizuna.jobs.duties import Duty, Effect, Handler
from kizuna.store.store import Store, Tx

HOUR_MS: Final = 3600 * 1000
DAY_MS: Final = 24 * HOUR_MS
_KEY: Final = "periodic"


class _Nothing(msgspec.Struct, frozen=True):
    """A periodic duty knows what to do by its kind."""


@dataclass(frozen=True)
class Schedule:
    """Work for each period of Unix time. The kind is kept in the store and must never change."""

    kind: str
    every_ms: int
    handle: Handler


def next_start(now_ms: int, every_ms: int) -> int:
    """When the next period begins, in Unix milliseconds."""
    return (now_ms // every_ms + 1) * every_ms


def handlers(schedules: Sequence[Schedule]) -> Mapping[str, Handler]:
    """The handlers for the worker of the store in which these are begun."""
    return {schedule.kind: _handler(schedule) for schedule in schedules}


def _handler(schedule: Schedule) -> Handler:
    async def handle(duty: Duty) -> Effect:
        effect = await schedule.handle(duty)

        async def apply(tx: Tx) -> None:
            if effect is not None:
                await effect(tx)
            await _ask(tx, schedule, next_start(tx.now_ms, schedule.every_ms))

        return apply

    return handle


async def begin(store: Store, schedules: Sequence[Schedule]) -> None:
    """At a start: ask for those that were never asked for, and for those that died or wait for a time that is too far.

    The latter wait because a clock was ahead; the period that it ran ahead to is done again when it really comes.
    """

    async def apply(tx: Tx) -> None:
        for schedule in schedules:
            waiting = await schedule_queries.waiting(tx, f"{schedule.kind}:{_KEY}")
            following = next_start(tx.now_ms, schedule.every_ms)
            if waiting is None or waiting.dead_at is not None:
                await _ask(tx, schedule, tx.now_ms)
            elif waiting.run_at > following and waiting.attempts == 0:
                await _ask(tx, schedule, following)

    await store.write(apply)


async def _ask(tx: Tx, schedule: Schedule, run_at_ms: int) -> None:
    await duties.add(tx, schedule.kind, _Nothing(), run_at_ms=run_at_ms, key=_KEY)
