"""Accounts and movements."""

from typing import Final, Literal, get_args

import msgspec

Kind = Literal["issuer", "stock", "held", "gift", "used", "returned", "expired"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


class Account(msgspec.Struct, frozen=True, order=True):
    """Where something is. Only an ``issuer`` may be below nought: what it lacks is what there is of the asset.

    ``owner_id`` is whose (a face that holds, a gift under way, a prize whose stock it is); 0 for the whole book's.
    """

    asset: str
    kind: Kind
    owner_id: int = 0


class Movement(msgspec.Struct, frozen=True):
    """So much from one account to another of the same asset, once for each key."""

    key: str
    source: Account
    target: Account
    amount: int
    """In the asset's smallest unit, over nought."""


class Total(msgspec.Struct, frozen=True):
    """What all accounts of one kind have together."""

    asset: str
    kind: Kind
    balance: int
