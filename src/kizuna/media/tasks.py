"""Keeping the files true: what no row names any more goes, after the commit that said so and never before it."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from typing import Final

import msgspec

from kizuna.blobs.disk import Blobs, Listed
from kizuna.ground.clock import Clock
from kizuna.jobs import duties
from kizuna.jobs.duties import Duty, Handler
from kizuna.jobs.schedules import DAY_MS, HOUR_MS, Schedule
from kizuna.media import queries
from kizuna.media.actions import remove_files
from kizuna.media.ports import Media
from kizuna.store.store import Db, Store, Tx

KINDS: Final = "media.%"
"""All duties of this file, as `LIKE` finds them. Not for counting: some are of the circle's pictures."""
FORGET: Final = "media.forget"
SWEEP: Final = "media.sweep"
EXPIRE: Final = "media.expire"
AT_ONCE: Final = 200
Known = Callable[[Db, Collection[str]], Awaitable[set[str]]]
"""Those of some keys that a plane still shows."""


class Forget(msgspec.Struct, frozen=True):
    """Remove these files."""

    files: tuple[str, ...]


async def want_forgotten(tx: Tx, files: Sequence[str]) -> None:
    """Have files removed after this transaction."""
    for start in range(0, len(files), AT_ONCE):
        await duties.add(tx, FORGET, Forget(tuple(files[start : start + AT_ONCE])))


def forgetting(blobs: Blobs) -> dict[str, Handler]:
    """The duty of a store whose rows name files."""
    return {FORGET: partial(_forget, blobs)}


def sweeping(store: Store, blobs: Blobs, clock: Clock, known: Known) -> Schedule:
    """Once a day: files that were written a day ago and that no row names, since a write was cut off."""
    return Schedule(SWEEP, DAY_MS, partial(_sweep, store, blobs, clock, known))


def expiring(media: Media) -> Schedule:
    """Once an hour: uploads that nobody attached within a day."""
    return Schedule(EXPIRE, HOUR_MS, partial(_expire, media))


async def _forget(blobs: Blobs, duty: Duty) -> None:
    files = msgspec.json.decode(duty.payload, type=Forget).files
    await asyncio.to_thread(_delete, blobs, files)


def _delete(blobs: Blobs, files: Sequence[str]) -> None:
    for file in files:
        blobs.delete(file)


async def _expire(media: Media, _duty: Duty) -> None:
    """First the files, then the rows that name them."""
    while found := await queries.old(media.store.reads, media.clock.now_ms() - DAY_MS, AT_ONCE):
        await asyncio.to_thread(remove_files, media.staged, found)
        await media.store.write(partial(_drop, [each.id for each in found]))


async def _drop(ids: Sequence[int], tx: Tx) -> None:
    await queries.drop(tx, ids)


async def _sweep(store: Store, blobs: Blobs, clock: Clock, known: Known, _duty: Duty) -> None:
    """A few at a time and without a thread, so that nobody waits for long and a seed can be told again."""
    before = clock.now_ms() - DAY_MS
    listed = blobs.list()
    while some := tuple(itertools.islice(listed, AT_ONCE)):
        old = {file.key: key for file in some if file.written_ms < before and (key := _key_of(file))}
        shown = await known(store.reads, set(old.values()))
        _delete(blobs, [file for file, key in old.items() if key not in shown])
        await clock.sleep(0)


def _key_of(file: Listed) -> str | None:
    """The directory that a file stands in is called by its key."""
    parts = file.key.split("/")
    return parts[1] if len(parts) == 3 else None
