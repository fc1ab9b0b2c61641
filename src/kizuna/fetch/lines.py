"""Cutting a stream of bytes into lines (pure but for the waiting): what arrives is bounded before it is kept."""

from collections.abc import AsyncGenerator, AsyncIterable

from kizuna.fetch.port import FetchUnanswered


async def cut(pieces: AsyncIterable[bytes], longest: int) -> AsyncGenerator[bytes]:
    """Each line without its end (LF or CR LF) as soon as it is whole. Raises FetchUnanswered for a longer one."""
    rest = bytearray()
    async for piece in pieces:
        rest += piece
        while (end := rest.find(b"\n")) >= 0:
            line = bytes(rest[:end]).removesuffix(b"\r")
            del rest[: end + 1]
            if len(line) > longest:
                raise FetchUnanswered("a line of the stream is too long")
            yield line
        if len(rest) > longest:
            raise FetchUnanswered("a line of the stream is too long")
