"""When two people who follow each other on the square are suggested to each other in the circle. Pure.

A suggestion comes in a round, which a server holds once a day at an hour of its own, and some days after there was a
reason for it. Neither the day nor the order tells who chose what, or when: both follow from a key that never leaves the
server (docs/decisions/055).
"""

import hmac
from typing import Final, NamedTuple

from kizuna.ground.ids import id_ms
from kizuna.jobs.schedules import DAY_MS, HOUR_MS

KEY_BYTES: Final = 32
LONGEST_DAYS: Final = 6
"""How many days, at most, a suggestion waits beyond the round in which it could first be made."""
_HOURS: Final = 24
_RANKS: Final = 1 << 62


class Side(NamedTuple):
    """One of two: since when they want suggestions (Unix milliseconds), and the id of their follow of the other."""

    face_id: int
    chosen_at: int
    follow_id: int


def last_start(key: bytes, now_ms: int) -> int:
    """When the newest round of this server should have begun, in Unix milliseconds."""
    hour_ms = _number(key, "hour", 0) % _HOURS * HOUR_MS
    return (now_ms - hour_ms) // DAY_MS * DAY_MS + hour_ms


def is_ripe(key: bytes, one: Side, other: Side, before_ms: int) -> bool:
    """Whether two are suggested to each other in a round, given when the round before it began.

    Everything it rests on must be older than the round before, by up to six days more. How many, nobody can foresee
    or find out by choosing anew: they follow from the very millisecond of the last thing it rests on.
    """
    since_ms = max(one.chosen_at, other.chosen_at, id_ms(one.follow_id), id_ms(other.follow_id))
    first, second = sorted((one.face_id, other.face_id))
    wait_days = _number(key, "wait", first, second, since_ms) % (LONGEST_DAYS + 1)
    return since_ms + wait_days * DAY_MS < before_ms


def rank(key: bytes, face_id: int, other_id: int) -> int:
    """The place of a suggestion in the list of a face: by chance, and always the same."""
    return _number(key, "rank", face_id, other_id) % _RANKS


def _number(key: bytes, label: str, *given: int) -> int:
    said = "\n".join((label, *map(str, given)))
    return int.from_bytes(hmac.digest(key, said.encode(), "sha256")[:16], "big")
