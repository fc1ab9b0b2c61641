"""Multipart bodies, parsed from bytes that are already bounded. Texts are UTF-8; parts with a file name are uploads."""

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from kizuna.doors.tree import Upload, Value
from kizuna.ground.errors import BadRequest


class _Parts:
    """Collects what the parser calls back with."""

    def __init__(self) -> None:
        self.pairs: list[tuple[str, Value]] = []
        self.ended = False
        self._name = b""
        self._value = b""
        self._headers: dict[bytes, bytes] = {}
        self._data = bytearray()

    def begin(self) -> None:
        self._headers = {}
        self._data = bytearray()

    def header_begin(self) -> None:
        self._name = self._value = b""

    def header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def header_end(self) -> None:
        self._headers[self._name.lower()] = self._value

    def data(self, data: bytes, start: int, end: int) -> None:
        self._data += data[start:end]

    def end(self) -> None:
        kind, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if kind != b"form-data" or b"name" not in options:
            raise BadRequest("A part of the body has no name")
        try:
            name = options[b"name"].decode()
            if b"filename" not in options:
                self.pairs.append((name, self._data.decode()))
                return
            media = self._headers.get(b"content-type", b"application/octet-stream").decode()
            self.pairs.append((name, Upload(options[b"filename"].decode(), media, bytes(self._data))))
        except UnicodeDecodeError as error:
            raise BadRequest("This is not valid UTF-8") from error

    def finish(self) -> None:
        self.ended = True


def parse_multipart(body: bytes, boundary: object) -> list[tuple[str, Value]]:
    """The (name, value) pairs of a multipart body, in order. Raises BadRequest when it is broken or cut off."""
    if not isinstance(boundary, str) or not boundary.isascii():
        raise BadRequest("The multipart body has no boundary")
    parts = _Parts()
    try:
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": parts.begin,
                "on_part_data": parts.data,
                "on_part_end": parts.end,
                "on_header_begin": parts.header_begin,
                "on_header_field": parts.header_name,
                "on_header_value": parts.header_value,
                "on_header_end": parts.header_end,
                "on_end": parts.finish,
            },
        )
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise BadRequest("This is not a valid multipart body") from error
    if not parts.ended:
        raise BadRequest("This is not a valid multipart body")
    return parts.pairs
