"""The verbs for shared groups. A group is its owner's alone until he shares it; then those of its members take part who
say yes. They see its name and each other, and speak together whether they are friends or not.

Nobody learns who was asked and did not come. Whoever leaves takes what he said with him: for the others it is gone.
"""

from typing import Final

from kizuna.circle import events, friend_queries, group_queries, sharing_queries
from kizuna.circle.ports import Circle
from kizuna.ground.errors import Invalid, NotFound
from kizuna.store.store import Tx

MOST_PARTICIPANTS: Final = 150


async def share_group(circle: Circle, owner_id: int, group_id: int) -> None:
    """Share a group of one's own and ask all its members to take part; done again, it asks those who were added since.

    Raises NotFound for another's group, Invalid for the close friends and for more than 150 members.
    """

    async def apply(tx: Tx) -> None:
        group = await group_queries.group(tx, owner_id, group_id)
        if group is None:
            raise NotFound
        if group.close:
            raise Invalid("Nobody is told who your close friends are.")
        members = [face.id for face in await group_queries.members(tx, owner_id, group_id)]
        if len(members) >= MOST_PARTICIPANTS:
            raise Invalid("At most {most} people can take part.", most=MOST_PARTICIPANTS)
        await sharing_queries.share(tx, group_id, owner_id)
        for face_id in members:
            if await sharing_queries.ask(tx, group_id, face_id):
                tx.emit(events.AskedToGroup(group_id, owner_id, face_id))
        tx.emit(events.GroupChanged(owner_id, group_id))

    await circle.store.write(apply)


async def unshare_group(circle: Circle, owner_id: int, group_id: int) -> None:
    """Share a group no more: what was said in it, nobody but its author reads. Raises NotFound for another's."""

    async def apply(tx: Tx) -> None:
        if await group_queries.group(tx, owner_id, group_id) is None:
            raise NotFound
        await sharing_queries.unshare(tx, group_id)
        tx.emit(events.GroupChanged(owner_id, group_id))

    await circle.store.write(apply)


async def join_group(circle: Circle, face_id: int, group_id: int) -> None:
    """Take part in a shared group. Raises NotFound for who was not asked, or is no friend of its owner any more."""

    async def apply(tx: Tx) -> None:
        if not await friend_queries.is_live(tx, face_id):
            raise NotFound
        group = await sharing_queries.shared_group(tx, face_id, group_id)
        if group is None:
            raise NotFound
        if await sharing_queries.join(tx, group_id, face_id):
            tx.emit(events.Participation(group_id, face_id))

    await circle.store.write(apply)


async def leave_group(circle: Circle, face_id: int, group_id: int) -> None:
    """Take part no more, or say no. The owner cannot leave, but share it no more. Raises NotFound where nothing is.

    Who left is asked again only when the owner takes him out of the group and puts him in anew. The owner's own list
    stays as it is: other things may be kept from those who are in it.
    """

    async def apply(tx: Tx) -> None:
        group = await sharing_queries.shared_group(tx, face_id, group_id)
        if group is None:
            raise NotFound
        if group.owner.id == face_id:
            raise Invalid("The group is yours. You can stop sharing it.")
        await sharing_queries.leave(tx, group_id, face_id)
        tx.emit(events.Participation(group_id, face_id))

    await circle.store.write(apply)
