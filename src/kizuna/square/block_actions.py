"""Keeping others away: the verbs. They may be repeated, as all of the square's."""

from kizuna.ground.errors import Forbidden
from kizuna.square import block_queries, events, lookup
from kizuna.square.actions import end_follow
from kizuna.square.ports import Square
from kizuna.store.store import Tx


async def remove_follower(square: Square, account_id: int, follower_id: int) -> None:
    """Let somebody follow one no more; it is not told to them. Raises NotFound when there is no such account."""

    async def apply(tx: Tx) -> None:
        await lookup.account(tx, follower_id)
        await end_follow(tx, follower_id, account_id)

    await square.store.write(apply)


async def block(square: Square, account_id: int, target_id: int) -> None:
    """Keep an account and oneself apart: follows end both ways, and neither sees or answers the other.

    Raises NotFound when there is none, Forbidden for oneself. The other one is told nothing.
    """

    async def apply(tx: Tx) -> None:
        await lookup.account(tx, account_id)
        await lookup.account(tx, target_id)
        if account_id == target_id:
            raise Forbidden("You cannot block yourself")
        if await block_queries.make_block(tx, account_id, target_id):
            await end_follow(tx, account_id, target_id)
            await end_follow(tx, target_id, account_id)
            tx.emit(events.Blocked(account_id, target_id))

    await square.store.write(apply)


async def unblock(square: Square, account_id: int, target_id: int) -> None:
    """End a block of one's own, if there is one. The follows do not come back. Raises NotFound for no account."""

    async def apply(tx: Tx) -> None:
        await lookup.account(tx, target_id)
        if await block_queries.remove_block(tx, account_id, target_id):
            tx.emit(events.Unblocked(account_id, target_id))

    await square.store.write(apply)
