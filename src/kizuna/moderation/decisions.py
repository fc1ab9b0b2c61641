"""What staff decides about people and their posts. Each repeats its checks inside the write, and is logged with it."""

import msgspec

from kizuna.ground import text as texts
from kizuna.ground.config import Plane
from kizuna.ground.errors import Conflict, Forbidden, Invalid, NotFound
from kizuna.moderation import closed_queries, events, planes, queries
from kizuna.moderation.models import Deed, Report
from kizuna.moderation.ports import Moderation
from kizuna.people import standing_queries
from kizuna.people.models import Role, Standing, Viewer
from kizuna.people.standing import change, staff
from kizuna.square import actions as square_actions
from kizuna.square import queries as square_queries
from kizuna.store.store import Db, Row, Tx

REASON_LENGTH = 500


async def stand(
    moderation: Moderation, viewer: Viewer, plane: Plane, face_id: int, deed: Deed, reason: str
) -> None:
    """Silence, unsilence, suspend or restore the person behind a face. A reason is needed; it is logged.

    Answers when the planes show it. Raises NotFound (not staff, or no such face), Forbidden (oneself, or staff by a
    moderator), Conflict (the last administrator), Invalid.
    """
    why = check_reason(reason)

    async def apply(tx: Tx) -> int:
        mine = await staff(tx, viewer)
        row = await _other(tx, viewer, plane, face_id)
        before = await standing_queries.standing(tx, row.person_id)
        if before.role is not Role.MEMBER and mine.role is not Role.ADMINISTRATOR:
            raise Forbidden("Only an administrator decides about staff.")
        now = _after(before, deed, tx.now_ms)
        if now != before:
            await change(tx, row.person_id, now)
            await queries.add_decision(tx, viewer.person_id, deed, plane=plane, target_id=face_id, reason=why)
        return row.person_id

    await planes.follow(moderation, await moderation.people.store.write(apply))


def _after(before: Standing, deed: Deed, now_ms: int) -> Standing:
    """The standing after a deed; the same where nothing changes."""
    if deed is Deed.SILENCE and before.silenced_at is None:
        return msgspec.structs.replace(before, silenced_at=now_ms)
    if deed is Deed.UNSILENCE:
        return msgspec.structs.replace(before, silenced_at=None)
    if deed is Deed.SUSPEND and before.suspended_at is None:
        return msgspec.structs.replace(before, suspended_at=now_ms)
    if deed is Deed.RESTORE:
        return msgspec.structs.replace(before, suspended_at=None)
    return before


async def appoint(moderation: Moderation, viewer: Viewer, plane: Plane, face_id: int, role: str) -> None:
    """Give the person behind a face a role. Raises as ``stand`` does; administrators only."""
    if role not in set(Role):
        raise Invalid("Choose a role.", field="role")

    async def apply(tx: Tx) -> None:
        await staff(tx, viewer, Role.ADMINISTRATOR)
        row = await _other(tx, viewer, plane, face_id)
        before = await standing_queries.standing(tx, row.person_id)
        now = msgspec.structs.replace(before, role=Role(role))
        if now != before:
            await change(tx, row.person_id, now)
            await queries.add_decision(
                tx, viewer.person_id, Deed.APPOINT, plane=plane, target_id=face_id, reason=role
            )

    await moderation.people.store.write(apply)


async def _other(db: Db, viewer: Viewer, plane: Plane, face_id: int) -> Row:
    row = await standing_queries.listed_face(db, plane, face_id)
    if row is None:
        raise NotFound
    if row.person_id == viewer.person_id:
        raise Forbidden("Nobody decides about themselves.")
    return row


async def delete_post(moderation: Moderation, viewer: Viewer, post_id: int, reason: str) -> None:
    """Delete a post of the square, whoever wrote it. Logged before it is done, so that nothing is done unlogged.

    Raises NotFound, Invalid.
    """
    why = check_reason(reason)
    post = await square_queries.post(moderation.square.store.reads, post_id)
    if post is None:
        raise NotFound

    async def log(tx: Tx) -> None:
        await staff(tx, viewer)
        await queries.add_decision(
            tx, viewer.person_id, Deed.DELETE_POST, plane="square", target_id=post.account_id, reason=why
        )

    await moderation.people.store.write(log)
    await square_actions.delete_post(moderation.square, post.account_id, post_id)


async def close_report(moderation: Moderation, viewer: Viewer, plane: Plane, report_id: int) -> None:
    """Put a report to the files; what a closed one quoted is forgotten. Doing it twice is fine. Raises NotFound."""
    target = await _target(moderation, viewer, plane, report_id)

    async def close(tx: Tx) -> None:
        if plane == "square":
            await staff(tx, viewer)
            await queries.close_report(tx, report_id, viewer.person_id)
        else:
            await closed_queries.close_report(tx, report_id, viewer.person_id)

    async def log(tx: Tx) -> None:
        await staff(tx, viewer)
        await queries.add_decision(
            tx, viewer.person_id, Deed.CLOSE_REPORT, plane=plane, target_id=target, reason=str(report_id)
        )

    await moderation.people.store.write(log)
    store = moderation.people.store if plane == "square" else moderation.circle.store
    await store.write(close)


async def _target(moderation: Moderation, viewer: Viewer, plane: Plane, report_id: int) -> int:
    await staff(moderation.people.store.reads, viewer)
    if plane == "square":
        found = await queries.report(moderation.people.store.reads, report_id)
    else:
        pair = await closed_queries.report(moderation.circle.store.reads, report_id)
        found = pair[0] if pair else None
    if found is None or found.closed_at is not None:
        raise NotFound
    return found.target_id


async def read_closed(moderation: Moderation, viewer: Viewer, report_id: int) -> Report:
    """Read a report about the circle, with what it quotes: written down, and told to the author of each item.

    The reading is durable before anything is shown. Raises NotFound for those who are not staff.
    """
    await staff(moderation.people.store.reads, viewer)

    async def apply(tx: Tx) -> Report:
        found = await closed_queries.report(tx, report_id)
        if found is None:
            raise NotFound
        shown, items = found
        for item in items:
            if await closed_queries.note_reading(
                tx, report_id, item.author_id, item.item_id, viewer.person_id
            ):
                tx.emit(events.ClosedRead(item.author_id, item.item_id))
        return shown

    return await moderation.circle.store.write(apply)


def check_reason(reason: str) -> str:
    """A reason in words. Raises Invalid."""
    why = texts.clean(reason, "reason")
    if texts.is_blank(why):
        raise Invalid("Please say why.", field="reason")
    texts.check_length(why, REASON_LENGTH, "reason")
    return why


async def refuse_appeal(moderation: Moderation, viewer: Viewer, appeal_id: int, reason: str) -> None:
    """The suspension stands. Raises NotFound, Invalid."""
    await _answer(moderation, viewer, appeal_id, reason, granted=False)


async def grant_appeal(moderation: Moderation, viewer: Viewer, appeal_id: int, reason: str) -> None:
    """The person may come back. Raises NotFound, Invalid."""
    await _answer(moderation, viewer, appeal_id, reason, granted=True)


async def _answer(
    moderation: Moderation, viewer: Viewer, appeal_id: int, reason: str, *, granted: bool
) -> None:
    why = check_reason(reason)

    async def apply(tx: Tx) -> int:
        await staff(tx, viewer)
        asked = await queries.appeal(tx, appeal_id)
        if asked is None:
            raise NotFound
        if asked.person_id == viewer.person_id:
            raise Conflict("Nobody decides about themselves.")
        await queries.close_appeal(tx, appeal_id, granted=granted)
        before = await standing_queries.standing(tx, asked.person_id)
        if granted and before.suspended_at is not None:
            await change(tx, asked.person_id, msgspec.structs.replace(before, suspended_at=None))
        deed = Deed.RESTORE if granted else Deed.REFUSE_APPEAL
        await queries.add_decision(
            tx, viewer.person_id, deed, plane=asked.plane, target_id=asked.face_id, reason=why
        )
        return asked.person_id

    await planes.follow(moderation, await moderation.people.store.write(apply))
