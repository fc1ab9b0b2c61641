"""What a movement must be. Pure."""

from typing import Final

from kizuna.ground.errors import Conflict
from kizuna.ledger.models import Movement

LONGEST_KEY: Final = 200
LARGEST: Final = 1 << 53
"""What every reader of JSON can count to."""


class Insufficient(Conflict):
    """The source has less than what is to be moved."""


def check(movement: Movement) -> None:
    """Raises ValueError for a movement that no caller of ours may ask for."""
    if not 0 < movement.amount <= LARGEST:
        raise ValueError(f"an amount is over nought, not {movement.amount}")
    if movement.source.asset != movement.target.asset:
        raise ValueError("a movement stays within its asset")
    if movement.source == movement.target:
        raise ValueError("a movement goes somewhere else")
    if not 0 < len(movement.key) <= LONGEST_KEY:
        raise ValueError("a movement has a key")
