"""What has changed between two wordings, in the parts that people see: words, and single letters of Japanese. Pure.

The longest common subsequence is found bit by bit (Hyyrö 2004), so that a hostile pair of texts costs no more than any
other: each part of the new text is one step on an integer as long as the old one.
"""

from collections.abc import Iterator, Sequence
from typing import Final, Literal

import msgspec
import regex

Kind = Literal["same", "gone", "new"]
_PART: Final = regex.compile(r"https?://\S+|\s+|[\p{Latin}\p{N}\p{M}'’_]+|\X")


class Change(msgspec.Struct, frozen=True):
    """A run of text that both wordings have, or only the old or the new one."""

    kind: Kind
    text: str


def changes(old: str, new: str) -> tuple[Change, ...]:
    """The new wording with what is gone from the old one, in the order of reading."""
    before, after = _PART.findall(old), _PART.findall(new)
    start = _alike(before, after)
    end = _alike(before[start:][::-1], after[start:][::-1])
    middle = _align(before[start : len(before) - end], after[start : len(after) - end])
    first: list[tuple[Kind, str]] = [("same", part) for part in before[:start]]
    last: list[tuple[Kind, str]] = [("same", part) for part in before[len(before) - end :]]
    return tuple(_joined(first + middle + last))


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many parts both begin with."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def _align(before: Sequence[str], after: Sequence[str]) -> list[tuple[Kind, str]]:
    places: dict[str, int] = {}
    for place, part in enumerate(before):
        places[part] = places.get(part, 0) | 1 << place
    whole = (1 << len(before)) - 1
    row, rows = whole, list[int]()
    for part in after:
        met = row & places.get(part, 0)
        row = ((row + met) | (row - met)) & whole
        rows.append(row)
    return list(_walk(before, after, rows))[::-1]


def _walk(before: Sequence[str], after: Sequence[str], rows: Sequence[int]) -> Iterator[tuple[Kind, str]]:
    """The way back through the rows, last part first."""
    old, new = len(before), len(after)
    while old and new:
        if rows[new - 1] >> (old - 1) & 1:
            old -= 1
            yield "gone", before[old]
        else:
            new -= 1
            if new and not rows[new - 1] >> (old - 1) & 1:
                yield "new", after[new]
            else:
                old -= 1
                yield "same", before[old]
    for part in reversed(before[:old]):
        yield "gone", part
    for part in reversed(after[:new]):
        yield "new", part


def _joined(parts: Sequence[tuple[Kind, str]]) -> Iterator[Change]:
    """Runs of one kind as one; between two common parts what is gone stands before what is new."""
    waiting: dict[Kind, str] = {}
    for kind, part in parts:
        if (kind == "same" and "same" not in waiting) or (kind != "same" and "same" in waiting):
            yield from _flushed(waiting)
        waiting[kind] = waiting.get(kind, "") + part
    yield from _flushed(waiting)


def _flushed(waiting: dict[Kind, str]) -> Iterator[Change]:
    for kind in ("gone", "new", "same"):
        if text := waiting.pop(kind, ""):
            yield Change(kind, text)
