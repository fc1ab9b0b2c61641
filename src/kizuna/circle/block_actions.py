"""The verbs of blocking: everything between two faces ends at once, and the other is never told."""

from kizuna.circle import block_queries, events, friend_queries
from kizuna.circle.friend_actions import part
from kizuna.circle.ports import Circle
from kizuna.ground.errors import Invalid, NotFound
from kizuna.store.store import Tx


async def block(circle: Circle, by_id: int, face_id: int, voice_id: int | None = None) -> None:
    """Block a face whose profile this face can see, or who wrote the voice ``voice_id`` that it can read.

    The second is for whom has blocked this face first: nobody may speak in our friends' rooms and be out of reach.
    Friendship and requests between the two end in the same transaction. Again, nothing happens. Raises NotFound for
    nobody, Invalid for oneself.
    """

    async def apply(tx: Tx) -> None:
        if not await friend_queries.is_live(tx, by_id) or not await friend_queries.is_live(tx, face_id):
            raise NotFound
        if face_id == by_id:
            raise Invalid("This is you.")
        seen = await friend_queries.profile_by_id(tx, by_id, face_id) is not None
        if not seen and (voice_id is None or not await block_queries.wrote(tx, by_id, voice_id, face_id)):
            raise NotFound
        if await block_queries.add_block(tx, by_id, face_id):
            await part(tx, by_id, face_id)
            await friend_queries.drop_requests(tx, by_id, face_id)
            tx.emit(events.Blocked(by_id, face_id))

    await circle.store.write(apply)


async def unblock(circle: Circle, by_id: int, face_id: int) -> None:
    """End a block. Friends they become only by asking anew. Nothing happens where there is none."""

    async def apply(tx: Tx) -> None:
        if await block_queries.drop_block(tx, by_id, face_id):
            tx.emit(events.Unblocked(by_id, face_id))

    await circle.store.write(apply)
