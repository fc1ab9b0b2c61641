"""What the staff tells everybody who is signed in."""

from typing import Final

from kizuna.ground import text as texts
from kizuna.ground.errors import Invalid, NotFound
from kizuna.moderation import events, queries
from kizuna.moderation.models import Announcement, Deed
from kizuna.moderation.ports import Moderation
from kizuna.people.models import Role, Viewer
from kizuna.people.standing import staff
from kizuna.store.store import Tx

ANNOUNCEMENT_LENGTH: Final = 1000
MOST_DAYS: Final = 365
DAY_MS: Final = 24 * 3600 * 1000


async def announce(moderation: Moderation, viewer: Viewer, text: str, days: int) -> int:
    """Tell everybody, for a number of days; answers the id. Administrators only. Raises NotFound, Invalid."""
    words = texts.clean(text)
    if texts.is_blank(words):
        raise Invalid("Please write something.", field="text")
    texts.check_length(words, ANNOUNCEMENT_LENGTH)
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("Choose 1 to {most} days.", field="days", most=MOST_DAYS)
    html = texts.to_html(words)

    async def apply(tx: Tx) -> int:
        await staff(tx, viewer, Role.ADMINISTRATOR)
        made = tx.new_id()
        row = {
            "id": made,
            "text": words,
            "html": html,
            "made_at": tx.now_ms,
            "ends_at": tx.now_ms + days * DAY_MS,
        }
        await queries.add_announcement(tx, row)
        await queries.add_decision(tx, viewer.person_id, Deed.ANNOUNCE, reason=words[:200])
        tx.emit(events.Announced(made))
        return made

    return await moderation.people.store.write(apply)


async def end(moderation: Moderation, viewer: Viewer, announcement_id: int) -> None:
    """Tell it no more. Raises NotFound."""

    async def apply(tx: Tx) -> None:
        await staff(tx, viewer, Role.ADMINISTRATOR)
        if not await queries.end_announcement(tx, announcement_id):
            raise NotFound
        await queries.add_decision(tx, viewer.person_id, Deed.END_ANNOUNCEMENT, reason=str(announcement_id))
        tx.emit(events.Announced(announcement_id))

    await moderation.people.store.write(apply)


async def current(moderation: Moderation, viewer: Viewer) -> list[Announcement]:
    """What is told at this moment, newest first."""
    people = moderation.people
    return await queries.current_announcements(people.store.reads, people.clock.now_ms(), viewer.person_id)


async def put_away(moderation: Moderation, viewer: Viewer, announcement_id: int) -> None:
    """The viewer has read it. Doing it twice is fine. Raises NotFound."""

    async def apply(tx: Tx) -> None:
        if not await queries.put_away(tx, announcement_id, viewer.person_id):
            raise NotFound

    await moderation.people.store.write(apply)
