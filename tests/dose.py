"""How much of a long test is run: a short dose in CI and by hand, a long one in ``make proof``."""

import os
from typing import TypeVar

T = TypeVar("T")


def dose(short: T, long: T) -> T:
    """Whichever of the two ``DOSE`` asks for; short unless it says ``long``."""
    asked = os.environ.get("DOSE", "short")
    if asked not in ("short", "long"):
        raise ValueError(f'DOSE is "short" or "long", not "{asked}"')
    return long if asked == "long" else short
