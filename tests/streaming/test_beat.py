"""The beat of the hub: one at a time, and none that outlives whoever ended it."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from kizuna.ground.config import Plane
from kizuna.people.models import Viewer
from kizuna.streaming.client import Client
from kizuna.streaming.frames import ApiEvents
from kizuna.streaming.hub import BEAT_S, BUSY, BUSY_BEAT_S, Hub
from kizuna.streaming.models import Body, Channel, Entry, Judge
from kizuna.streaming.seats import Seats
from tests.fakes import FakeClock
from tests.running import running
from tests.streams import Sse
from tests.web.conftest import config_of
from tests.wire import join

pytestmark = pytest.mark.anyio


async def test_a_beat_that_was_broken_off_begins_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(config_of(tmp_path)) as server:
        aoi = await join(server, "aoi")
        stream = await Sse(server, "/api/v1/streaming/user", aoi.token).opened()
        kept = vars(server.parts.streams.member)
        if (opening := kept["_beat"]) is not None:
            await opening
        monkeypatch.setattr(Hub, "until_beat_s", _not_soon)
        await aoi.say("waits for a beat")
        beat = kept["_beat"]
        assert beat is not None
        assert kept["_pending"]
        beat.cancel()
        await asyncio.gather(beat, return_exceptions=True)
        assert kept["_beat"] is beat
        stream.leave()


def _not_soon(_hub: Hub) -> float:
    return 3600.0


class ForAll:
    """A source of entries that are for all who listen."""

    async def refresh(self) -> None:
        pass

    def channels(self, entry: Entry) -> Iterable[Channel]:
        return [("public", "")]

    async def judge(self, entry: Entry) -> Judge:
        return lambda _viewer: True

    async def body(self, entry: Entry, viewers: Sequence[Viewer | None]) -> Body:
        return Body(b"{}")

    def opened(self, viewer: Viewer | None) -> None:
        pass

    def closed(self, viewer: Viewer | None) -> None:
        pass


@pytest.mark.parametrize(
    ("plane", "listening", "beat_s"),
    [
        ("square", BUSY - 1, BEAT_S),
        ("square", BUSY, BUSY_BEAT_S),
        ("circle", BUSY, BEAT_S),  # how much is said there must not show in the rhythm
    ],
)
async def test_the_beat_after_a_busy_one_is_longer(
    plane: Plane, listening: int, beat_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = Hub(FakeClock(), b":\n\n", Seats())
    hub.add(plane, Entry, ForAll())
    heard: list[bytes] = []

    async def send(frame: bytes) -> None:
        heard.append(frame)

    for _ in range(listening):
        client = Client(None, ApiEvents(), send, lambda: None)
        assert hub.open(client)
        hub.subscribe(client, "", [("public", "")])
    hub.publish(Entry(plane=plane, event="update", id=1, at_ms=1))
    await hub.flush()
    with monkeypatch.context() as patched:
        patched.setattr(asyncio.get_running_loop(), "time", lambda: 0.0)
        assert hub.until_beat_s() == beat_s
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(heard) == listening
    await hub.flush()
    assert 0.0 < hub.until_beat_s() <= BEAT_S, "nothing happened since"
    await hub.stop()
