"""What the square's events make of notifications: consumers in the store people, each exactly once per event.

Whom an event concerns is found out before the write, in the square; blocks and mutes are asked then and at each read.
"""

import functools
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from kizuna.jobs import duties
from kizuna.jobs.duties import Duty, Effect
from kizuna.notifications import square_queries as queries
from kizuna.notifications.events import Notified
from kizuna.notifications.kinds import SquareKind
from kizuna.notifications.watched import Watched
from kizuna.square import block_queries, events, kept_queries, standing_queries
from kizuna.square import queries as square_queries
from kizuna.square.ports import Square
from kizuna.store.store import Tx

TELL: Final = "notifications.tell"
MOST_TOLD: Final = 5_000
"""Of one event."""
AT_ONCE: Final = 200
"""The writer of the store people is everybody's: nobody waits long for one edit."""


class Telling(msgspec.Struct, frozen=True):
    """Somebody to be told of something. ``post_id`` is 0 for a follow."""

    account_id: int
    kind: SquareKind
    from_id: int
    post_id: int


class Rest(msgspec.Struct, frozen=True):
    """Those who are told a little later."""

    tellings: tuple[Telling, ...]


async def of_posted(square: Square, watched: Watched, event: events.Posted) -> Sequence[Telling]:
    """Whom a post mentions, whom it answers, and who wants word of each post of its author."""
    answered = event.in_reply_to_account_id
    named = dict.fromkeys((*event.mentioned_ids, *(() if answered is None else (answered,))))
    told = await _open(square, named, "mention", event.account_id, event.post_id)
    if answered in (None, event.account_id):
        waiting = await watched.by(event.account_id, event.post_id)
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
    reads, kept = square.store.reads, square.kept.reads
    deaf = await block_queries.apart(reads, from_id, others)
    deaf |= await kept_queries.deaf_to(kept, from_id, others, square.clock.now_ms())
    roots = await square_queries.roots(reads, [post_id] if post_id else [])
    if post_id in roots:
        deaf |= await kept_queries.deaf_to_thread(kept, roots[post_id], others)
    return [Telling(one, kind, from_id, post_id) for one in others if one not in deaf]


async def write_down(tellings: Sequence[Telling], tx: Tx) -> None:
    """Write a notification for each, unless it stands or its kind is not wanted; what is many, a part at a time."""
    for one in tellings[:AT_ONCE]:
        await _write(one, tx)
    if len(tellings) > AT_ONCE:
        await duties.add(tx, TELL, Rest(tuple(tellings[AT_ONCE:])))


async def tell_rest(duty: Duty) -> Effect:
    """The duty: write the next part."""
    rest = msgspec.json.decode(duty.payload, type=Rest)
    return functools.partial(write_down, rest.tellings)


async def _write(one: Telling, tx: Tx) -> None:
    """An edit tells again: what was told of the one before goes first."""
    if one.kind in await queries.TOLD.off(tx, one.account_id):
        return
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


async def on_account_removed(event: events.AccountRemoved, tx: Tx) -> None:
    """Take away what came after its things were emptied (`belongings`): others may have met it until then."""
    await queries.drop_account(tx, event.account_id)
