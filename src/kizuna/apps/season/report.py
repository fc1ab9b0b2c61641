"""What a season's hosts are told about it: totals, and none that is about fewer than twenty people."""

from typing import Final

import msgspec

LEAST: Final = 20
STEP: Final = 5


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """A number is None where fewer than twenty people stand behind it."""

    people: int | None
    """Who hung theirs."""
    ringers: int | None
    """Who rang at least once."""
    acts: int | None
    coupons: int | None
    """Won by acts, those that are passed on not counted."""
    used: int | None
    """Coupons that shops took."""
    gifts: int | None
    messages: int | None
    """What was said to friends with the hashtag."""
    public_messages: int | None
    """Those of them that are public too."""
    through_friends: int | None
    """Of a hundred people, how many had a friend there before them; to the nearest five."""


def told(count: int, people: int) -> int | None:
    """A count, where enough people stand behind it."""
    return count if people >= LEAST else None


def share(part: int, whole: int) -> int:
    """Of a hundred, to the nearest five: so that nobody can tell what one more or less would have made it."""
    return STEP * round(100 * part / whole / STEP) if whole else 0
