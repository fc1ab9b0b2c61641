"""Waiting until each plane shows what was decided: the staff's answer is given when nothing stale is shown any more."""

from typing import Final

from kizuna.circle import friend_queries
from kizuna.moderation.ports import Moderation
from kizuna.people import standing_queries
from kizuna.people.models import Standing
from kizuna.square import queries as square_queries

PAUSE_S: Final = 0.02
MOST_LOOKS: Final = 100


async def follow(moderation: Moderation, person_id: int) -> None:
    """Until the faces of a person are shown or hidden as the person stands, two seconds at the most.

    The event that tells the planes is durable, so a plane that is slower than that still follows.
    """
    people = moderation.people
    for _ in range(MOST_LOOKS):
        now = await standing_queries.standing(people.store.reads, person_id)
        if await _shows(moderation, person_id, now):
            return
        await people.clock.sleep(PAUSE_S)


async def _shows(moderation: Moderation, person_id: int, now: Standing) -> bool:
    silenced, suspended = now.silenced_at is not None, now.suspended_at is not None
    faces = await standing_queries.faces(moderation.people.store.reads, person_id)
    for plane, face_id in faces.items():
        if plane not in moderation.people.config.planes:
            continue
        if plane == "square":
            known = await square_queries.standing(moderation.square.store.reads, face_id)
            if known != (silenced, suspended):
                return False
        elif await friend_queries.is_suspended(moderation.circle.store.reads, face_id) != suspended:
            return False
    return True
