"""Ids: 64-bit integers that sort by time. Unix milliseconds << 16 | store (2 bits) | node (4) | sequence (10).

Each store counts its own sequence, so that a public id tells nothing about closed activity
(ARCHITECTURE.md, Stores). On the wire they are decimal strings.
"""

import re
from typing import Final, Literal

from kizuna.ground.clock import Clock

StoreName = Literal["people", "square", "circle", "letters"]
STORE_NAMES: Final[tuple[StoreName, ...]] = ("people", "square", "circle", "letters")
MAX_ID: Final = (1 << 63) - 1
_SEQUENCE_BITS: Final = 10
_DECIMAL: Final = re.compile(r"[1-9][0-9]{0,18}")


class Ids:
    """Makes the ids of one store on one node."""

    def __init__(self, clock: Clock, store: StoreName, node: int = 0) -> None:
        self._clock = clock
        self._place = (STORE_NAMES.index(store) << 4 | node) << _SEQUENCE_BITS
        self._ms = 0
        self._sequence = 0

    def move(self, node: int) -> None:
        """Make the ids of another node from here on."""
        self._place = self._place >> (_SEQUENCE_BITS + 4) << (_SEQUENCE_BITS + 4) | node << _SEQUENCE_BITS

    def overtake(self, newest: int) -> None:
        """Make only ids greater than this one of another node."""
        if newest >> 16 >= self._ms:
            self._ms, self._sequence = newest >> 16, (1 << _SEQUENCE_BITS) - 1

    def go_on_after(self, newest: int) -> None:
        """Make only ids greater than this one of an earlier process, whose clock may have been ahead."""
        self._ms, self._sequence = newest >> 16, newest & ((1 << _SEQUENCE_BITS) - 1)

    def new(self) -> int:
        """The next id: greater than every one made before it here.

        When 1,024 ids of one millisecond are used up, the next millisecond is borrowed.
        """
        now = self._clock.now_ms()
        if now > self._ms:
            self._ms, self._sequence = now, 0
        else:
            self._sequence += 1
            if self._sequence >> _SEQUENCE_BITS:
                self._ms, self._sequence = self._ms + 1, 0
        return self._ms << 16 | self._place | self._sequence


def id_ms(value: int) -> int:
    """The Unix milliseconds in which an id was made."""
    return value >> 16


def store_of(value: int) -> StoreName:
    """The store in which an id was made, so that one that a client sends back finds its plane by itself."""
    return STORE_NAMES[value >> _SEQUENCE_BITS + 4 & 3]


def first_id_at(ms: int) -> int:
    """The smallest id that could have been made at this instant; a cursor for "since then"."""
    return ms << 16


def parse_id(text: object) -> int | None:
    """The id a client wrote, or None for anything but a canonical decimal from 1 to 2^63 - 1."""
    if not isinstance(text, str) or not _DECIMAL.fullmatch(text):
        return None
    value = int(text)
    return value if value <= MAX_ID else None
