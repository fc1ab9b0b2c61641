"""Reading sources: one duty each, on a fixed schedule that no reader, no window and no talk influences.

A source that no window shows any more is not read. It is remembered for a day, in case somebody opens it again, and
then forgotten with its items; what was said about them stays in its rooms.
"""

from collections.abc import Collection
from typing import Final, cast

import msgspec
import structlog

from kizuna.circle import sharing_queries
from kizuna.jobs import duties
from kizuna.jobs.duties import Duty, Effect
from kizuna.store.store import Db, Row, Tx
from kizuna.tie.address import host_of
from kizuna.tie.ports import Tie
from kizuna.tie.windows import events, queries, source_queries
from kizuna.tie.windows.models import KEPT_MS, MOST_ITEMS, UNUSED_MS, Item, Source, SourceState
from kizuna.tie.windows.reading import Look, Trouble, is_gone, look

READ: Final = "tie.window_read"
_LONGEST_WAIT_MS: Final = 6 * 3600 * 1000
_MOST_DOUBLINGS: Final = 10
#: How many sources are read at once: of those that answered well the last time, and of the others.
_MOST_AT_ONCE: Final = {True: 3, False: 2}
_NO_PLACE_MS: Final = 500
#: What a later version of an item may change; who wrote it, and when, stays.
_CHANGEABLE: Final = ("title", "warning", "html", "attachments")
_log = structlog.get_logger("windows")


class Read(msgspec.Struct, frozen=True):
    """Read a source."""

    source_id: int


async def want_reading(tx: Tx, source_id: int, at_ms: int | None = None) -> None:
    """Read a source, now or then."""
    await duties.add(tx, READ, Read(source_id), key=str(source_id), run_at_ms=at_ms)


async def ensure_source(tx: Tx, source: Source, *, asked_by: int | None = None, kept: bool = False) -> int:
    """The id of a source, which is there and read from now on. ``kept``: without any window, as an administrator wants.

    One that is known goes on by its schedule, so that nobody learns from it that somebody opened it anew.
    """
    known = await source_queries.find_source(tx, source)
    if known is None:
        source_id = tx.new_id()
        await source_queries.add_source(tx, source_id, source, asked_by=asked_by, kept=kept)
        if not source.inside:
            await want_reading(tx, source_id)
        return source_id
    if kept and not known.kept:
        await source_queries.change_source(tx, known.id, kept=True)
    if known.unused_at is not None:
        await source_queries.change_source(tx, known.id, unused_at=None)
        if not source.inside:
            await want_reading(tx, known.id)
    return known.id


async def keep_only(tx: Tx, wanted: Collection[Source]) -> None:
    """The sources that are read without any window are these, as an administrator wants."""
    ids = {await ensure_source(tx, source, kept=True) for source in wanted}
    for source_id in sorted(await source_queries.kept(tx) - ids):
        await source_queries.change_source(tx, source_id, kept=False)
        await settle(tx, source_id)


async def items_of(db: Db, source: Source, limit: int = 20) -> list[Item]:
    """What a source shows, newest first, for whoever has ensured it; nothing of one that is not read."""
    found = await source_queries.find_source(db, source)
    return [] if found is None else await queries.source_items(db, found.id, limit)


async def settle(tx: Tx, source_id: int) -> None:
    """After a window was closed: what nobody shows any more is not read, and forgotten after a day."""
    row = await source_queries.source_row(tx, source_id)
    if row is None or row.kept or row.unused_at is not None:
        return
    if await source_queries.windows_showing(tx, source_id):
        return
    if row.origin == "":
        await source_queries.drop_source(tx, source_id)
        return
    await source_queries.change_source(tx, source_id, unused_at=tx.now_ms)
    await want_reading(tx, source_id, tx.now_ms + UNUSED_MS)


class Reader:
    """Handler of `tie.window_read`: one look, and the next one asked for.

    Few at once: other duties of the store must not wait for servers that answer slowly. Those that answered well have
    their own places, so that they do not wait for the others either.
    """

    def __init__(self, tie: Tie) -> None:
        self._tie = tie
        self._busy = {True: 0, False: 0}

    async def read(self, duty: Duty) -> Effect | None:
        """Read the source that a duty names."""
        source_id = msgspec.json.decode(duty.payload, type=Read).source_id
        source = await source_queries.source_row(self._tie.store.reads, source_id)
        if source is None:
            return None
        if not await _wanted(self._tie.store.reads, source):
            return lambda tx: _forget(tx, source_id)
        good = source.state == SourceState.GOOD.value
        if self._busy[good] >= _MOST_AT_ONCE[good]:
            return lambda tx: want_reading(tx, source_id, tx.now_ms + _NO_PLACE_MS)
        self._busy[good] += 1
        try:
            found, trouble = await _look(self._tie, source)
        finally:
            self._busy[good] -= 1
        return lambda tx: _read(self._tie, tx, source_id, found, trouble)


async def _read(tie: Tie, tx: Tx, source_id: int, found: Look, trouble: Trouble | None) -> None:
    """What a look changes."""
    now = await source_queries.source_row(tx, source_id)
    if now is None:
        return
    if trouble is not None and trouble.state is SourceState.ABSENT and now.kind == "account":
        # Of an account that is gone, everything is gone; one of that name may be another.
        found = Look(whole_from="", changes={"account_id": None})
    state = trouble.state if trouble else SourceState.GOOD
    newest, changed = await _keep(tie, tx, now, found)
    failures = now.failures + 1 if trouble else 0
    read_at = now.read_at if trouble else tx.now_ms
    changes = {**found.changes, "state": state.value, "failures": failures, "read_at": read_at}
    await source_queries.change_source(tx, source_id, **changes)
    if changed or now.state != state.value:
        tx.emit(events.ItemsChanged(source_id, newest))
    wait = _wait_ms(tie.config.window_seconds, failures, trouble.after_ms if trouble else 0)
    await want_reading(tx, source_id, tx.now_ms + wait)


async def _wanted(db: Db, source: Row) -> bool:
    if source.kept:
        return True
    groups = (await source_queries.windows_showing(db, source.id)).values()
    return bool(await sharing_queries.still_shared(db, set(groups)))


async def _look(tie: Tie, source: Row) -> tuple[Look, Trouble | None]:
    try:
        return await look(tie.fetch, source, tie.clock.now_ms()), None
    except Trouble as trouble:
        return Look(), trouble
    except Exception as error:  # noqa: BLE001 - whatever a stranger sent, the source says so and is read again
        _log.warning("a source could not be read", error=type(error).__name__)
        return Look(), Trouble(SourceState.UNREADABLE)


async def _forget(tx: Tx, source_id: int) -> None:
    """Nobody shows it: forget it, if that is so for a day."""
    row = await source_queries.source_row(tx, source_id)
    if row is None:
        return
    if await _wanted(tx, row):
        await want_reading(tx, source_id)
    elif row.unused_at is None:
        await queries.drop_windows(tx, await source_queries.windows_showing(tx, source_id))
        await settle(tx, source_id)
    elif tx.now_ms >= row.unused_at + UNUSED_MS:
        await source_queries.drop_source(tx, source_id)
    else:
        await want_reading(tx, source_id, row.unused_at + UNUSED_MS)


async def _keep(tie: Tie, tx: Tx, source: Row, found: Look) -> tuple[int, bool]:
    """Keep what is new, change what is edited, forget what is gone; answers the newest id and whether anything did."""
    rows = [row for row in found.rows if host_of(str(row["address"])) != host_of(tie.config.url)]
    shown = {str(row["remote_id"]) for row in found.rows}
    known = await source_queries.known(tx, source.id, shown)
    newest, changed = 0, False
    for row in rows:
        before = known.get(str(row["remote_id"]))
        if before is not None:
            changed = await _reword(tx, before, row) or changed
            continue
        if source.read_at is not None and cast("int", row["written_at"]) < tx.now_ms - KEPT_MS:
            continue  # it was forgotten, or moved up when something newer went
        item_id = tx.new_id()
        fixed = {"id": item_id, "source_id": source.id, "seen_at": tx.now_ms, "edited_at": None}
        if await source_queries.add_item(tx, {**fixed, **row}):
            newest, changed = item_id, True
            await _tell(tx, source.id, str(row["remote_id"]), {**_words(row), "gone_at": None})
    gone = [one for one in await source_queries.all_remote_ids(tx, source.id) if is_gone(one, found, shown)]
    if gone:
        await source_queries.drop_items(tx, source.id, gone)
    for remote_id in gone:
        words: dict[str, object] = {"title": "", "warning": "", "html": "", "attachments": 0}
        await _tell(tx, source.id, remote_id, {**words, "gone_at": tx.now_ms})
    if not found.unchanged:  # else what is forgotten would come again as new
        await source_queries.prune(tx, source.id, tx.now_ms - KEPT_MS, MOST_ITEMS, shown)
    return newest, changed or bool(gone)


def _words(row: dict[str, object]) -> dict[str, object]:
    return {name: row[name] for name in _CHANGEABLE}


async def _reword(tx: Tx, before: Row, row: dict[str, object]) -> bool:
    if all(getattr(before, name) == row[name] for name in _CHANGEABLE):
        return False
    changes = {**_words(row), "edited_at": tx.now_ms}
    await source_queries.change_item(tx, before.source_id, before.remote_id, **changes)
    await _tell(tx, before.source_id, before.remote_id, changes)
    return True


async def _tell(tx: Tx, source_id: int, remote_id: str, changes: dict[str, object]) -> None:
    for talk in await source_queries.change_talks(tx, source_id, remote_id, changes):
        tx.emit(events.TalkChanged(talk.voice_id, talk.group_id))


def _wait_ms(period_seconds: float, failures: int, asked_ms: int) -> int:
    period = round(period_seconds * 1000)
    return min(max(period << min(failures, _MOST_DOUBLINGS), asked_ms, period), max(_LONGEST_WAIT_MS, period))
