"""What the duties of the tie carry, and how they are asked for. One of each kind per link, so their work is serial."""

from typing import Final

import msgspec

from kizuna.jobs import duties
from kizuna.store.store import Tx

DELIVER: Final = "tie.deliver"
POLL: Final = "tie.poll"


class Deliver(msgspec.Struct, frozen=True):
    """Take every copy of a link to where its author wants it."""

    link_id: int


class Poll(msgspec.Struct, frozen=True):
    """Read the home of a link, for as long as this very consent stands."""

    link_id: int
    consent_id: int


async def want_delivery(tx: Tx, link_id: int, at_ms: int | None = None) -> None:
    """See to the copies of a link, now or then."""
    await duties.add(tx, DELIVER, Deliver(link_id), key=str(link_id), run_at_ms=at_ms)


async def want_poll(tx: Tx, link_id: int, consent_id: int, at_ms: int | None = None) -> None:
    """Read the home of a link, now or then."""
    await duties.add(tx, POLL, Poll(link_id, consent_id), key=str(link_id), run_at_ms=at_ms)
