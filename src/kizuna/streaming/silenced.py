"""Whom the staff has silenced, of those who posted lately: their posts reach their followers, and no public stream."""

from typing import Final

from kizuna.square import standing_queries
from kizuna.square.ports import Square

KEPT: Final = 10_000


class Silenced:
    """Remembers of authors whether they are silenced; looked up within the beat in which they post."""

    def __init__(self, square: Square) -> None:
        self._square = square
        self._known: dict[int, bool] = {}
        self._asked: set[int] = set()

    def ask(self, account_id: int) -> None:
        """It has posted: this will be asked about it."""
        if account_id not in self._known:
            self._asked.add(account_id)

    def changed(self, account_id: int) -> None:
        """It may have been silenced, or be heard again."""
        if self._known.pop(account_id, None) is not None:
            self._asked.add(account_id)

    async def refresh(self) -> None:
        """Look up whom somebody asked about."""
        while self._asked:
            asked, self._asked = self._asked, set()
            found = await standing_queries.silenced(self._square.store.reads, asked)
            self._known.update((one, one in found) for one in asked)
        while len(self._known) > KEPT:
            del self._known[next(iter(self._known))]

    def __contains__(self, account_id: int) -> bool:
        return self._known.get(account_id, False)
