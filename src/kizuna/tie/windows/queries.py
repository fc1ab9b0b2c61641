"""Reading and writing windows and talk. Every question about a group is asked by somebody who takes part in it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import sqlalchemy as sa

from kizuna.circle import sharing_queries
from kizuna.circle.models import Voice
from kizuna.ground.ids import MAX_ID
from kizuna.store.dialect import insert_ignore
from kizuna.store.store import Db, Row, Tx
from kizuna.tie.windows.models import Item, Source, SourceState, Talk, Window
from kizuna.tie.windows.tables import WINDOW, WINDOW_ITEM, WINDOW_MUTE, WINDOW_SOURCE, WINDOW_TALK

_W, _S, _M = WINDOW.c, WINDOW_SOURCE.c, WINDOW_MUTE.c
_VIEWER: Final = sa.bindparam("viewer_id", type_=sa.BigInteger)
_GROUP: Final = sa.bindparam("group_id", type_=sa.BigInteger)
_MUTED: Final = sa.exists().where(_M.window_id == _W.id, _M.face_id == _VIEWER).correlate_except(WINDOW_MUTE)
_WINDOWS: Final = (
    sa.select(
        _W.id,
        _W.group_id,
        _W.source_id,
        _W.opened_by,
        _W.opened_at,
        _S.kind,
        _S.origin,
        _S.name,
        _S.title,
        _S.state,
        _S.read_at,
        _MUTED.label("muted"),
    )
    .join_from(WINDOW, WINDOW_SOURCE, _S.id == _W.source_id)
    .where(_W.group_id == _GROUP)
    .order_by(_W.id)
)
_I: Final = WINDOW_ITEM.alias("i")
_J: Final = WINDOW_ITEM.alias("j")
_HEARD: Final = sa.select(_W.source_id).where(_W.group_id == _GROUP, sa.not_(_MUTED))
# One address is shown once: from the source that vouches for it, else from whoever showed it first.
_BETTER: Final = sa.exists().where(
    _J.c.address == _I.c.address,
    _J.c.source_id.in_(_HEARD),
    sa.or_(
        sa.and_(_J.c.vouched.is_(True), _I.c.vouched.is_(False)),
        sa.and_(_J.c.vouched == _I.c.vouched, _J.c.id < _I.c.id),
    ),
)
_ITEMS: Final = (
    sa.select(_I, _S.origin)
    .join_from(_I, WINDOW_SOURCE, _S.id == _I.c.source_id)
    .where(
        _I.c.source_id.in_(_HEARD),
        _I.c.id < sa.bindparam("below", type_=sa.BigInteger),
        sa.not_(_BETTER.correlate(_I)),
    )
    .order_by(_I.c.id.desc())
    .limit(sa.bindparam("limit"))
)
_ITEM: Final = (
    sa.select(_I, _S.origin)
    .join_from(_I, WINDOW_SOURCE, _S.id == _I.c.source_id)
    .join(WINDOW, _W.source_id == _S.id)
    .where(_I.c.id == sa.bindparam("item_id", type_=sa.BigInteger), _W.group_id == _GROUP)
)
_OF_SOURCE: Final = (
    sa.select(_I, _S.origin)
    .join_from(_I, WINDOW_SOURCE, _S.id == _I.c.source_id)
    .where(_I.c.source_id == sa.bindparam("source_id", type_=sa.BigInteger))
    .order_by(_I.c.id.desc())
    .limit(sa.bindparam("limit"))
)
_TALKS: Final = sa.select(WINDOW_TALK).where(
    WINDOW_TALK.c.voice_id.in_(sa.bindparam("voices", expanding=True))
)


async def windows(db: Db, viewer_id: int, group_id: int) -> list[Window]:
    """The windows of a group, in the order they were opened; none for who takes no part in it."""
    group = await sharing_queries.shared_group(db, viewer_id, group_id)
    if group is None or not group.joined:
        return []
    rows = await db.all(_WINDOWS, {"viewer_id": viewer_id, "group_id": group_id})
    owns = group.owner.id == viewer_id
    return [_window(row, closable=owns or row.opened_by == viewer_id) for row in rows]


async def items(
    db: Db, viewer_id: int, group_id: int, *, max_id: int | None = None, limit: int = 20
) -> list[Item]:
    """What the windows show that the viewer has not muted, each address once, newest first. Without the own square."""
    if not await sharing_queries.takes_part_in(db, viewer_id, group_id):
        return []
    bounds = {"below": MAX_ID if max_id is None else max_id, "limit": limit}
    rows = await db.all(_ITEMS, {"viewer_id": viewer_id, "group_id": group_id, **bounds})
    return [item_of(row) for row in rows]


async def item(db: Db, viewer_id: int, group_id: int, item_id: int) -> Row | None:
    """An item that a window of the group shows, with what it is called over there."""
    if not await sharing_queries.takes_part_in(db, viewer_id, group_id):
        return None
    return await db.first(_ITEM, {"item_id": item_id, "group_id": group_id})


async def source_items(db: Db, source_id: int, limit: int) -> list[Item]:
    """What a source shows, newest first. For what stands there by the administrator's wish."""
    rows = await db.all(_OF_SOURCE, {"source_id": source_id, "limit": limit})
    return [item_of(row) for row in rows]


async def talks_of(db: Db, voices: Sequence[Voice]) -> dict[int, Talk]:
    """What rooms are about, by their voices. They were loaded for their viewer, so that the gate has been passed."""
    rows = await db.all(_TALKS, {"voices": [voice.id for voice in voices]}) if voices else ()
    return {row.voice_id: _talk(row) for row in rows}


async def windows_of_source(db: Db, source_id: int) -> list[int]:
    """The groups in which a source is shown: for telling open pages, which are judged one by one."""
    rows = await db.all(sa.select(_W.group_id).where(_W.source_id == source_id).order_by(_W.group_id))
    return [row.group_id for row in rows]


def item_of(row: Row) -> Item:
    """A row as an item."""
    return Item(
        id=row.id,
        source_id=row.source_id,
        origin=row.origin,
        url=row.url,
        author_name=row.author_name,
        author_acct=row.author_acct,
        author_url=row.author_url,
        title=row.title,
        warning=row.warning,
        html=row.html,
        attachments=row.attachments,
        written_at=row.written_at,
        edited_at=row.edited_at,
    )


def _window(row: Row, *, closable: bool) -> Window:
    return Window(
        id=row.id,
        group_id=row.group_id,
        source_id=row.source_id,
        source=Source(kind=row.kind, origin=row.origin, name=row.name),
        title=row.title,
        state=SourceState(row.state),
        read_at=row.read_at,
        muted=bool(row.muted),
        closable=closable,
    )


def _talk(row: Row) -> Talk:
    kept = None
    if row.post_id is None:
        kept = Item(
            id=row.voice_id,
            source_id=row.source_id or 0,
            origin=row.origin,
            url=row.url,
            author_name=row.author_name,
            author_acct=row.author_acct,
            author_url=row.author_url,
            title=row.title,
            warning=row.warning,
            html=row.html,
            attachments=row.attachments,
            written_at=row.written_at,
            edited_at=row.edited_at,
        )
    return Talk(voice_id=row.voice_id, post_id=row.post_id, item=kept, gone=row.gone_at is not None)


# Writing. The verbs of ``actions.py`` decide; these run inside their transaction.


async def window(tx: Tx, group_id: int, window_id: int) -> Row | None:
    """A window of a group."""
    return await tx.first(sa.select(WINDOW).where(_W.id == window_id, _W.group_id == group_id))


async def shown_sources(tx: Tx, group_id: int) -> set[int]:
    """The sources that the windows of a group show."""
    return {row.source_id for row in await tx.all(sa.select(_W.source_id).where(_W.group_id == group_id))}


async def add_window(tx: Tx, row: Mapping[str, object]) -> bool:
    """Open a window; answers whether the group has none of this source yet."""
    return await tx.run(insert_ignore(WINDOW).values(row)) > 0


async def drop_windows(tx: Tx, window_ids: Collection[int]) -> set[int]:
    """Close windows; answers the sources that they showed."""
    chosen = _W.id.in_(sorted(window_ids))
    rows = await tx.all(sa.select(_W.source_id).where(chosen))
    await tx.run(sa.delete(WINDOW_MUTE).where(_M.window_id.in_(sorted(window_ids))))
    await tx.run(sa.delete(WINDOW).where(chosen))
    return {row.source_id for row in rows}


async def windows_in(db: Db, group_ids: Collection[int]) -> list[int]:
    """The windows of these groups."""
    rows = await db.all(sa.select(_W.id).where(_W.group_id.in_(sorted(group_ids))).order_by(_W.id))
    return [row.id for row in rows]


async def mute(tx: Tx, window_id: int, face_id: int) -> None:
    """Mute a window for a face."""
    await tx.run(insert_ignore(WINDOW_MUTE).values({"window_id": window_id, "face_id": face_id}))


async def unmute(tx: Tx, window_id: int, face_id: int) -> None:
    """Hear a window again."""
    await tx.run(sa.delete(WINDOW_MUTE).where(_M.window_id == window_id, _M.face_id == face_id))


async def add_talk(tx: Tx, row: Mapping[str, object]) -> None:
    """What a new room is about."""
    await tx.run(sa.insert(WINDOW_TALK).values(dict(row)))


async def drop_talk(tx: Tx, voice_id: int) -> None:
    """A room is no more."""
    await tx.run(sa.delete(WINDOW_TALK).where(WINDOW_TALK.c.voice_id == voice_id))


# Taking along, and away.


async def forget_face(tx: Tx, face_id: int) -> None:
    """Forget who opened, muted and asked."""
    await tx.run(sa.update(WINDOW).where(_W.opened_by == face_id).values(opened_by=None))
    await tx.run(sa.delete(WINDOW_MUTE).where(_M.face_id == face_id))
    await tx.run(sa.update(WINDOW_SOURCE).where(_S.asked_by == face_id).values(asked_by=None))


async def forget_talks(tx: Tx, face_id: int) -> None:
    """Forget what the rooms of a face were about."""
    await tx.run(sa.delete(WINDOW_TALK).where(WINDOW_TALK.c.face_id == face_id))


async def opened_after(db: Db, face_id: int, after: int, most: int) -> Sequence[Row]:
    """The windows that a face has opened, oldest first."""
    columns = (_W.id, _W.group_id, _W.opened_at, _S.kind, _S.origin, _S.name)
    mine = sa.and_(_W.opened_by == face_id, _W.id > after)
    chosen = sa.select(*columns).join_from(WINDOW, WINDOW_SOURCE, _S.id == _W.source_id).where(mine)
    return await db.all(chosen.order_by(_W.id).limit(most))


async def talks_after(db: Db, face_id: int, after: int, most: int) -> Sequence[Row]:
    """What the rooms of a face are about: the address, and the id of the room."""
    t = WINDOW_TALK.c
    mine = sa.and_(t.face_id == face_id, t.voice_id > after)
    return await db.all(
        sa.select(t.voice_id, t.address, t.written_at).where(mine).order_by(t.voice_id).limit(most)
    )
