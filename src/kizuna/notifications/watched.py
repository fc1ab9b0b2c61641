"""Whose every post somebody wants to hear of. Almost nobody's, and it is asked at every post, so that is remembered."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from kizuna.square import block_queries, events
from kizuna.square.ports import Square

KEPT: Final = 50_000


class Watched:
    """Remembers who posted lately and is watched by nobody; forgets it before the answer to who begins to watch."""

    def __init__(self, square: Square) -> None:
        self._store = square.store
        self._unwatched: OrderedDict[int, None] = OrderedDict()
        self._epoch = 0
        self._store.hear(events.FollowChanged, self._changed)
        self._store.doubt(self._clear)

    async def by(self, author_id: int, post_id: int) -> Sequence[int]:
        """Who wants word of each post of this account, and did follow it when it made this one."""
        if self._store.hears and author_id in self._unwatched:
            return ()
        epoch = self._epoch
        found = await block_queries.followers_to_tell(self._store.reads, author_id)
        if not found and self._store.hears and epoch == self._epoch:
            self._unwatched[author_id] = None
            if len(self._unwatched) > KEPT:
                self._unwatched.popitem(last=False)
        return [follower_id for follower_id, follow_id in found.items() if follow_id < post_id]

    def _changed(self, event: events.FollowChanged) -> None:
        self._epoch += 1
        self._unwatched.pop(event.followee_id, None)

    def _clear(self) -> None:
        self._epoch += 1
        self._unwatched.clear()
