"""The beat of the hub: one at a time, and none that outlives whoever ended it."""

import asyncio
from pathlib import Path

import pytest

from kizuna.streaming.hub import Hub
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
        monkeypatch.setattr(Hub, "_until_beat_s", _not_soon)
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
