"""What the square's events make of notifications: consumers in the store people, each exactly once per event.

Whom an event concerns is found out before the write, in the square; blocks and mutes are asked then and at each read.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from kizuna.notifications import square_queries as queries
from kizuna.notifications.events import Notified
from kizuna.notifications.kinds import SquareKind
from kizuna.notifications.watched import Watched
from kizuna.square import block_queries, events, kept_queries, standing_queries
from kizuna.square import queries as square_queries
from kizuna.square.ports import Square
from kizuna.store.store import Tx

MOST_TOLD: Final = 5_000
"""Of one event: the writer of the store people is everybody's, and nobody waits a second for one edit."""


class Telling(msgspec.Struct, frozen=True):
    """Somebody to be told of something. ``post_id`` is 0 for a follow."""

    account_id: int
    kind: SquareKind
    from_id: int
    post_id: int


async def of_posted(square: Square, watched: Watched, event: events.Posted) -> Sequence[Telling]:
    """Whom a post mentions, whom it answers, and who wants word of each post of its author."""
    answered = event.in_reply_to_account_id
    named = dict.fromkeys((*event.mentioned_ids, *(() if answered is None else (answered,))))
    told = await _open(square, named, "mention", event.account_id, event.post_id)
    if answered in (None, event.account_id):
        waiting = await watched.by(event.account_id)
        others = [account_id for account_id in waiting if account_id not in named]
        told += [Telling(account_id, "status", event.account_id, event.post_id) for account_id in others]
    return told[:MOST_TOLD]


async def of_edited(square: Square, event: events.PostEdited) -> Sequence[Telling]:
    """Whom a post mentions only now, and who boosted or favoured what it said before."""
    told = await _open(square, event.mentioned_ids, "mention", event.account_id, event.post_id)
    named = {one.account_id for one in told}
    boosters = await square_queries.booster_ids(square.store.reads, event.post_id)
    favourers = await standing_queries.favourers(square.store.reads, event.post_id, MOST_TOLD)
    others = [one for one in dict.fromkeys((*boosters, *favourers)) if one not in named][:MOST_TOLD]
    return told + await _open(square, others, "update", event.account_id, event.post_id)


async def of_boosted(square: Square, event: events.Boosted) -> Sequence[Telling]:
    """The author."""
    return await _open(square, [event.author_id], "reblog", event.account_id, event.post_id)


async def of_favourited(square: Square, event: events.Favourited) -> Sequence[Telling]:
    """The author."""
    return await _open(square, [event.author_id], "favourite", event.account_id, event.post_id)


async def of_followed(square: Square, event: events.Followed) -> Sequence[Telling]:
    """Who is followed."""
    return await _open(square, [event.followee_id], "follow", event.follower_id, 0)


async def _open(
    square: Square, account_ids: Iterable[int], kind: SquareKind, from_id: int, post_id: int
) -> list[Telling]:
    """A telling for each of these who does not keep word of this person, or of this thread, away from himself."""
    others = [account_id for account_id in account_ids if account_id != from_id]
    if not others:
        return []
    apart = await block_queries.apart(square.store.reads, from_id, others)
    roots = await square_queries.roots(square.store.reads, [post_id] if post_id else [])
    told: list[Telling] = []
    for account_id in others:
        if account_id in apart or await _mutes(square, account_id, from_id, roots.get(post_id)):
            continue
        told.append(Telling(account_id, kind, from_id, post_id))
    return told


async def _mutes(square: Square, account_id: int, from_id: int, root_id: int | None) -> bool:
    db, now = square.kept.reads, square.clock.now_ms()
    mute = (await kept_queries.muted(db, account_id, [from_id], now)).get(from_id)
    if mute is not None and mute.notifications:
        return True
    return root_id is not None and bool(await kept_queries.muted_threads(db, account_id, [root_id]))


async def write_down(tellings: Sequence[Telling], tx: Tx) -> None:
    """Write a notification for each, unless it stands or its kind is not wanted.

    An edit tells again: what was told of the one before goes first.
    """
    for one in tellings:
        if one.kind in await queries.TOLD.off(tx, one.account_id):
            continue
        if one.kind == "update":
            await queries.TOLD.drop_alike(tx, one.account_id, "update", one.from_id, one.post_id)
        made = await queries.TOLD.add(tx, one.account_id, one.kind, one.from_id, one.post_id)
        if made is not None:
            tx.emit(Notified(made, "square", one.account_id, one.kind))


async def on_unboosted(event: events.Unboosted, tx: Tx) -> None:
    """Take it away again."""
    await queries.drop_kind(tx, "reblog", event.account_id, event.post_id)


async def on_unfavourited(event: events.Unfavourited, tx: Tx) -> None:
    """Take it away again."""
    await queries.drop_kind(tx, "favourite", event.account_id, event.post_id)


async def on_unfollowed(event: events.Unfollowed, tx: Tx) -> None:
    """Take it away again."""
    await queries.TOLD.drop_alike(tx, event.followee_id, "follow", event.follower_id, 0)


async def on_post_deleted(event: events.PostDeleted, tx: Tx) -> None:
    """Take away all that was about it."""
    await queries.drop_post(tx, event.post_id)
