"""What may become of a gift. Pure.

    given ──open──▶ opened ──thank──▶ opened, thanked
      ├──revoke──▶ revoked       the giver has it again
      ├──expire──▶ expired       the giver has it again, and is told
      └──decline─▶ declined      the giver left

A gift for whoever has its link is claimed first, by one of them; then it is theirs like any other. Where its receiver
leaves, or blocks the giver, it is given on, to nobody: the giver may take it back, or it expires in its time. So no
giver can tell the one from the other, nor from somebody who did not open it.
"""

from collections.abc import Mapping
from typing import Final, Literal, get_args

import msgspec

from kizuna.circle.models import Friendship, Profile
from kizuna.ground.errors import Conflict, Gone

State = Literal["given", "opened", "revoked", "expired", "declined"]
STATES: Final[tuple[State, ...]] = get_args(State)
LONGEST_NOTE: Final = 300


class Gift(msgspec.Struct, frozen=True):
    """A gift as it is written down. ``asset`` is None for a card: it carries its note alone.

    ``to_id`` is None as long as nobody has claimed it, and negative where it can come to nobody any more. ``opens_at``
    and ``expires_at`` are in the season's time.
    """

    id: int
    run_id: int
    from_id: int
    to_id: int | None
    asset: str | None
    note: str
    opens_at: int
    expires_at: int
    state: State
    thanked: bool = False
    act_id: int | None = None
    """The act that brought it to be passed on; None for what its giver had."""


def check_open(gift: Gift, now_ms: int) -> None:
    """Raises Gone when nothing is to be opened any more, Conflict when it is not time yet."""
    if gift.state != "given" or now_ms >= gift.expires_at:
        raise Gone("This gift is not there any more.")
    if now_ms < gift.opens_at:
        raise Conflict("This gift is wrapped until its day.")


def check_revoke(gift: Gift) -> None:
    """Raises Gone when it was opened or has ended."""
    if gift.state != "given":
        raise Gone("This gift is not there any more.")


def is_over(gift: Gift, now_ms: int) -> bool:
    """Whether it has to be given back, because nobody opened it in time."""
    return gift.state == "given" and now_ms >= gift.expires_at


def welcome(known: Mapping[int, Profile], giver_id: int) -> bool:
    """Whether what somebody gave is shown to its receiver, who sees the faces ``known``: not where either of the two
    blocks the other."""
    giver = known.get(giver_id)
    return giver is not None and giver.state is not Friendship.BLOCKED
