"""One server with both planes, the staff on it, and a mail server that takes what it sends."""

import asyncio
import threading
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from kizuna.ground.config import Config, make_config
from kizuna.people.models import Role
from tests.browser.pair import Pair, await_answer, free_ports, start
from tests.mail.postbox import Postbox, serving
from tests.running import running
from tests.web.test_staff import promote
from tests.web.visitor import join

STAFF: Final = {"ja": "touban", "en": "warden"}
PATIENCE_S: Final = 30.0


@dataclass(frozen=True)
class Harbour:
    """The server, and the mails that left it."""

    pair: Pair
    post: "PostOffice"


class PostOffice:
    """A mail server in a thread of its own."""

    def __init__(self) -> None:
        self.box = Postbox()
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._end = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))

    async def _serve(self) -> None:
        async with serving(self.box) as server:
            self.port = server.port
            self._ready.set()
            await self._end.wait()

    def open(self) -> None:
        """Begin to take mail."""
        self._thread.start()
        assert self._ready.wait(PATIENCE_S)

    def close(self) -> None:
        """Take no more."""
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(PATIENCE_S)
        self._loop.close()

    def to(self, address: str) -> EmailMessage:
        """The first mail to somebody, when it has come."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            for mail in list(self.box.mails):
                if mail["To"] == address:
                    return mail
            time.sleep(0.05)
        raise AssertionError(f"no mail to {address} within {PATIENCE_S:.0f} s")


@contextmanager
def harbour(place: Path) -> Generator[Harbour]:
    """Everything answers until the end of the block."""
    post = PostOffice()
    post.open()
    config = make_config(
        {
            "port": free_ports(1)[0],
            "data": str(place / "data"),
            "title": "みなと",
            "test_mode": True,
            "mail": f"smtp://127.0.0.1:{post.port}",
            "mail_from": "harbour@example.com",
        }
    )
    # Playwright's own loop may be running in this thread already.
    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(asyncio.run, _settle(config)).result()
    child = start(config)
    try:
        await_answer(config.url, child)
        yield Harbour(Pair(config.url, config.url), post)
    finally:
        child.terminate()
        child.wait(20)
        post.close()


async def _settle(config: Config) -> None:
    """The staff signs up, before the server is open to others: somebody for each language."""
    async with running(config) as server:
        for locale, handle in STAFF.items():
            await join(server, handle, language=locale)
            await promote(server, handle, Role.MODERATOR)
