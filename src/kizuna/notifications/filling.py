"""A page of what may be seen, from rows of which some may not: rows that are hidden now are passed over."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, NamedTuple, Protocol, TypeVar

import msgspec

from kizuna.square.models import Page

MOST_LOOKS: Final = 20


class HasId(Protocol):
    """What is in a list."""

    @property
    def id(self) -> int:
        """Its place in the list."""
        ...


R = TypeVar("R", bound=HasId)
T = TypeVar("T", bound=HasId)


class Filled(NamedTuple, Generic[T]):
    """A page, newest first. The next one begins below ``older`` (None at the end), the newer one above ``newest``."""

    found: list[T]
    newest: int | None
    older: int | None


async def filled(
    page: Page,
    rows: Callable[[Page], Awaitable[Sequence[R]]],
    keep: Callable[[Sequence[R]], Awaitable[list[T]]],
) -> Filled[T]:
    """The part of a list that ``page`` names. ``rows`` reads a part, ``keep`` leaves what may be seen.

    So short pages only come where the list ends, or after twenty looks at nothing but hidden rows.
    """
    upwards = page.min_id is not None
    found: list[T] = []
    looked: list[int] = []
    rest = page
    ended = False
    for _ in range(MOST_LOOKS):
        read = await rows(rest)
        kept = await keep(read)
        found = [*kept, *found] if upwards else [*found, *kept]
        ids = [row.id for row in read]
        looked = [*ids, *looked] if upwards else [*looked, *ids]
        ended = len(read) < rest.limit
        if ended or len(found) >= page.limit:
            break
        rest = msgspec.structs.replace(rest, **({"min_id": ids[0]} if upwards else {"max_id": ids[-1]}))
    over = len(found) - page.limit
    if upwards:
        found = found[max(over, 0) :]
        newest = found[0].id if over > 0 else next(iter(looked), None)
        return Filled(found, newest, found[-1].id if found else None)
    newest = next(iter(looked), None)
    if over >= 0 and not (over == 0 and ended):
        return Filled(found[: page.limit], newest, found[page.limit - 1].id)
    return Filled(found, newest, None if ended else looked[-1])
