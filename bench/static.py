"""The measure of all things: the same bytes, headers included, by the same HTTP server, with nothing behind it."""

import asyncio
import sys
from pathlib import Path

import msgspec
from starlette.types import Receive, Scope, Send

from kizuna.cli.listen import Listener
from kizuna.cli.serve import until_signal
from kizuna.ground.config import Config


class Answer(msgspec.Struct):
    """What is served."""

    headers: list[tuple[str, str]]
    body: bytes


class Static:
    """An ASGI application that always answers the same."""

    def __init__(self, answer: Answer) -> None:
        headers = [(name.encode(), value.encode()) for name, value in answer.headers]
        self._start = {"type": "http.response.start", "status": 200, "headers": headers}
        self._body = {"type": "http.response.body", "body": answer.body}

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer."""
        assert scope["type"] == "http"
        await send(self._start)
        await send(self._body)


def main() -> None:
    """``python -m bench.static FILE PORT``"""
    answer = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Answer)
    listener = Listener(Static(answer), Config(port=int(sys.argv[2])))
    asyncio.run(until_signal(listener.serve))


if __name__ == "__main__":
    main()
