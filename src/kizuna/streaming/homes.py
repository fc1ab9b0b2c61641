"""Whose home is open, and whose posts belong there: kept for those accounts alone, looked up again after each change.

Who follows whom is kept packed in both directions, since ten thousand may be open: a set of ids takes 30 bytes for
each, an array 8.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import TypeVar

from kizuna.ground.ids import MAX_ID
from kizuna.people.models import Viewer
from kizuna.square import timeline_queries
from kizuna.square.ports import Square
from kizuna.square.sight import PLAIN, Sight
from kizuna.streaming.models import Judge

K = TypeVar("K")


class View:
    """How one account sees the square, as of the last beat."""

    __slots__ = ("account_id", "followees", "known", "opened", "sight")

    def __init__(self, account_id: int) -> None:
        self.account_id = account_id
        self.followees: array[int] = array("q")
        self.sight: Sight = PLAIN
        self.opened = 0
        self.known = False
        """It has been looked up, and stands in the indexes."""

    def near(self, account_id: int) -> bool:
        """Whether this is the account itself or somebody it follows."""
        if account_id == self.account_id:
            return True
        index = bisect_left(self.followees, account_id)
        return index < len(self.followees) and self.followees[index] == account_id


class Homes:
    """The views of the accounts that have a stream open."""

    def __init__(self, square: Square) -> None:
        self._square = square
        self._views: dict[int, View] = {}
        self._readers: dict[int, array[int]] = {}
        self._tags: dict[str, array[int]] = {}
        self._stale: set[int] = set()
        self._until: dict[int, int] = {}

    def view(self, account_id: int) -> View | None:
        """The view of an account that has a stream open."""
        return self._views.get(account_id)

    def judge(self, author_ids: Sequence[int]) -> Judge:
        """Who may see what these accounts say: everybody whom no block and no mute keeps from it."""
        views = self._views

        def may_see(viewer: Viewer | None) -> bool:
            if viewer is None or viewer.square_id is None:
                return True
            view = views.get(viewer.square_id)
            return view is not None and view.sight.hidden.isdisjoint(author_ids)

        return may_see

    def readers(self, author_id: int) -> Iterable[int]:
        """Whose open home shows what this account says."""
        return self._readers.get(author_id, ())

    def readers_of_tags(self, tags: Iterable[str]) -> Iterable[int]:
        """Whose open home shows what is said with one of these hashtags."""
        return {one for tag in tags for one in self._tags.get(tag, ())}

    def opened(self, account_id: int) -> None:
        """A stream of this account begins."""
        view = self._views.get(account_id)
        if view is None:
            view = self._views[account_id] = View(account_id)
            self._stale.add(account_id)
        view.opened += 1

    def closed(self, account_id: int) -> None:
        """A stream of this account has ended."""
        view = self._views[account_id]
        view.opened -= 1
        if view.opened == 0:
            self._forget(view)
            del self._views[account_id]
            self._stale.discard(account_id)

    def changed(self, account_id: int) -> None:
        """Something about how an account sees the square has changed."""
        if account_id in self._views:
            self._stale.add(account_id)

    async def refresh(self, now_ms: int) -> None:
        """Look up again what has changed, and the mutes that have run out."""
        if self._until:
            self._stale.update(one for one, until in self._until.items() if until <= now_ms)
        while self._stale:
            view = self._views[self._stale.pop()]
            followees = await timeline_queries.followee_ids(self._square.store.reads, view.account_id)
            sight = await self._square.sights.of(view.account_id)
            if self._views.get(view.account_id) is not view:
                continue  # closed meanwhile
            self._forget(view)
            view.followees = array("q", sorted(followees))
            view.sight = sight
            view.known = True
            self._remember(view)

    def _remember(self, view: View) -> None:
        for author_id in (view.account_id, *view.followees):
            _put_in(self._readers, author_id, view.account_id)
        for tag in view.sight.tags:
            _put_in(self._tags, tag, view.account_id)
        if view.sight.until != MAX_ID:
            self._until[view.account_id] = view.sight.until

    def _forget(self, view: View) -> None:
        self._until.pop(view.account_id, None)
        if not view.known:
            return
        for author_id in (view.account_id, *view.followees):
            _take_out(self._readers, author_id, view.account_id)
        for tag in view.sight.tags:
            _take_out(self._tags, tag, view.account_id)


def _put_in(index: dict[K, "array[int]"], key: K, account_id: int) -> None:
    readers = index.get(key)
    if readers is None:
        index[key] = array("q", (account_id,))
    else:
        readers.append(account_id)


def _take_out(index: dict[K, "array[int]"], key: K, account_id: int) -> None:
    """Put the last one into the place that is free."""
    readers = index[key]
    last = readers.pop()
    if last != account_id:
        readers[readers.index(account_id)] = last
    elif not readers:
        del index[key]
