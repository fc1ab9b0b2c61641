"""All SQL of the copy ledger. A copy changes through `happen` alone: the row and its receipt, in one transaction."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from kizuna.store.store import Db, Row, Tx
from kizuna.tie.events import CopyChanged
from kizuna.tie.models import INSIDE, CopyEvent, LedgerLine
from kizuna.tie.queries import place_name
from kizuna.tie.states import NEVER_MS, Copy, Happening, State, after
from kizuna.tie.tables import COPY, COPY_EVENT

_OVER: Final = (State.FAILED.value, State.RECALLED.value)


def _in_doubt(t: sa.FromClause) -> sa.ColumnElement[bool]:
    """`states.is_open_question` for rows."""
    recall = sa.and_(t.c.state == State.RECALL_WANTED.value, t.c.remote_id.is_(None))
    return sa.or_(t.c.state.in_([State.SENDING.value, State.UNKNOWN.value]), recall)


def _blocked(t: sa.FromClause) -> sa.ColumnElement[bool]:
    """A copy that may not be sent now: another one at the same place, through whatever link, is in doubt."""
    other = COPY.alias()
    same = (other.c.origin == t.c.origin, other.c.account_id == t.c.account_id, other.c.due_at < NEVER_MS)
    busy = sa.exists().where(*same, other.c.id != t.c.id, _in_doubt(other)).correlate_except(other)
    return sa.and_(t.c.state == State.WANTED.value, busy)


async def add_copy(tx: Tx, row: dict[str, object]) -> None:
    """A new line of the ledger, wanted now, with its first receipt."""
    await tx.run(sa.insert(COPY).values(row))
    await _receipt(tx, row["id"], "asked", State.WANTED, None)
    _tell(tx, row["id"], row["face_id"], row["voice_id"], State.WANTED)


async def copies_so_far(db: Db, origin: str, account_id: str) -> int:
    """How many copies were ever made at a place."""
    t = COPY
    made = sa.select(sa.func.count()).select_from(t).where(t.c.origin == origin, t.c.account_id == account_id)
    count: int = await db.scalar(made)
    return count


async def happen(tx: Tx, copy_id: int, happening: Happening) -> Copy:
    """Let something happen to a copy. Raises `states.Impossible`, and then changes nothing."""
    row = await copy_row(tx, copy_id)
    before = as_copy(row)
    now = after(before, happening, tx.now_ms)
    if row.origin == INSIDE:
        now = msgspec.structs.replace(now, due_at=NEVER_MS)  # events carry it on, not the duty of a link
    changes = msgspec.structs.asdict(now) | {"state": now.state.value}
    if now.state is not before.state or now.remote_id != before.remote_id:
        changes["changed_at"] = tx.now_ms
        await _receipt(tx, copy_id, happening.name, now.state, now.reason)
        _tell(tx, copy_id, row.face_id, row.voice_id, now.state)
    await tx.run(sa.update(COPY).where(COPY.c.id == copy_id).values(changes))
    return now


async def due_copy(db: Db, link_id: int, now_ms: int) -> Row | None:
    """The copy of a link that needs its next step now: questions and recalls first, then sends, each oldest first."""
    t = COPY
    due = (t.c.link_id == link_id, t.c.due_at <= now_ms, sa.not_(_blocked(t)))
    order = (t.c.state == State.WANTED.value, t.c.due_at, t.c.id)
    return await db.first(sa.select(t).where(*due).order_by(*order).limit(1))


async def is_blocked(db: Db, copy_id: int) -> bool:
    """Whether something else at its place is in doubt."""
    return await db.first(sa.select(COPY.c.id).where(COPY.c.id == copy_id, _blocked(COPY))) is not None


async def next_due(db: Db, link_id: int, blocked_until: int) -> int | None:
    """When the next step of any copy of a link is due; for blocked ones `blocked_until`. None when all is done."""
    t = COPY
    at = sa.case((_blocked(t), sa.literal(blocked_until)), else_=t.c.due_at)
    found: int | None = await db.scalar(
        sa.select(sa.func.min(at)).where(t.c.link_id == link_id, t.c.due_at < NEVER_MS)
    )
    return found


async def claimed(db: Db, origin: str, remote_ids: Sequence[str]) -> set[str]:
    """Those of these things at a place that are known to be copies."""
    t = COPY
    rows = await db.all(sa.select(t.c.remote_id).where(t.c.origin == origin, t.c.remote_id.in_(remote_ids)))
    return {row.remote_id for row in rows}


async def own_copies_there(db: Db, face_id: int, origin: str, remote_ids: Sequence[str]) -> set[str]:
    """Those of these things at a place that are copies of this face."""
    t = COPY
    rows = await db.all(
        sa.select(t.c.remote_id).where(
            t.c.face_id == face_id, t.c.origin == origin, t.c.remote_id.in_(remote_ids)
        )
    )
    return {row.remote_id for row in rows}


async def unfinished(db: Db, link_id: int) -> Sequence[Row]:
    """The copies of a link that stand, are on their way or in doubt: (id, state)."""
    t = COPY
    mine = sa.select(t.c.id, t.c.state).where(t.c.link_id == link_id, t.c.state.not_in(_OVER))
    return await db.all(mine.order_by(t.c.id))


async def recallable(db: Db, face_id: int) -> Sequence[Row]:
    """The copies of a face that are or may be in public and are not being recalled yet: (id, link_id)."""
    t = COPY
    over = (*_OVER, State.RECALL_WANTED.value)
    mine = sa.select(t.c.id, t.c.link_id).where(t.c.face_id == face_id, t.c.state.not_in(over))
    return await db.all(mine.order_by(t.c.id))


async def with_steps(db: Db, link_id: int) -> Sequence[Row]:
    """The copies of a link that have a step before them: (id,)."""
    t = COPY
    mine = sa.select(t.c.id).where(t.c.link_id == link_id, t.c.due_at < NEVER_MS)
    return await db.all(mine.order_by(t.c.id))


async def copy_row(db: Db, copy_id: int) -> Row:
    """A copy that is there."""
    row = await db.first(sa.select(COPY).where(COPY.c.id == copy_id))
    if row is None:
        raise LookupError(f"no copy {copy_id}")
    return row


async def copy_there(db: Db, face_id: int, origin: str, remote_id: str) -> Row | None:
    """The copy of this face that is this thing at a place."""
    t = COPY
    chosen = (t.c.face_id == face_id, t.c.origin == origin, t.c.remote_id == remote_id)
    return await db.first(sa.select(t).where(*chosen))


async def inside_copy(db: Db, *, key: str | None = None, post_id: int | None = None) -> Row | None:
    """The copy on this server's square that has this key, or that is this post."""
    chosen = COPY.c.key == key if post_id is None else COPY.c.remote_id == str(post_id)
    return await db.first(sa.select(COPY).where(COPY.c.origin == INSIDE, chosen))


async def of_voice(db: Db, voice_id: int) -> Sequence[Row]:
    """All copies of a voice: (id, link_id)."""
    t = COPY
    return await db.all(sa.select(t.c.id, t.c.link_id).where(t.c.voice_id == voice_id).order_by(t.c.id))


async def cut_off(db: Db) -> list[int]:
    """The copies whose send nobody waits for, when no process is running. Inside, the event does not get lost."""
    sending = (COPY.c.state == State.SENDING.value, COPY.c.origin != INSIDE)
    rows = await db.all(sa.select(COPY.c.id).where(*sending))
    return [row.id for row in rows]


async def copy_at(db: Db, voice_id: int, link_id: int) -> State | None:
    """The state of the copy of a voice that is at a place, on its way or in doubt."""
    t = COPY
    found = await db.scalar(
        sa.select(t.c.state).where(t.c.voice_id == voice_id, t.c.link_id == link_id, t.c.state.not_in(_OVER))
    )
    return None if found is None else State(found)


async def own_copy(db: Db, face_id: int, copy_id: int) -> LedgerLine | None:
    """A copy of this face."""
    row = await db.first(sa.select(COPY).where(COPY.c.id == copy_id, COPY.c.face_id == face_id))
    return None if row is None else _line(row)


async def ledger(db: Db, face_id: int, *, below: int | None = None, limit: int = 40) -> list[LedgerLine]:
    """A page of a face's ledger, newest first."""
    t = COPY
    page = sa.select(t).where(t.c.face_id == face_id).order_by(t.c.id.desc()).limit(limit)
    if below is not None:
        page = page.where(t.c.id < below)
    return [_line(row) for row in await db.all(page)]


async def ledger_of_voices(db: Db, face_id: int, voice_ids: Sequence[int]) -> list[LedgerLine]:
    """The copies that a face made of these voices, oldest first."""
    t = COPY
    mine = sa.select(t).where(t.c.voice_id.in_(voice_ids), t.c.face_id == face_id)
    return [_line(row) for row in await db.all(mine.order_by(t.c.id))]


async def receipts(db: Db, copy_ids: Sequence[int]) -> dict[int, list[CopyEvent]]:
    """The receipts of these copies, oldest first."""
    t = COPY_EVENT
    found: dict[int, list[CopyEvent]] = {copy_id: [] for copy_id in copy_ids}
    for row in await db.all(sa.select(t).where(t.c.copy_id.in_(copy_ids)).order_by(t.c.id)):
        found[row.copy_id].append(CopyEvent(row.kind, State(row.state), row.detail, row.happened_at))
    return found


async def standing_count(db: Db, link_id: int) -> int:
    """How many copies stand at the place of a link."""
    t = COPY
    standing = (t.c.link_id == link_id, t.c.state.in_([State.STANDING.value, State.EDIT_WANTED.value]))
    count: int = await db.scalar(sa.select(sa.func.count()).select_from(t).where(*standing))
    return count


def as_copy(row: Row) -> Copy:
    """A row as its state machine sees it."""
    fields: dict[str, Any] = {name: getattr(row, name) for name in Copy.__struct_fields__}
    fields["state"] = State(row.state)
    return Copy(**fields)


def _line(row: Row) -> LedgerLine:
    return LedgerLine(
        id=row.id,
        voice_id=row.voice_id,
        link_id=row.link_id,
        host=place_name(row),
        acct=row.acct,
        text=row.text,
        state=State(row.state),
        reason=row.reason,
        failures=row.failures,
        new_text=row.new_text,
        due_at=row.due_at if row.due_at < NEVER_MS else None,
        remote_url=row.remote_url,
        made_at=row.made_at,
        changed_at=row.changed_at,
    )


async def _receipt(tx: Tx, copy_id: object, kind: str, state: State, detail: str | None) -> None:
    row = {"id": tx.new_id(), "copy_id": copy_id, "kind": kind, "state": state.value, "detail": detail}
    await tx.run(sa.insert(COPY_EVENT).values(row | {"happened_at": tx.now_ms}))


def _tell(tx: Tx, copy_id: Any, face_id: Any, voice_id: Any, state: State) -> None:
    tx.emit(CopyChanged(copy_id, face_id, voice_id, state.value))
