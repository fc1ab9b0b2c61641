"""All SQL on moderation's tables in the store circle: reports about closed items, and who of the staff read them."""

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa

from kizuna.circle.models import Voice
from kizuna.moderation.models import Reading, Report
from kizuna.moderation.queries import MOST_LISTED, report_of, same_in
from kizuna.moderation.tables import CLOSED_READING, CLOSED_REPORT, CLOSED_REPORT_ITEM
from kizuna.store.dialect import insert_ignore
from kizuna.store.store import Db, Row, Tx


async def add_report(tx: Tx, row: Mapping[str, object], seen: Sequence[Voice]) -> None:
    """A report with the items as the reporter may read them."""
    await tx.run(sa.insert(CLOSED_REPORT).values(row))
    for voice in seen:
        item = {
            "report_id": row["id"],
            "item_id": voice.id,
            "author_id": voice.author.id,
            "text": _quoted(voice),
            "written_at": voice.created_at,
        }
        await tx.run(sa.insert(CLOSED_REPORT_ITEM).values(item))


def _quoted(voice: Voice) -> str:
    """The text, and a line for each picture: its number, how many there are, and what its author says about it."""
    most = len(voice.pictures)
    said = [f"[{number}/{most}] {each.description}" for number, each in enumerate(voice.pictures, 1)]
    return "\n".join([voice.text, *said] if voice.text else said)


async def same_open(db: Db, row: Mapping[str, object], item_ids: Collection[int]) -> int | None:
    """The open report that says the very same, if its reporter has made one."""
    return await same_in(db, CLOSED_REPORT, CLOSED_REPORT_ITEM, row, item_ids)


async def reports(db: Db, *, open_only: bool, target_id: int | None = None) -> list[Report]:
    """Reports, newest first, without their items: a list shows nothing closed."""
    wanted = sa.select(CLOSED_REPORT)
    if open_only:
        wanted = wanted.where(CLOSED_REPORT.c.closed_at.is_(None))
    if target_id is not None:
        wanted = wanted.where(CLOSED_REPORT.c.target_id == target_id)
    rows = await db.all(wanted.order_by(CLOSED_REPORT.c.id.desc()).limit(MOST_LISTED))
    return [report_of(row, "circle") for row in rows]


async def report(db: Db, report_id: int) -> tuple[Report, Sequence[Row]] | None:
    """One report, and the rows of its items with their ``author_id``."""
    row = await db.first(sa.select(CLOSED_REPORT).where(CLOSED_REPORT.c.id == report_id))
    if row is None:
        return None
    wanted = sa.select(CLOSED_REPORT_ITEM).where(CLOSED_REPORT_ITEM.c.report_id == report_id)
    items = await db.all(wanted.order_by(CLOSED_REPORT_ITEM.c.item_id))
    return report_of(row, "circle", items), items


async def close_report(tx: Tx, report_id: int, staff_id: int) -> bool:
    """Close an open report, and forget what it quoted; whether that happened now."""
    open_one = sa.update(CLOSED_REPORT).where(
        CLOSED_REPORT.c.id == report_id, CLOSED_REPORT.c.closed_at.is_(None)
    )
    if await tx.run(open_one.values(closed_at=tx.now_ms, closed_by=staff_id)) == 0:
        return False
    quoted = sa.update(CLOSED_REPORT_ITEM).where(CLOSED_REPORT_ITEM.c.report_id == report_id)
    await tx.run(quoted.values(text=""))
    return True


async def note_reading(tx: Tx, report_id: int, author_id: int, item_id: int, staff_id: int) -> bool:
    """Write down that staff reads an item; False when that person has read it in this report before."""
    row = {
        "id": tx.new_id(),
        "report_id": report_id,
        "author_id": author_id,
        "item_id": item_id,
        "staff_id": staff_id,
        "read_at": tx.now_ms,
    }
    return await tx.run(insert_ignore(CLOSED_READING).values(row)) == 1


async def readings_of(db: Db, viewer_id: int) -> list[Reading]:
    """What staff has read of one's own, newest first."""
    wanted = sa.select(CLOSED_READING.c.item_id, sa.func.min(CLOSED_READING.c.read_at).label("read_at"))
    mine = wanted.where(CLOSED_READING.c.author_id == viewer_id).group_by(CLOSED_READING.c.item_id)
    rows = await db.all(mine.order_by(sa.desc("read_at")).limit(MOST_LISTED))
    return [Reading(row.item_id, row.read_at) for row in rows]
