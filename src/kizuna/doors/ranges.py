"""Parts of files (RFC 9110, section 14). Pure."""

import re
from typing import Final

_ONE: Final = re.compile(r"bytes=(\d{1,18})?-(\d{1,18})?", re.ASCII)


class Unsatisfiable(Exception):
    """No byte of the file is in the range that was asked for."""


def parse_range(header: str | None, size: int) -> tuple[int, int] | None:
    """(first byte, how many) of a Range header; None for the whole file, as for several ranges and for nonsense.

    Raises Unsatisfiable.
    """
    found = _ONE.fullmatch(header.strip()) if header else None
    if found is None or found[1] is found[2] is None:
        return None
    if found[1] is None:
        length = min(int(found[2]), size)
        if length == 0:
            raise Unsatisfiable
        return size - length, length
    first = int(found[1])
    last = size - 1 if found[2] is None else min(int(found[2]), size - 1)
    if found[2] is not None and int(found[2]) < first:
        return None
    if first >= size:
        raise Unsatisfiable
    return first, last - first + 1
