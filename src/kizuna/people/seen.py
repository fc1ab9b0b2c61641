"""Who is behind the tokens seen lately: the hot path of every signed-in request. In memory, never stale.

Whatever ends a token drops it here after the commit and before the answer (invariant 5). A look-up that began in the
store before such a drop may hold what is no longer true, so it may not write its answer: that is what the epoch is for.
"""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final, NamedTuple

from kizuna.people.events import TokensChanged
from kizuna.people.models import AppToken, Viewer
from kizuna.store.store import Store

MOST: Final = 20_000


class Known(NamedTuple):
    """Who holds a token, and for a session when it was last written down as seen."""

    who: Viewer | AppToken
    seen_at: int


class Seen:
    """A bounded map from token hash to its holder; what was used longest ago goes first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: OrderedDict[bytes, Known] = OrderedDict()
        self._store: Store | None = None
        self.epoch = 0

    def follow(self, store: Store) -> None:
        """Hear what the store people says of tokens. While it cannot hear other processes, nobody is known here."""
        self._store = store
        store.hear(TokensChanged, lambda event: self.drop(event.digests))
        store.doubt(self.clear)

    def get(self, digest: bytes) -> Known | None:
        """The holder of a token, if it is remembered."""
        known = self._known.get(digest)
        if known is not None and self._deaf():
            return None
        if known is not None:
            self._known.move_to_end(digest)
        return known

    def keep(self, digest: bytes, known: Known, epoch: int) -> None:
        """Remember what was read from the store since ``epoch``, unless something was dropped meanwhile."""
        if epoch != self.epoch or self._deaf():
            return
        self._known[digest] = known
        self._known.move_to_end(digest)
        if len(self._known) > self._most:
            self._known.popitem(last=False)

    def drop(self, digests: Iterable[bytes]) -> None:
        """Forget tokens that have ended or changed."""
        self.epoch += 1
        for digest in digests:
            self._known.pop(digest, None)

    def clear(self) -> None:
        """Forget everybody."""
        self.epoch += 1
        self._known.clear()

    def _deaf(self) -> bool:
        return self._store is not None and not self._store.hears
