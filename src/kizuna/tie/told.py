"""What streams told last of single items, for looks that began before. In memory: a look ends with its process."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Final

MOST: Final = 5_000


class Told:
    """By link and id over there: the columns that changed, or None for what is gone. The oldest is forgotten first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: OrderedDict[tuple[int, str], Mapping[str, object] | None] = OrderedDict()

    def keep(self, link_id: int, remote_id: str, changes: Mapping[str, object] | None) -> None:
        """Remember the newest word on an item."""
        self._known[link_id, remote_id] = changes
        self._known.move_to_end((link_id, remote_id))
        if len(self._known) > self._most:
            self._known.popitem(last=False)

    def newest(self, link_id: int, row: Mapping[str, object]) -> dict[str, object] | None:
        """A row that a look brought, as it is by now; None when the item is gone."""
        changes = self._known.get((link_id, str(row["remote_id"])), {})
        return None if changes is None else {**row, **changes}
