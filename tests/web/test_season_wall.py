"""The wall of a season on a server without a square: a hashtag over there, live, and nothing of this server in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kizuna.apps.season.files import installed
from kizuna.apps.season.wall import walls
from kizuna.ground.clock import SystemClock
from kizuna.ground.config import ConfigError
from kizuna.tie.windows import polling, source_queries
from tests.running import running
from tests.tie.fake_partner import FakePartner
from tests.web.conftest import Cast, arrive, config_of
from tests.web.test_live import page_stream
from tests.web.test_season import ahead
from tests.web.test_windows import until

pytestmark = pytest.mark.anyio
TAG = "ベルを鳴らそう"


@pytest.fixture
async def tied(
    tmp_path: Path, anyio_backend: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Cast, FakePartner]]:
    """A circle on the third of December, whose wall shows the tag of a partner."""
    partner = FakePartner(SystemClock().now_ms)
    config = config_of(
        tmp_path,
        "circle",
        seasons=("xmas-2011",),
        season_ahead_hours=ahead("12-03T15:00"),
        season_wall=partner.host,
        window_seconds=0.2,
    )
    async with running(config) as server:
        monkeypatch.setattr(server.ports.fetch, "send", partner.send)
        yield await arrive(server), partner


async def test_the_wall_shows_what_is_said_over_there(tied: tuple[Cast, FakePartner]) -> None:
    cast, partner = tied
    page = await cast.aoi.open("/season")
    assert "Nobody has used this tag in public yet." in page.text
    partner.publish(partner.write("1", "ringing from Kanazawa", tags=[{"name": TAG}]))
    partner.publish(partner.write("1", "of something else", tags=[{"name": "other"}]))
    page = await until(cast.aoi, "/season", "ringing from Kanazawa")
    assert "of something else" not in page.text
    assert not any("authorization" in {name.lower() for name in one.headers} for one in partner.requests)


async def test_an_open_page_is_told(tied: tuple[Cast, FakePartner]) -> None:
    cast, partner = tied
    (source_id,) = await source_queries.kept(cast.server.stores.circle.reads)
    page = await cast.carol.open("/season")
    assert next(a["data-live"] for tag, a in page.tags if tag == "body") == f"source {source_id}"
    stream = await page_stream(cast.carol, f"source {source_id}")
    partner.publish(partner.write("1", "ringing", tags=[{"name": TAG}]))
    assert (await stream.next()).name == "window"
    for which in (str(source_id + 1), "x"):
        assert (await page_stream(cast.carol, f"source {which}")).status == 404
    assert (await page_stream(cast.nobody, f"source {source_id}")).status == 303


async def test_what_no_season_shows_any_more_is_read_no_more(tied: tuple[Cast, FakePartner]) -> None:
    cast, _ = tied
    store = cast.server.stores.circle
    (source_id,) = await source_queries.kept(store.reads)
    await store.write(lambda tx: polling.keep_only(tx, []))
    row = await source_queries.source_row(store.reads, source_id)
    assert row is not None
    assert row.unused_at is not None
    assert await source_queries.kept(store.reads) == set()
    assert (await page_stream(cast.carol, f"source {source_id}")).status == 404


@pytest.mark.parametrize("named", ["not a host", "http://partner.test", "localhost:3000"])
def test_a_wall_that_cannot_be_is_said_at_the_start(tmp_path: Path, named: str) -> None:
    config = config_of(tmp_path, "circle", seasons=("xmas-2011",), season_wall=named)
    seasons = {one.season.id: one.season for one in installed(config, SystemClock())}
    with pytest.raises(ConfigError, match="season_wall"):
        walls(config, seasons)
    assert walls(config_of(tmp_path, season_wall=named), seasons) == {}
