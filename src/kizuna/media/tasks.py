"""Keeping the files true: what no row names any more goes, after the commit that said so and never before it."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from typing import Final

import msgspec

from kizuna.blobs.disk import Blobs
from kizuna.ground.clock import Clock
from kizuna.jobs import duties
from kizuna.jobs.duties import Duty, Effect, Handler
from kizuna.media import queries
from kizuna.media.actions import DAY_MS, remove_files
from kizuna.media.ports import Media
from kizuna.store.store import Db, Store, Tx

FORGET: Final = "media.forget"
SWEEP: Final = "media.sweep"
EXPIRE: Final = "media.expire"
HOUR_MS: Final = 60 * 60 * 1000
AT_ONCE: Final = 200
Known = Callable[[Db, Collection[str]], Awaitable[set[str]]]
"""Those of some keys that a plane still shows."""


class Forget(msgspec.Struct, frozen=True):
    """Remove these files."""

    files: tuple[str, ...]


class Again(msgspec.Struct, frozen=True):
    """Look once more, later."""


async def want_forgotten(tx: Tx, files: Sequence[str]) -> None:
    """Have files removed after this transaction."""
    if files:
        await duties.add(tx, FORGET, Forget(tuple(files)))


async def want_order(store: Store, *kinds: str) -> None:
    """At the start: see to it that what repeats itself is waiting."""

    async def apply(tx: Tx) -> None:
        for kind in kinds:
            await _again(tx, kind)

    await store.write(apply)


def plane_handlers(store: Store, blobs: Blobs, clock: Clock, known: Known) -> dict[str, Handler]:
    """The duties of a plane's store."""
    return {FORGET: partial(_forget, blobs), SWEEP: partial(_sweep, store, blobs, clock, known)}


def staging_handlers(media: Media) -> dict[str, Handler]:
    """The duties of the store people."""
    sweep = partial(_sweep, media.store, media.staged, media.clock, queries.known)
    return {EXPIRE: partial(_expire, media), SWEEP: sweep}


async def _again(tx: Tx, kind: str) -> None:
    await duties.add(tx, kind, Again(), key="again", run_at_ms=tx.now_ms + HOUR_MS)


async def _forget(blobs: Blobs, duty: Duty) -> None:
    files = msgspec.json.decode(duty.payload, type=Forget).files
    await asyncio.to_thread(_delete, blobs, files)


def _delete(blobs: Blobs, files: Sequence[str]) -> None:
    for file in files:
        blobs.delete(file)


async def _expire(media: Media, _duty: Duty) -> Effect:
    """Uploads that nobody attached within a day go: first the files, then the rows that name them."""
    while found := await queries.old(media.store.reads, media.clock.now_ms() - DAY_MS, AT_ONCE):
        await asyncio.to_thread(remove_files, media.staged, found)
        ids = [each.id for each in found]
        await media.store.write(partial(_drop, ids))
    return partial(_again, kind=EXPIRE)


async def _drop(ids: Sequence[int], tx: Tx) -> None:
    await queries.drop(tx, ids)


async def _sweep(store: Store, blobs: Blobs, clock: Clock, known: Known, _duty: Duty) -> Effect:
    """Files that were written a day ago and that no row names: their write was cut off before its commit."""
    old = await asyncio.to_thread(_written_before, blobs, clock.now_ms() - DAY_MS)
    keys = list(old)
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        stray = set(some) - await known(store.reads, some)
        await asyncio.to_thread(_delete, blobs, [file for key in stray for file in old[key]])
    return partial(_again, kind=SWEEP)


def _written_before(blobs: Blobs, ms: int) -> dict[str, list[str]]:
    """Old files by the key that their directory is called."""
    found: dict[str, list[str]] = {}
    for file in blobs.list():
        parts = file.key.split("/")
        if file.written_ms < ms and len(parts) == 3:
            found.setdefault(parts[1], []).append(file.key)
    return found
