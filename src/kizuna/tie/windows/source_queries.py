"""All SQL on sources and their items, for the duty that reads them. Nothing of it is shown to anybody."""

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa

from kizuna.store.dialect import insert_ignore
from kizuna.store.store import Db, Row, Tx
from kizuna.tie.windows.models import Source, SourceState
from kizuna.tie.windows.tables import WINDOW, WINDOW_ITEM, WINDOW_SOURCE, WINDOW_TALK

_S, _I = WINDOW_SOURCE.c, WINDOW_ITEM.c
_KEPT_WORDS = ("title", "warning", "html", "attachments")


async def source_row(db: Db, source_id: int) -> Row | None:
    """A source."""
    return await db.first(sa.select(WINDOW_SOURCE).where(_S.id == source_id))


async def find_source(db: Db, wanted: Source) -> Row | None:
    """A source by its address."""
    here = sa.and_(_S.kind == wanted.kind, _S.origin == wanted.origin, _S.name == wanted.name)
    return await db.first(sa.select(WINDOW_SOURCE).where(here))


async def kept(db: Db) -> set[int]:
    """The sources that are read without any window."""
    return {row.id for row in await db.all(sa.select(_S.id).where(_S.kept.is_(True)))}


async def count_sources(db: Db) -> int:
    """How many sources of other servers there are."""
    found: int | None = await db.scalar(
        sa.select(sa.func.count()).select_from(WINDOW_SOURCE).where(_S.origin != "")
    )
    return found or 0


async def count_asked(db: Db, face_id: int) -> int:
    """How many sources are there because this face asked for them."""
    found: int | None = await db.scalar(
        sa.select(sa.func.count()).select_from(WINDOW_SOURCE).where(_S.asked_by == face_id)
    )
    return found or 0


async def add_source(tx: Tx, source_id: int, source: Source, *, asked_by: int | None, kept: bool) -> None:
    """A new source, not read yet."""
    row = {
        "id": source_id,
        "kind": source.kind,
        "origin": source.origin,
        "name": source.name,
        "title": "",
        "state": SourceState.NEW.value,
        "failures": 0,
        "kept": kept,
        "asked_by": asked_by,
    }
    await tx.run(sa.insert(WINDOW_SOURCE).values(row))


async def change_source(tx: Tx, source_id: int, **changes: object) -> None:
    """Write columns of a source."""
    await tx.run(sa.update(WINDOW_SOURCE).where(_S.id == source_id).values(changes))


async def windows_showing(db: Db, source_id: int) -> dict[int, int]:
    """The windows that show a source, and their groups."""
    rows = await db.all(sa.select(WINDOW.c.id, WINDOW.c.group_id).where(WINDOW.c.source_id == source_id))
    return {row.id: row.group_id for row in rows}


async def drop_source(tx: Tx, source_id: int) -> None:
    """Forget a source with its items. Premise: no window shows it."""
    await tx.run(sa.delete(WINDOW_ITEM).where(_I.source_id == source_id))
    await tx.run(sa.delete(WINDOW_SOURCE).where(_S.id == source_id))


async def known(db: Db, source_id: int, remote_ids: Collection[str]) -> Mapping[str, Row]:
    """Those of these items that are kept, by their ids over there."""
    if not remote_ids:
        return {}
    chosen = sa.and_(_I.source_id == source_id, _I.remote_id.in_(sorted(remote_ids)))
    return {row.remote_id: row for row in await db.all(sa.select(WINDOW_ITEM).where(chosen))}


async def all_remote_ids(db: Db, source_id: int) -> list[str]:
    """The ids over there of everything that is kept of a source."""
    rows = await db.all(sa.select(_I.remote_id).where(_I.source_id == source_id))
    return [row.remote_id for row in rows]


async def add_item(tx: Tx, row: Mapping[str, object]) -> bool:
    """Keep an item; answers whether it was not kept."""
    return await tx.run(insert_ignore(WINDOW_ITEM).values(row)) > 0


async def change_item(tx: Tx, source_id: int, remote_id: str, **changes: object) -> None:
    """Write columns of an item."""
    here = sa.and_(_I.source_id == source_id, _I.remote_id == remote_id)
    await tx.run(sa.update(WINDOW_ITEM).where(here).values(changes))


async def drop_items(tx: Tx, source_id: int, remote_ids: Sequence[str]) -> None:
    """Forget items that are not there any more."""
    here = sa.and_(_I.source_id == source_id, _I.remote_id.in_(remote_ids))
    await tx.run(sa.delete(WINDOW_ITEM).where(here))


async def prune(tx: Tx, source_id: int, before_ms: int, most: int, shown: Collection[str]) -> None:
    """Forget what was seen first before that, and the oldest of more than so many, but nothing that is still shown."""
    o = WINDOW_ITEM.alias("o").c
    newest = sa.select(o.id).where(o.source_id == source_id).order_by(o.id.desc())
    limit = newest.limit(1).offset(most - 1).scalar_subquery()
    old = sa.or_(_I.seen_at < before_ms, _I.id < limit)
    mine = sa.and_(_I.source_id == source_id, _I.remote_id.not_in(sorted(shown)))
    await tx.run(sa.delete(WINDOW_ITEM).where(mine, old))


async def change_talks(
    tx: Tx, source_id: int, remote_id: str, changes: Mapping[str, object]
) -> Sequence[Row]:
    """Bring the kept words of rooms about an item up to date; answers the rooms: (voice_id, group_id)."""
    t = WINDOW_TALK.c
    here = sa.and_(t.source_id == source_id, t.remote_id == remote_id)
    rows = await tx.all(sa.select(t.voice_id, t.group_id).where(here).order_by(t.voice_id))
    if rows:
        await tx.run(sa.update(WINDOW_TALK).where(here).values(dict(changes)))
    return rows
