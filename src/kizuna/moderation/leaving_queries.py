"""What goes with somebody who leaves: reports by and about their faces, their appeals, what staff read of theirs."""

from typing import Final

import sqlalchemy as sa

from kizuna.moderation.tables import (
    ANNOUNCEMENT_READ,
    APPEAL,
    CLOSED_READING,
    CLOSED_REPORT,
    CLOSED_REPORT_ITEM,
    DECISION,
    REPORT,
    REPORT_ITEM,
)
from kizuna.people.belongings import Leaver, Part, Progress
from kizuna.store.store import Tx


async def empty_person(tx: Tx, leaver: Leaver) -> Progress:
    """Appeals, and which announcements were put away."""
    await tx.run(sa.delete(APPEAL).where(APPEAL.c.person_id == leaver.owner_id))
    await tx.run(sa.delete(ANNOUNCEMENT_READ).where(ANNOUNCEMENT_READ.c.person_id == leaver.owner_id))
    return Progress.DONE


async def empty_account(tx: Tx, leaver: Leaver) -> Progress:
    """Reports by and about an account, and what the log says of it."""
    gone = sa.or_(REPORT.c.reporter_id == leaver.owner_id, REPORT.c.target_id == leaver.owner_id)
    await tx.run(
        sa.delete(REPORT_ITEM).where(REPORT_ITEM.c.report_id.in_(sa.select(REPORT.c.id).where(gone)))
    )
    await tx.run(sa.delete(REPORT).where(gone))
    await tx.run(
        sa.delete(DECISION).where(DECISION.c.plane == "square", DECISION.c.target_id == leaver.owner_id)
    )
    return Progress.DONE


async def empty_face_log(tx: Tx, leaver: Leaver) -> Progress:
    """What the log says of a circle face."""
    await tx.run(
        sa.delete(DECISION).where(DECISION.c.plane == "circle", DECISION.c.target_id == leaver.owner_id)
    )
    return Progress.DONE


async def empty_face(tx: Tx, leaver: Leaver) -> Progress:
    """Reports by and about a face, and what was read of it."""
    gone = sa.or_(
        CLOSED_REPORT.c.reporter_id == leaver.owner_id, CLOSED_REPORT.c.target_id == leaver.owner_id
    )
    reports = sa.select(CLOSED_REPORT.c.id).where(gone)
    await tx.run(sa.delete(CLOSED_READING).where(CLOSED_READING.c.report_id.in_(reports)))
    await tx.run(sa.delete(CLOSED_REPORT_ITEM).where(CLOSED_REPORT_ITEM.c.report_id.in_(reports)))
    await tx.run(sa.delete(CLOSED_REPORT).where(gone))
    return Progress.DONE


PARTS: Final = (
    Part("moderation.appeals", "people", "person", empty_person),
    Part("moderation.reports", "people", "square", empty_account),
    Part("moderation.log", "people", "circle", empty_face_log),
    Part("moderation.closed_reports", "circle", "circle", empty_face),
)
