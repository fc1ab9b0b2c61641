"""Notifications of one kind about one post, told as one: who favoured it, who boosted it, who follows. Pure.

A group holds what happened within the same half day; its key says all of that, so that nothing has to be kept.
"""

import re
from typing import Final, get_args

import msgspec

from kizuna.ground.ids import first_id_at, id_ms, parse_id
from kizuna.notifications.kinds import SquareKind
from kizuna.notifications.models import SquareNotification

GROUPED: Final[frozenset[str]] = frozenset({"favourite", "reblog", "follow"})
ALONE: Final = "ungrouped-"
SPAN_MS: Final = 12 * 3600 * 1000
_KEY: Final = re.compile(r"(?P<kind>favourite|reblog|follow)(?:-(?P<post>[0-9]{1,19}))?-(?P<span>[0-9]{1,7})")


class Span(msgspec.Struct, frozen=True):
    """What a key of a group stands for: notifications of a kind about a post with ids from ``first`` to ``last``."""

    kind: SquareKind | None
    post_id: int
    first: int
    last: int


def group_key(one: SquareNotification, kinds: frozenset[str] = GROUPED) -> str:
    """The key of the group that a notification belongs to, when those ``kinds`` are grouped."""
    if one.kind not in GROUPED & kinds:
        return f"{ALONE}{one.id}"
    about = "" if one.post_id is None else f"-{one.post_id}"
    return f"{one.kind}{about}-{id_ms(one.id) // SPAN_MS}"


def span_of(key: str) -> Span | None:
    """What a key stands for; None when it is none."""
    alone = parse_id(key.removeprefix(ALONE)) if key.startswith(ALONE) else None
    if alone is not None:
        return Span(None, 0, alone, alone)
    found = _KEY.fullmatch(key)
    if found is None or (found["kind"] == "follow") != (found["post"] is None):
        return None
    kind: SquareKind = next(kind for kind in get_args(SquareKind) if kind == found["kind"])
    span = int(found["span"])
    return Span(
        kind, int(found["post"] or 0), first_id_at(span * SPAN_MS), first_id_at((span + 1) * SPAN_MS) - 1
    )
