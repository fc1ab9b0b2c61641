"""Server-sent events as their reader (pure): lines in, events out (HTML Living Standard, 9.2.6)."""

from typing import Final

import msgspec

_MOST_DATA: Final = 1024 * 1024


class ServerEvent(msgspec.Struct, frozen=True):
    """One event with its data."""

    name: str
    data: str


class TooMuch(Exception):
    """An event is larger than anything we would keep."""


class Reader:
    """Takes line after line; answers an event when one is whole. Comments, ids and odd fields are passed over."""

    def __init__(self) -> None:
        self._name = ""
        self._data: list[str] = []
        self._size = 0

    def take(self, line: bytes) -> ServerEvent | None:
        """One line without its end. Raises TooMuch."""
        if not line:
            return self._whole()
        field, _, value = line.decode("utf-8", "replace").partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            self._name = value
        elif field == "data":
            self._size += len(value)
            if self._size > _MOST_DATA:
                raise TooMuch
            self._data.append(value)
        return None

    def _whole(self) -> ServerEvent | None:
        event = ServerEvent(self._name or "message", "\n".join(self._data)) if self._data else None
        self._name, self._data, self._size = "", [], 0
        return event
