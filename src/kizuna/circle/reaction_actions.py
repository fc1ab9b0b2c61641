"""The verbs of reacting. One reaction for each face and voice; it can always be taken back."""

from kizuna.circle import events, queries, reaction_queries
from kizuna.circle.models import Mood
from kizuna.circle.ports import Circle
from kizuna.ground.errors import Invalid, NotFound
from kizuna.store.store import Tx


async def react(circle: Circle, face_id: int, voice_id: int, mood: str) -> None:
    """React to a voice or a reply, instead of how one did before; again, nothing happens.

    Raises NotFound when it is not for this viewer or is no more, Invalid for a reaction that there is not.
    """
    if mood not in set(Mood):
        raise Invalid("There is no such reaction.", field="mood")

    async def apply(tx: Tx) -> None:
        room_id = await queries.room_to_answer(tx, face_id, voice_id)
        if room_id is None:
            raise NotFound
        before = await reaction_queries.own_reaction(tx, face_id, voice_id)
        if before is None or before.kind != mood:
            await reaction_queries.set_reaction(tx, voice_id, face_id, Mood(mood))
            tx.emit(events.Reacted(voice_id, face_id, room_id))

    await circle.store.write(apply)


async def unreact(circle: Circle, face_id: int, voice_id: int) -> None:
    """Take one's reaction back, also where one cannot read any more. Nothing happens where there is none, and the
    answer does not tell whether there is such a voice."""

    async def apply(tx: Tx) -> None:
        before = await reaction_queries.own_reaction(tx, face_id, voice_id)
        if before is not None:
            await reaction_queries.drop_reaction(tx, voice_id, face_id)
            tx.emit(events.Unreacted(voice_id, face_id, before.room_id))

    await circle.store.write(apply)
