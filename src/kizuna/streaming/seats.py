"""How many streams one person, and one address, may have open at once."""

from collections import Counter
from typing import Final

from kizuna.ground.errors import TooMany
from kizuna.people.limits import address_subject

PER_PERSON: Final = 40
PER_ADDRESS: Final = 1_000
"""A school or a town hall is one address."""
VISITORS_PER_ADDRESS: Final = 100


class Seats:
    """Counts open streams. ``enabled=False`` (test mode) lets everybody in."""

    def __init__(self, *, enabled: bool = True) -> None:
        self._enabled = enabled
        self._taken: Counter[str] = Counter()

    def take(self, person_id: int | None, address: str) -> None:
        """Take a seat. Raises TooMany."""
        limits = _limits(person_id, address)
        if self._enabled and any(self._taken[subject] >= limit for subject, limit in limits.items()):
            raise TooMany("Too many open streams", retry_after=30.0)
        self._taken.update(limits.keys())

    def leave(self, person_id: int | None, address: str) -> None:
        """Give the seat back."""
        for subject in _limits(person_id, address):
            self._taken[subject] -= 1
            if self._taken[subject] <= 0:
                del self._taken[subject]


def _limits(person_id: int | None, address: str) -> dict[str, int]:
    here = f"address {address_subject(address)}"
    if person_id is None:
        return {here: PER_ADDRESS, f"visitors {here}": VISITORS_PER_ADDRESS}
    return {here: PER_ADDRESS, f"person {person_id}": PER_PERSON}
