"""What the square's events make of notifications: consumers in the store people, each exactly once per event."""

from kizuna.notifications import square_queries as queries
from kizuna.notifications.events import Notified
from kizuna.notifications.kinds import SquareKind
from kizuna.square import events
from kizuna.store.store import Tx


async def concerns_somebody(event: events.Posted) -> events.Posted | None:
    """A post that mentions or answers anybody else."""
    return event if any(account_id != event.account_id for account_id in _concerned(event)) else None


async def on_posted(event: events.Posted, tx: Tx) -> None:
    """Tell whom a post mentions, and whom it answers."""
    for account_id in _concerned(event):
        await _tell(tx, account_id, "mention", event.account_id, event.post_id)


async def on_boosted(event: events.Boosted, tx: Tx) -> None:
    """Tell the author."""
    await _tell(tx, event.author_id, "reblog", event.account_id, event.post_id)


async def on_favourited(event: events.Favourited, tx: Tx) -> None:
    """Tell the author."""
    await _tell(tx, event.author_id, "favourite", event.account_id, event.post_id)


async def on_followed(event: events.Followed, tx: Tx) -> None:
    """Tell who is followed."""
    await _tell(tx, event.followee_id, "follow", event.follower_id, 0)


async def on_unboosted(event: events.Unboosted, tx: Tx) -> None:
    """Take it away again."""
    await queries.drop_one(tx, "reblog", event.account_id, event.post_id)


async def on_unfavourited(event: events.Unfavourited, tx: Tx) -> None:
    """Take it away again."""
    await queries.drop_one(tx, "favourite", event.account_id, event.post_id)


async def on_unfollowed(event: events.Unfollowed, tx: Tx) -> None:
    """Take it away again."""
    await queries.drop_follow(tx, event.followee_id, event.follower_id)


async def on_post_deleted(event: events.PostDeleted, tx: Tx) -> None:
    """Take away all that was about it."""
    await queries.drop_post(tx, event.post_id)


def _concerned(event: events.Posted) -> list[int]:
    answered = event.in_reply_to_account_id
    return list(dict.fromkeys((*event.mentioned_ids, *(() if answered is None else (answered,)))))


async def _tell(tx: Tx, account_id: int, kind: SquareKind, from_id: int, post_id: int) -> None:
    if account_id == from_id or await queries.is_off(tx, account_id, kind):
        return
    made = await queries.add(tx, account_id, kind, from_id, post_id)
    if made is not None:
        tx.emit(Notified(made, "square", account_id, kind))
