"""Home lists of active people, in memory: the newest ids of what they follow, kept up to date by each new post.

A list is rebuilt from the store when it is cold, and is complete from its ``floor`` upwards; what lies below is read
from the store. Only candidates are kept: what is deleted or hidden drops out when statuses are loaded.
"""

from bisect import bisect_left, bisect_right, insort
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Final

from kizuna.square.models import Page

KEPT_IDS: Final = 400
KEPT_PEOPLE: Final = 20_000


class _List:
    __slots__ = ("floor", "followees", "ids")

    def __init__(self, followees: frozenset[int], ids: list[int], floor: int) -> None:
        self.followees = followees
        self.ids = ids
        self.floor = floor


class WarmLists:
    """The lists of at most ``people`` accounts, the least recently read being forgotten first."""

    def __init__(self, people: int = KEPT_PEOPLE, kept: int = KEPT_IDS) -> None:
        self._people = people
        self._kept = kept
        self._lists: OrderedDict[int, _List] = OrderedDict()
        self._readers: dict[int, dict[int, _List]] = {}

    def put(self, account_id: int, followees: Iterable[int], newest: Sequence[int]) -> None:
        """Begin a list from what the store answered: up to KEPT_IDS ids, newest first."""
        self.drop(account_id)
        floor = newest[-1] if len(newest) >= self._kept else 0
        entry = self._lists[account_id] = _List(frozenset(followees), sorted(newest), floor)
        for followee in entry.followees:
            self._readers.setdefault(followee, {})[account_id] = entry
        if len(self._lists) > self._people:
            self.drop(next(iter(self._lists)))

    def drop(self, account_id: int) -> None:
        """Forget a list, because whom the account follows has changed."""
        gone = self._lists.pop(account_id, None)
        for followee in gone.followees if gone else ():
            readers = self._readers[followee]
            readers.pop(account_id, None)
            if not readers:
                del self._readers[followee]

    def add(self, author_id: int, post_id: int, addressee_id: int | None) -> None:
        """A new post or boost; a reply only for those who follow both sides (everybody "follows" himself)."""
        readers = self._readers.get(author_id)
        if readers is None:
            return
        most = 2 * self._kept
        for entry in readers.values():
            if addressee_id is not None and addressee_id not in entry.followees:
                continue
            ids = entry.ids
            if ids and ids[-1] > post_id:
                insort(ids, post_id)
            else:
                ids.append(post_id)
            if len(ids) > most:
                del ids[: -self._kept]
                entry.floor = ids[0]

    def page(self, account_id: int, page: Page) -> list[int] | None:
        """A page of ids, newest first, or None when this list does not reach that far."""
        entry = self._lists.get(account_id)
        if entry is None:
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
