"""Sending a file of a picture: whole or in part, a piece at a time, and never as anything but a picture."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from kizuna.blobs.disk import Blobs
from kizuna.doors.ranges import Unsatisfiable, parse_range

PIECE: Final = 256 * 1024
TYPES: Final = {"jpg": "image/jpeg", "webp": "image/webp"}
# Whatever a browser may be talked into taking it for, it runs nothing and belongs to no origin.
POLICY: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"
Still = Callable[[], Awaitable[bool]]
"""Whether the reader may have the next piece."""


class Revoked(Exception):
    """The reader may not have the rest of a file any more. Nothing can be said at this point but to hang up."""


def absent(cache: str) -> Response:
    """The one answer for what is not there, and for what is not for this reader."""
    return Response(status_code=404, headers={"Cache-Control": cache})


async def send_file(
    request: Request, blobs: Blobs, key: str, tag: str, more: Mapping[str, str], still: Still | None = None
) -> Response:
    """A file, or the part that was asked for. ``still`` is asked before each piece leaves."""
    size = await asyncio.to_thread(blobs.size, key)
    if size is None:
        return absent(more["Cache-Control"])
    extension = key.rpartition(".")[2]
    headers = {
        **more,
        "ETag": f'"{tag}"',
        "Accept-Ranges": "bytes",
        "Content-Disposition": f'inline; filename="picture.{extension}"',
        "Content-Security-Policy": POLICY,
    }
    fresh = request.headers.get("if-range") in (None, headers["ETag"])
    try:
        part = parse_range(request.headers.get("range") if fresh else None, size)
    except Unsatisfiable:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    first, length = part or (0, size)
    if part is not None:
        headers["Content-Range"] = f"bytes {first}-{first + length - 1}/{size}"
    headers["Content-Length"] = str(length)
    if request.method == "HEAD":
        return Response(
            status_code=200 if part is None else 206, headers=headers, media_type=TYPES[extension]
        )
    begun = await asyncio.to_thread(blobs.read, key, first, min(PIECE, length))
    if not begun:
        return absent(more["Cache-Control"])  # it was deleted meanwhile
    pieces = _pieces(blobs, key, first, length, begun, still)
    return StreamingResponse(pieces, 200 if part is None else 206, headers, TYPES[extension])


async def _pieces(
    blobs: Blobs, key: str, first: int, length: int, begun: bytes, still: Still | None
) -> AsyncGenerator[bytes]:
    piece: bytes | None = begun
    while length > 0:
        if not piece or (still is not None and not await still()):
            raise Revoked
        yield piece
        first, length = first + len(piece), length - len(piece)
        piece = await asyncio.to_thread(blobs.read, key, first, min(PIECE, length)) if length else None
