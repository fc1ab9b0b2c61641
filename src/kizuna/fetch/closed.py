"""The adapter for a server without a way out."""

from kizuna.fetch.port import FetchRefused, Request, Response


class ClosedFetch:
    """Refuses everything."""

    async def send(self, request: Request) -> Response:
        """Raises FetchRefused."""
        raise FetchRefused(f"no way out to {request.url}")
