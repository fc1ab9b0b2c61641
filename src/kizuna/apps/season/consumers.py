"""What follows in the seasons from what happened in the circle: event → who acts on it.

A part of the table in wiring. The names of consumers are kept in the inbox and must never change.
"""

from kizuna.apps.season import events, gift_actions, message_queries, notices
from kizuna.apps.season.messages import Message, message_of
from kizuna.apps.season.ports import Seasons
from kizuna.circle import audience
from kizuna.circle import events as circle
from kizuna.ground.events import Event
from kizuna.jobs.outbox import Consumer
from kizuna.notifications.on_circle import tell_of_app
from kizuna.store.store import Tx
from kizuna.tie import events as tie

STANDING = "standing"


def following(seasons: Seasons) -> list[tuple[type[Event], list[Consumer]]]:
    """What the seasons do when something has happened, each exactly once, in the store of the circle."""
    store = seasons.store

    async def of_said(event: circle.VoiceSaid) -> Message | None:
        return await message_of(seasons, event.author_id, event.voice_id)

    async def of_copied(event: tie.CopyChanged) -> Message | None:
        if event.state != STANDING:
            return None
        return await message_of(seasons, event.face_id, event.voice_id, public=True)

    async def of_deleted(event: circle.VoiceDeleted) -> circle.VoiceDeleted | None:
        return event if await message_queries.is_known(store.reads, event.voice_id) else None

    return [
        (circle.Blocked, [Consumer("season.blocked", store, on_blocked)]),
        (circle.VoiceSaid, [Consumer("season.said", store, on_message, of_said)]),
        (circle.VoiceDeleted, [Consumer("season.deleted", store, on_deleted, of_deleted)]),
        (events.GiftGiven, [Consumer("season.tell_given", store, on_given)]),
        (events.GiftThanked, [Consumer("season.tell_thanked", store, on_thanked)]),
        (events.GiftReturned, [Consumer("season.tell_returned", store, on_returned)]),
        (tie.CopyChanged, [Consumer("season.copied", store, on_message, of_copied)]),
    ]


async def on_blocked(event: circle.Blocked, tx: Tx) -> None:
    """What was under way between the two arrives no more."""
    await gift_actions.part(tx, event.by_id, event.face_id)


async def on_message(message: Message, tx: Tx) -> None:
    """There is one more, or one is public now; unless it was deleted meanwhile."""
    facts = await audience.facts(tx, message.voice_id)
    if facts is not None and not facts.gone:
        await message_queries.write(tx, message)


async def on_deleted(event: circle.VoiceDeleted, tx: Tx) -> None:
    """There is one less."""
    await message_queries.forget(tx, event.voice_id)


async def on_given(event: events.GiftGiven, tx: Tx) -> None:
    """Tell who is given something; not what, nor with which words."""
    await tell_of_app(tx, event.to_id, notices.GIVEN, event.from_id, event.gift_id)


async def on_thanked(event: events.GiftThanked, tx: Tx) -> None:
    """Tell who gave."""
    if event.to_id > 0:
        await tell_of_app(tx, event.to_id, notices.THANKED, event.from_id, event.gift_id)


async def on_returned(event: events.GiftReturned, tx: Tx) -> None:
    """Tell who gave; not who did not open it, since that may be somebody who is gone, or has blocked them."""
    await tell_of_app(tx, event.to_id, notices.RETURNED, 0, event.gift_id)
