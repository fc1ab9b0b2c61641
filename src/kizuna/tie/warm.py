"""Home lists of active people, in memory: the newest ids of what they follow, kept up to date by each new post.

A list is rebuilt from the store when it is cold, and is complete from its ``floor`` upwards; what lies below is read
from the store. Only candidates are kept: what is deleted or hidden drops out when statuses are loaded.
"""

from bisect import bisect_left, bisect_right, insort
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeVar

from kizuna.square.models import Page
from kizuna.square.sight import PLAIN, Sight

K = TypeVar("K")
KEPT_IDS: Final = 400
KEPT_PEOPLE: Final = 20_000


class _List:
    __slots__ = ("floor", "followees", "ids", "sight")

    def __init__(self, followees: frozenset[int], sight: Sight, ids: list[int], floor: int) -> None:
        self.followees = followees
        self.sight = sight
        self.ids = ids
        self.floor = floor


_NONE: Final[Mapping[int, _List]] = {}


class WarmLists:
    """The lists of at most ``people`` accounts, the least recently read being forgotten first."""

    def __init__(self, people: int = KEPT_PEOPLE, kept: int = KEPT_IDS) -> None:
        self._people = people
        self._kept = kept
        self._lists: OrderedDict[int, _List] = OrderedDict()
        self._readers: dict[int, dict[int, _List]] = {}
        self._tag_readers: dict[str, dict[int, _List]] = {}

    def put(
        self, account_id: int, followees: Iterable[int], newest: Sequence[int], sight: Sight = PLAIN
    ) -> None:
        """Begin a list from what the store answered: up to KEPT_IDS ids, newest first.

        ``followees`` are without those whom the account does not see.
        """
        self.drop(account_id)
        floor = newest[-1] if len(newest) >= self._kept else 0
        entry = self._lists[account_id] = _List(frozenset(followees), sight, sorted(newest), floor)
        for followee in entry.followees:
            self._readers.setdefault(followee, {})[account_id] = entry
        for tag in sight.tags:
            self._tag_readers.setdefault(tag, {})[account_id] = entry
        if len(self._lists) > self._people:
            self.drop(next(iter(self._lists)))

    def drop(self, account_id: int) -> None:
        """Forget a list, because whom the account follows has changed."""
        gone = self._lists.pop(account_id, None)
        if gone is None:
            return
        _leave(self._readers, gone.followees, account_id)
        _leave(self._tag_readers, gone.sight.tags, account_id)

    def add(self, author_id: int, post_id: int, addressee_id: int | None) -> None:
        """A new post; a reply only for its author and for those who follow both sides."""
        for account_id, entry in self._readers.get(author_id, _NONE).items():
            if addressee_id is None or account_id == author_id or addressee_id in entry.followees:
                self._insert(entry, post_id)

    def add_boost(self, author_id: int, boost_id: int) -> None:
        """A new boost."""
        for entry in self._readers.get(author_id, _NONE).values():
            if author_id not in entry.sight.without_boosts:
                self._insert(entry, boost_id)

    def drop_tagged(self, tags: Iterable[str]) -> None:
        """A post got or lost these hashtags afterwards: who follows one of them begins anew."""
        for tag in tags:
            for account_id in tuple(self._tag_readers.get(tag, ())):
                self.drop(account_id)

    def add_tagged(self, post_id: int, tags: Iterable[str]) -> None:
        """A new public post with hashtags; it may be in the list already, for its author or another tag."""
        for tag in tags:
            for entry in self._tag_readers.get(tag, _NONE).values():
                at = bisect_left(entry.ids, post_id)
                if at == len(entry.ids) or entry.ids[at] != post_id:
                    self._insert(entry, post_id)

    def _insert(self, entry: _List, post_id: int) -> None:
        ids = entry.ids
        if ids and ids[-1] > post_id:
            insort(ids, post_id)
        else:
            ids.append(post_id)
        if len(ids) > 2 * self._kept:
            del ids[: -self._kept]
            entry.floor = ids[0]

    def page(self, account_id: int, page: Page, sight: Sight = PLAIN) -> list[int] | None:
        """A page of ids, newest first, or None when this list does not reach that far or is for another sight."""
        entry = self._lists.get(account_id)
        if entry is None or entry.sight is not sight:
            return None
        self._lists.move_to_end(account_id)
        ids = entry.ids
        start = bisect_right(ids, page.above)
        end = bisect_left(ids, page.below)
        if page.min_id is not None:
            return ids[start : min(end, start + page.limit)][::-1] if page.above >= entry.floor else None
        found = ids[max(start, end - page.limit) : end][::-1]
        complete = len(found) == page.limit or page.above >= entry.floor or entry.floor == 0
        return found if complete else None


def _leave(readers: dict[K, dict[int, _List]], keys: Iterable[K], account_id: int) -> None:
    for key in keys:
        those = readers[key]
        those.pop(account_id, None)
        if not those:
            del readers[key]
