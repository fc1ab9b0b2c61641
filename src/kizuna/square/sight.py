"""What one viewer sees of the square otherwise than everybody: whom he does not see, and what he wants besides.

Asked at every read, so it is kept in memory, and dropped before the answer to whatever changes it (invariant 5).
"""

from collections import OrderedDict
from typing import Final

import msgspec

from kizuna.ground.clock import Clock
from kizuna.ground.ids import MAX_ID
from kizuna.square import block_queries, events, kept_queries
from kizuna.store.store import Store

KEPT: Final = 20_000
NOBODY: Final[frozenset[int]] = frozenset()


class Sight(msgspec.Struct, frozen=True):
    """``hidden`` are accounts that a block keeps apart, and those that the viewer mutes; ``apart`` are only the first.

    ``without_boosts`` are followed without their boosts, ``tags`` are followed hashtags. True until the time ``until``.
    """

    hidden: frozenset[int] = NOBODY
    apart: frozenset[int] = NOBODY
    without_boosts: frozenset[int] = NOBODY
    tags: tuple[str, ...] = ()
    until: int = MAX_ID

    def on_page_of(self, account_id: int) -> frozenset[int]:
        """Who is hidden on the page of one account: a mute does not hide it from who goes there."""
        return self.hidden if account_id in self.apart else self.hidden - {account_id}


PLAIN: Final = Sight()


class Sights:
    """The sights of those who read lately."""

    def __init__(self, square: Store, people: Store, clock: Clock, kept: int = KEPT) -> None:
        self._square = square
        self._people = people
        self._clock = clock
        self._kept = kept
        self._known: OrderedDict[int, Sight] = OrderedDict()
        self._epoch = 0
        for store in (square, people):
            store.doubt(self.clear)
        square.hear(events.Blocked, self._blocked)
        square.hear(events.Unblocked, self._blocked)
        square.hear(events.Unfollowed, self._followed)
        square.hear(events.FollowChanged, self._followed)
        people.hear(events.Muted, self._own)
        people.hear(events.Unmuted, self._own)
        people.hear(events.TagFollowed, self._own)
        people.hear(events.TagUnfollowed, self._own)

    async def of(self, viewer_id: int | None) -> Sight:
        """How this viewer sees the square at this moment; None is anybody who is not signed in."""
        if viewer_id is None:
            return PLAIN
        hears = self._square.hears and self._people.hears
        known = self._known.get(viewer_id) if hears else None
        if known is not None and self._clock.now_ms() < known.until:
            return known
        epoch = self._epoch
        found = await self._find(viewer_id)
        if (
            hears and epoch == self._epoch
        ):  # else something changed while we looked, and nobody may be told of it later
            self._known[viewer_id] = found
            self._known.move_to_end(viewer_id)
            if len(self._known) > self._kept:
                self._known.popitem(last=False)
        return found

    async def _find(self, viewer_id: int) -> Sight:
        apart = await block_queries.all_apart(self._square.reads, viewer_id)
        without_boosts = await block_queries.without_boosts(self._square.reads, viewer_id)
        reads = self._people.reads
        mutes = await kept_queries.all_muted(reads, viewer_id, self._clock.now_ms())
        sight = Sight(
            hidden=apart.union(mute.target_id for mute in mutes),
            apart=apart,
            without_boosts=without_boosts,
            tags=await kept_queries.all_followed_tags(reads, viewer_id),
            until=min((mute.expires_at for mute in mutes if mute.expires_at is not None), default=MAX_ID),
        )
        return PLAIN if sight == PLAIN else sight

    def clear(self) -> None:
        """Something may have gone unheard: nothing is known any more."""
        self._epoch += 1
        self._known.clear()

    def drop(self, account_id: int) -> None:
        """Something about how this account sees the square has changed."""
        self._epoch += 1
        self._known.pop(account_id, None)

    def _blocked(self, event: events.Blocked | events.Unblocked) -> None:
        self.drop(event.account_id)
        self.drop(event.target_id)

    def _followed(self, event: events.Unfollowed | events.FollowChanged) -> None:
        self.drop(event.follower_id)

    def _own(self, event: events.Muted | events.Unmuted | events.TagFollowed | events.TagUnfollowed) -> None:
        self.drop(event.account_id)
