"""The adapter for a server without a way out."""

from collections.abc import AsyncGenerator

from kizuna.fetch.port import FetchRefused, Request, Response


class ClosedFetch:
    """Refuses everything."""

    async def send(self, request: Request) -> Response:
        """Raises FetchRefused."""
        raise FetchRefused(f"no way out to {request.url}")

    async def lines(self, request: Request) -> AsyncGenerator[bytes]:
        """Raises FetchRefused."""
        raise FetchRefused(f"no way out to {request.url}")
        yield b""  # which makes it a generator
