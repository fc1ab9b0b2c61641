"""What happened lately, so that a stream can be taken up where it broke off. In memory, bounded by number and time.

The clock may be set back. Positions are found by what they are, so nothing is lost behind one; a time from before that
moment is known no more, so who asks from a time on (a page) is told that it may have lost something.
"""

from bisect import bisect_left
from collections import deque
from typing import Final

from kizuna.streaming.models import Entry

KEPT: Final = 10_000
KEPT_MS: Final = 5 * 60 * 1000


class Log:
    """The entries of one plane, in order. ``began_ms`` is when this process began to write them down."""

    def __init__(self, began_ms: int, kept: int = KEPT) -> None:
        self._kept = kept
        self._entries: deque[Entry] = deque()
        self._places: dict[str, int] = {}
        self._complete_from_ms = began_ms
        self._latest_ms = began_ms

    def tick(self, now_ms: int) -> None:
        """What time it is, whether something happens or not."""
        if now_ms < self._latest_ms:
            self._complete_from_ms = max(self._complete_from_ms, self._latest_ms + 1)
        self._latest_ms = max(self._latest_ms, now_ms)

    def add(self, entry: Entry) -> None:
        """Write down what has just happened."""
        self.tick(entry.at_ms)
        self._entries.append(entry)
        self._places[entry.position] = entry.seq
        while len(self._entries) > self._kept or self._entries[0].at_ms < entry.at_ms - KEPT_MS:
            gone = self._entries.popleft()
            if self._places.get(gone.position) == gone.seq:
                del self._places[gone.position]
            self._complete_from_ms = max(self._complete_from_ms, gone.at_ms + 1)

    def repeats(self, entry: Entry) -> int:
        """How often this was written down before in its millisecond."""
        count = 0
        for known in reversed(self._entries):
            if known.at_ms != entry.at_ms:
                break
            count += known.id == entry.id and known.event[0] == entry.event[0]
        return count

    def after(self, position: str) -> int | None:
        """The number of the entry behind this position; None when it is not known (any more)."""
        seq = self._places.get(position)
        return None if seq is None else seq + 1

    def since(self, ms: int) -> int | None:
        """The number of the first entry at this time or later (the next one to come if there is none yet: -1).

        None when something since then may be forgotten.
        """
        if ms < self._complete_from_ms:
            return None
        index = self._first_at(ms)
        return self._entries[index].seq if index < len(self._entries) else -1

    def between(self, first: int, end: int) -> list[Entry]:
        """The entries numbered from ``first`` up to, but without, ``end``."""
        start = bisect_left(self._entries, first, key=lambda entry: entry.seq)
        found: list[Entry] = []
        for index in range(start, len(self._entries)):
            if self._entries[index].seq >= end:
                break
            found.append(self._entries[index])
        return found

    def _first_at(self, ms: int) -> int:
        return bisect_left(self._entries, ms, key=lambda entry: entry.at_ms)
