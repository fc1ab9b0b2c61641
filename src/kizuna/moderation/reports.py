"""Reporting: what somebody saw and finds wrong, told to the staff and to nobody else."""

from typing import Final

from kizuna.circle import friend_queries
from kizuna.circle import queries as circle_queries
from kizuna.ground import text as texts
from kizuna.ground.errors import Forbidden, Invalid, NotFound
from kizuna.jobs.idempotency import Key, once
from kizuna.moderation import closed_queries, events, queries
from kizuna.moderation.models import Category, Complaint, ReportedItem
from kizuna.moderation.ports import Moderation
from kizuna.people.limits import REPORT
from kizuna.people.models import Viewer
from kizuna.square import queries as square_queries
from kizuna.square.load import load_statuses
from kizuna.store.store import Tx

MOST_ITEMS: Final = 20
COMMENT_LENGTH: Final = 1000


async def report_account(
    moderation: Moderation, viewer: Viewer, complaint: Complaint, key: Key | None = None
) -> int:
    """Report an account of the square, with posts of it; answers the report's id.

    Posts that are gone or somebody else's are refused. While a report that says the very same is open, it is answered
    and no other is made. Raises NotFound, Invalid, Forbidden (oneself), TooMany.
    """
    comment = _checked(complaint)
    assert viewer.square_id is not None, "the door asks for a face on the square"
    if complaint.target_id == viewer.square_id:
        raise Forbidden("This is you.")
    db = moderation.square.store.reads
    if await square_queries.account(db, complaint.target_id) is None:
        raise NotFound
    statuses = await load_statuses(db, complaint.item_ids)
    posts = [statuses[one].post for one in complaint.item_ids if one in statuses]
    if len(posts) != len(complaint.item_ids) or any(post.account_id != complaint.target_id for post in posts):
        raise NotFound
    items = [ReportedItem(post.id, _shown(post.spoiler_text, post.text), post.created_at) for post in posts]
    moderation.people.limiter.check("square", REPORT, f"person {viewer.person_id}")
    reporter_id = viewer.square_id

    async def apply(tx: Tx) -> int:
        return (await once(tx, key, lambda: write(tx)))[0]

    async def write(tx: Tx) -> int:
        row = _row(tx, reporter_id, complaint, comment)
        known = await queries.same_open(tx, row, complaint.item_ids)
        if known is not None:
            return known
        report_id = tx.new_id()
        await queries.add_report(tx, {"id": report_id, **row}, items)
        tx.emit(events.Reported(report_id))
        return report_id

    return await moderation.people.store.write(apply)


async def report_face(
    moderation: Moderation, viewer: Viewer, complaint: Complaint, key: Key | None = None
) -> int:
    """Report a face of the circle, with voices or replies of it; answers the report's id.

    What staff will read is what the viewer may read at this moment, and no more: the gate is asked in the write.
    Repeats are answered as by ``report_account``. Raises NotFound, Invalid, Forbidden (oneself), TooMany.
    """
    comment = _checked(complaint)
    assert viewer.circle_id is not None, "the door asks for a face in the circle"
    if complaint.target_id == viewer.circle_id:
        raise Forbidden("This is you.")
    moderation.people.limiter.check("circle", REPORT, f"person {viewer.person_id}")
    reporter_id = viewer.circle_id

    async def apply(tx: Tx) -> int:
        return (await once(tx, key, lambda: write(tx)))[0]

    async def write(tx: Tx) -> int:
        if await friend_queries.profile_by_id(tx, reporter_id, complaint.target_id) is None:
            raise NotFound
        seen = await circle_queries.load(tx, reporter_id, list(complaint.item_ids))
        if len(seen) != len(complaint.item_ids) or any(one.author.id != complaint.target_id for one in seen):
            raise NotFound
        row = _row(tx, reporter_id, complaint, comment)
        known = await closed_queries.same_open(tx, row, complaint.item_ids)
        if known is not None:
            return known
        report_id = tx.new_id()
        await closed_queries.add_report(tx, {"id": report_id, **row}, seen)
        tx.emit(events.ClosedReported(report_id))
        return report_id

    return await moderation.circle.store.write(apply)


def _row(tx: Tx, reporter_id: int, complaint: Complaint, comment: str) -> dict[str, object]:
    return {
        "reporter_id": reporter_id,
        "target_id": complaint.target_id,
        "category": complaint.category,
        "comment": comment,
        "created_at": tx.now_ms,
    }


def _checked(complaint: Complaint) -> str:
    """The comment as it will be kept. Raises Invalid."""
    if complaint.category not in set(Category):
        raise Invalid("Choose what this is about.", field="category")
    if len(complaint.item_ids) > MOST_ITEMS or len(set(complaint.item_ids)) != len(complaint.item_ids):
        raise Invalid("Please choose at most {most} items, each once.", field="status_ids", most=MOST_ITEMS)
    comment = texts.clean(complaint.comment, "comment")
    texts.check_length(comment, COMMENT_LENGTH, "comment")
    return comment


def _shown(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)
