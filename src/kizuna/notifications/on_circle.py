"""What the circle's events make of notifications: consumers in the store circle, each exactly once per event.

Whoever is told may read what it is about, by the gate, at that moment; at each read the gate is asked again.
"""

from kizuna.circle import audience, events
from kizuna.circle.block_queries import blocked_between
from kizuna.circle.models import Audience
from kizuna.notifications import circle_queries as queries
from kizuna.notifications.events import Notified
from kizuna.notifications.kinds import CircleKind
from kizuna.notifications.of_apps import AppKind
from kizuna.store.store import Tx


async def on_requested(event: events.Requested, tx: Tx) -> None:
    """Tell who is asked. A request that was silently declined before is no event at all."""
    await _tell(tx, event.to_id, "friend_request", event.from_id, 0)


async def on_befriended(event: events.Befriended, tx: Tx) -> None:
    """Tell the one whose request or invite was accepted; the request itself is answered."""
    other = event.a_id if event.by_id == event.b_id else event.b_id
    await queries.drop_between(tx, event.a_id, event.b_id)
    await _tell(tx, other, "friend", event.by_id, 0)


async def on_unfriended(event: events.Unfriended, tx: Tx) -> None:
    """Tell nobody; what they were told of their friendship goes."""
    await queries.drop_between(tx, event.a_id, event.b_id)


async def on_blocked(event: events.Blocked, tx: Tx) -> None:
    """Tell nobody; what they were told of each other's requests goes."""
    await queries.drop_between(tx, event.by_id, event.face_id)


async def on_voice_said(event: events.VoiceSaid, tx: Tx) -> None:
    """Tell those who were chosen as its readers, by name or by a group alike: the difference is the author's alone.

    What is said in a shared group was said in its own place, where those who take part look when they like.
    """
    facts = await audience.facts(tx, event.voice_id)
    if facts is None or facts.audience is Audience.SHARED:
        return
    for face_id in sorted(facts.listed):
        await _tell_of_voice(tx, face_id, "named", event.author_id, event.voice_id)


async def on_voice_replied(event: events.VoiceReplied, tx: Tx) -> None:
    """Tell the author of what was answered, and the owner of the room."""
    whose = await audience.answered(tx, event.voice_id)
    if whose is None:
        return
    if whose.parent_author_id != whose.owner_id:
        await _tell_of_voice(tx, whose.parent_author_id, "reply", event.author_id, event.voice_id)
    await _tell_of_voice(tx, whose.owner_id, "room_reply", event.author_id, event.voice_id)


async def on_staff_read(author_id: int, item_id: int, tx: Tx) -> None:
    """Tell the author that the staff read something of theirs; neither who reported it nor who read."""
    await queries.TOLD.drop_alike(tx, author_id, "staff_read", 0, item_id)
    await _tell(tx, author_id, "staff_read", 0, item_id)


async def on_voice_deleted(event: events.VoiceDeleted, tx: Tx) -> None:
    """Take away all that was about it. What was about replies in a deleted room, the gate hides."""
    await queries.drop_subject(tx, event.voice_id)


async def on_face_removed(event: events.FaceRemoved, tx: Tx) -> None:
    """Take away all that it was told, and all that others were told of it."""
    await queries.drop_face(tx, event.face_id)


async def tell_of_app(tx: Tx, face_id: int, kind: AppKind, from_id: int, subject_id: int) -> None:
    """Tell a face what an app has for it, once for each thing; of whom it is, or of nobody with ``from_id`` nought."""
    if not from_id or not await blocked_between(tx, face_id, from_id):
        await _tell(tx, face_id, kind.name, from_id, subject_id)


async def _tell_of_voice(tx: Tx, face_id: int, kind: CircleKind, from_id: int, voice_id: int) -> None:
    facts = await audience.facts(tx, voice_id)
    if facts is None or not audience.may_read(face_id, facts):
        return
    if not await blocked_between(tx, face_id, from_id):
        await _tell(tx, face_id, kind, from_id, voice_id)


async def _tell(tx: Tx, face_id: int, kind: str, from_id: int, subject_id: int) -> None:
    if face_id == from_id or kind in await queries.TOLD.off(tx, face_id):
        return
    made = await queries.TOLD.add(tx, face_id, kind, from_id, subject_id)
    if made is not None:
        tx.emit(Notified(made, "circle", face_id, kind))
