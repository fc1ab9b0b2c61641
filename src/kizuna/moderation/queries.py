"""All SQL on moderation's tables in the store people."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from kizuna.ground.config import Plane
from kizuna.moderation.models import (
    Announcement,
    Appeal,
    Blocked,
    Category,
    Decision,
    Deed,
    Report,
    ReportedItem,
)
from kizuna.moderation.tables import (
    ANNOUNCEMENT,
    ANNOUNCEMENT_READ,
    APPEAL,
    BLOCKED_ADDRESS,
    BLOCKED_WORD,
    DECISION,
    REPORT,
    REPORT_ITEM,
)
from kizuna.store.dialect import insert_ignore
from kizuna.store.store import Db, Row, Tx

MOST_LISTED: Final = 200
MOST_BLOCKED: Final = 10_000


def report_of(row: Row, plane: Plane, items: Sequence[Row] = ()) -> Report:
    """A row of REPORT or CLOSED_REPORT with its items."""
    return Report(
        id=row.id,
        plane=plane,
        reporter_id=row.reporter_id,
        target_id=row.target_id,
        category=Category(row.category),
        comment=row.comment,
        created_at=row.created_at,
        closed_at=row.closed_at,
        items=tuple(ReportedItem(item.item_id, item.text, item.written_at) for item in items),
    )


# Reports about the square


async def add_report(tx: Tx, row: Mapping[str, object], items: Sequence[ReportedItem]) -> None:
    """A report with what it is about."""
    await tx.run(sa.insert(REPORT).values(row))
    for item in items:
        await tx.run(
            sa.insert(REPORT_ITEM).values(
                report_id=row["id"], item_id=item.item_id, text=item.text, written_at=item.written_at
            )
        )


async def same_open(db: Db, row: Mapping[str, object], item_ids: Collection[int]) -> int | None:
    """The open report that says the very same, if its reporter has made one."""
    return await same_in(db, REPORT, REPORT_ITEM, row, item_ids)


async def same_in(
    db: Db, reports: sa.Table, items: sa.Table, row: Mapping[str, object], item_ids: Collection[int]
) -> int | None:
    """``same_open`` among the reports of one plane."""
    said = [reports.c[name] == row[name] for name in ("reporter_id", "target_id", "category", "comment")]
    alike = sa.select(reports.c.id).where(*said, reports.c.closed_at.is_(None)).order_by(reports.c.id)
    for found in await db.all(alike):
        quoted = await db.all(sa.select(items.c.item_id).where(items.c.report_id == found.id))
        if {one.item_id for one in quoted} == set(item_ids):
            return int(found.id)
    return None


async def reports(db: Db, *, open_only: bool, target_id: int | None = None) -> list[Report]:
    """Reports, newest first, without their items."""
    wanted = sa.select(REPORT)
    if open_only:
        wanted = wanted.where(REPORT.c.closed_at.is_(None))
    if target_id is not None:
        wanted = wanted.where(REPORT.c.target_id == target_id)
    rows = await db.all(wanted.order_by(REPORT.c.id.desc()).limit(MOST_LISTED))
    return [report_of(row, "square") for row in rows]


async def report(db: Db, report_id: int) -> Report | None:
    """One report with its items."""
    row = await db.first(sa.select(REPORT).where(REPORT.c.id == report_id))
    if row is None:
        return None
    items = sa.select(REPORT_ITEM).where(REPORT_ITEM.c.report_id == report_id).order_by(REPORT_ITEM.c.item_id)
    return report_of(row, "square", await db.all(items))


async def close_report(tx: Tx, report_id: int, staff_id: int) -> bool:
    """Close an open report; whether that happened now."""
    open_one = sa.update(REPORT).where(REPORT.c.id == report_id, REPORT.c.closed_at.is_(None))
    return await tx.run(open_one.values(closed_at=tx.now_ms, closed_by=staff_id)) == 1


# The log


async def add_decision(
    tx: Tx, staff_id: int, deed: Deed, *, plane: str = "", target_id: int | None = None, reason: str = ""
) -> None:
    """Write down what staff did."""
    row = {
        "id": tx.new_id(),
        "staff_id": staff_id,
        "deed": deed.value,
        "plane": plane,
        "target_id": target_id,
        "reason": reason,
        "made_at": tx.now_ms,
    }
    await tx.run(sa.insert(DECISION).values(row))


async def decisions(
    db: Db,
    *,
    plane: str | None = None,
    target_id: int | None = None,
    below: int | None = None,
    limit: int = 50,
) -> list[Decision]:
    """Lines of the log, newest first."""
    wanted = sa.select(DECISION)
    if target_id is not None:
        wanted = wanted.where(DECISION.c.plane == plane, DECISION.c.target_id == target_id)
    if below is not None:
        wanted = wanted.where(DECISION.c.id < below)
    rows = await db.all(wanted.order_by(DECISION.c.id.desc()).limit(limit))
    return [
        Decision(row.id, row.staff_id, Deed(row.deed), row.plane, row.target_id, row.reason, row.made_at)
        for row in rows
    ]


# Appeals


async def add_appeal(tx: Tx, row: Mapping[str, object]) -> None:
    """Somebody asks."""
    await tx.run(sa.insert(APPEAL).values(row))


async def open_appeals(db: Db, person_id: int | None = None) -> list[Appeal]:
    """Appeals that wait, oldest first."""
    wanted = sa.select(APPEAL).where(APPEAL.c.closed_at.is_(None))
    if person_id is not None:
        wanted = wanted.where(APPEAL.c.person_id == person_id)
    rows = await db.all(wanted.order_by(APPEAL.c.id).limit(MOST_LISTED))
    return [_appeal(row) for row in rows]


async def appeal(db: Db, appeal_id: int) -> Appeal | None:
    """An appeal that waits."""
    wanted = sa.select(APPEAL).where(APPEAL.c.id == appeal_id, APPEAL.c.closed_at.is_(None))
    row = await db.first(wanted)
    return None if row is None else _appeal(row)


def _appeal(row: Row) -> Appeal:
    return Appeal(row.id, row.person_id, row.plane, row.face_id, row.text, row.created_at)


async def close_appeal(tx: Tx, appeal_id: int, *, granted: bool) -> None:
    """It was answered."""
    one = sa.update(APPEAL).where(APPEAL.c.id == appeal_id, APPEAL.c.closed_at.is_(None))
    await tx.run(one.values(closed_at=tx.now_ms, granted=granted))


# What is not let in


async def words(db: Db) -> list[Blocked]:
    """The blocked words, in order."""
    rows = await db.all(sa.select(BLOCKED_WORD).order_by(BLOCKED_WORD.c.word).limit(MOST_BLOCKED))
    return [Blocked(row.id, row.word, row.made_at) for row in rows]


async def add_word(tx: Tx, word: str) -> bool:
    """Block a word; False when it is blocked already."""
    row = {"id": tx.new_id(), "word": word, "made_at": tx.now_ms}
    return await tx.run(insert_ignore(BLOCKED_WORD).values(row)) == 1


async def drop_word(tx: Tx, word_id: int) -> str | None:
    """Allow a word again; answers which it was."""
    word = await tx.scalar(sa.select(BLOCKED_WORD.c.word).where(BLOCKED_WORD.c.id == word_id))
    await tx.run(sa.delete(BLOCKED_WORD).where(BLOCKED_WORD.c.id == word_id))
    return word


async def addresses(db: Db, kind: str | None = None) -> list[Blocked]:
    """The blocked networks and mail domains."""
    wanted: sa.Select[Any] = sa.select(BLOCKED_ADDRESS)
    if kind is not None:
        wanted = wanted.where(BLOCKED_ADDRESS.c.kind == kind)
    ordered = wanted.order_by(BLOCKED_ADDRESS.c.kind, BLOCKED_ADDRESS.c.value).limit(MOST_BLOCKED)
    return [Blocked(row.id, row.value, row.made_at, row.kind) for row in await db.all(ordered)]


async def add_address(tx: Tx, kind: str, value: str) -> bool:
    """Block a network or a mail domain; False when it is blocked already."""
    row = {"id": tx.new_id(), "kind": kind, "value": value, "made_at": tx.now_ms}
    return await tx.run(insert_ignore(BLOCKED_ADDRESS).values(row)) == 1


async def drop_address(tx: Tx, address_id: int) -> str | None:
    """Let a network or a mail domain in again; answers which it was."""
    value = await tx.scalar(sa.select(BLOCKED_ADDRESS.c.value).where(BLOCKED_ADDRESS.c.id == address_id))
    await tx.run(sa.delete(BLOCKED_ADDRESS).where(BLOCKED_ADDRESS.c.id == address_id))
    return value


# Announcements


async def add_announcement(tx: Tx, row: Mapping[str, object]) -> None:
    """Tell everybody."""
    await tx.run(sa.insert(ANNOUNCEMENT).values(row))


async def end_announcement(tx: Tx, announcement_id: int) -> bool:
    """Tell it no more; False when it had ended or never was."""
    one = sa.update(ANNOUNCEMENT).where(
        ANNOUNCEMENT.c.id == announcement_id, ANNOUNCEMENT.c.ended_at.is_(None)
    )
    return await tx.run(one.values(ended_at=tx.now_ms)) == 1


async def current_announcements(db: Db, now_ms: int, person_id: int) -> list[Announcement]:
    """What is told at this moment, newest first, with whether this person has put it away."""
    read = (
        sa.exists()
        .where(
            ANNOUNCEMENT_READ.c.announcement_id == ANNOUNCEMENT.c.id,
            ANNOUNCEMENT_READ.c.person_id == person_id,
        )
        .correlate(ANNOUNCEMENT)
    )
    ends = ANNOUNCEMENT.c.ends_at
    wanted = sa.select(ANNOUNCEMENT, read.label("read")).where(
        ANNOUNCEMENT.c.ended_at.is_(None), sa.or_(ends.is_(None), ends > now_ms)
    )
    rows = await db.all(wanted.order_by(ANNOUNCEMENT.c.id.desc()).limit(MOST_LISTED))
    return [
        Announcement(row.id, row.text, row.html, row.made_at, row.ends_at, bool(row.read)) for row in rows
    ]


async def put_away(tx: Tx, announcement_id: int, person_id: int) -> bool:
    """A person has read an announcement; False when there is none."""
    known = await tx.scalar(sa.select(ANNOUNCEMENT.c.id).where(ANNOUNCEMENT.c.id == announcement_id))
    if known is None:
        return False
    await tx.run(
        insert_ignore(ANNOUNCEMENT_READ).values(announcement_id=announcement_id, person_id=person_id)
    )
    return True
