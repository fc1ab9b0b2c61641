"""The page of a season as people use it: hang, ring, win, decorate; and what nobody else sees of it."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kizuna.apps.season import report
from kizuna.apps.season.ports import SOON_MS
from kizuna.ground.clock import SystemClock
from kizuna.people.models import Role
from tests.running import running, settled
from tests.season.conftest import at
from tests.web.conftest import Cast, arrive, config_of
from tests.web.sheet import Sheet
from tests.web.test_both import BOTH
from tests.web.test_inside import TIE, copy_in
from tests.web.test_staff import promote

pytestmark = pytest.mark.anyio
HOUR_MS = 3600 * 1000


def ahead(moment: str, first: str = "") -> int:
    """How many hours the clock must be ahead, so that it is that moment or a little later.

    It is that of this year if ``first``, or the moment itself, is still to come in it; else of the next year.
    """
    now = SystemClock().now_ms()
    year = datetime.fromtimestamp(now / 1000, UTC).year
    year += at(f"{year}-{first or moment}") <= now
    return -(-(at(f"{year}-{moment}") - now) // HOUR_MS)


async def town(place: Path, moment: str, **more: object) -> AsyncIterator[Cast]:
    settings = {"seasons": ("xmas-2011",), "season_ahead_hours": ahead(moment), **more}
    async with running(config_of(place, **settings)) as server:
        yield await arrive(server)


@pytest.fixture
async def on(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Cast]:
    """The season is on: the third of December, in the afternoon."""
    async for cast in town(tmp_path, "12-03T15:00"):
        yield cast


async def test_hang_ring_and_win(on: Cast) -> None:
    aoi, ben = on.aoi, on.ben
    page = await aoi.open("/season")
    assert "Hang a sock and ring your friends' bells." in page.text
    assert "None of your friends has put theirs up yet" in page.text
    for one in (aoi, ben):
        assert await one.do("/season", "/season/hang") == "/season"
    page = await aoi.open("/season")
    assert "22 days left" in page.text
    where = await aoi.do(page, "/season/ring")
    assert re.fullmatch(r"/season\?act=\d+", where)
    page = await aoi.open(where)
    assert "Rung today" in page.text
    assert "Rung 1" in page.text
    assert not page.has_form("/season/ring")
    seen = await ben.open("/season")
    assert "Rang for you today: Aoi" in seen.text
    other = await ben.open(where)
    assert "You have won" not in other.text
    assert "An ornament" not in other.text


async def test_the_same_form_twice_is_one_act(on: Cast) -> None:
    for one in (on.aoi, on.ben):
        await one.do("/season", "/season/hang")
    page = await on.aoi.open("/season")
    assert await on.aoi.do(page, "/season/ring") == await on.aoi.do(page, "/season/ring")


async def test_only_among_friends(on: Cast) -> None:
    for one in (on.aoi, on.ben, on.carol):
        await one.do("/season", "/season/hang")
    page = await on.carol.open("/season")
    assert "Aoi" not in page.text
    ben = dict((await on.aoi.open("/season")).form("/season/ring").fields)["friend"]
    token = await on.carol.token("/season")
    answer = await on.carol.raw("/season/ring", [("csrf", token), ("friend", ben), ("key", "k")])
    assert answer.status_code == 404
    assert await on.nobody.leads("/season") == "/sign-in?next=/season"


@pytest.mark.parametrize("friend", ["", "x", "0", "-1", "9" * 30, "1"])
async def test_whom_there_is_not(on: Cast, friend: str) -> None:
    token = await on.aoi.token("/season")
    answer = await on.aoi.raw("/season/ring", [("csrf", token), ("friend", friend)])
    assert answer.status_code == 404


@pytest.mark.parametrize("place", ["x", "99", "-1", "٣", "9" * 5000])
async def test_places_that_there_are_not(on: Cast, place: str) -> None:
    await on.aoi.do("/season", "/season/hang")
    token = await on.aoi.token("/season")
    answer = await on.aoi.raw("/season/decorate", [("csrf", token), ("place", place), ("ornament", "star")])
    assert answer.status_code in (404, 422)


async def test_an_ornament_one_does_not_have(on: Cast) -> None:
    await on.aoi.do("/season", "/season/hang")
    token = await on.aoi.token("/season")
    answer = await on.aoi.raw("/season/decorate", [("csrf", token), ("ornament", "star")])
    assert answer.status_code == 422
    assert "You have none of these left to hang." in answer.text


async def test_forms_from_elsewhere_are_refused(on: Cast) -> None:
    for path in ("hang", "ring", "decorate"):
        answer = await on.aoi.raw(f"/season/{path}", [("csrf", "no"), ("friend", "1")])
        assert answer.status_code == 403


async def test_seeds_are_shown_when_their_day_is_over(on: Cast) -> None:
    for one in (on.aoi, on.ben):
        await one.do("/season", "/season/hang")
    await on.aoi.do("/season", "/season/ring")
    page = await on.aoi.open("/season/fair")
    assert page.text.count("not shown yet") == 24
    assert len(re.findall(r"\b[0-9a-f]{64}\b", page.text)) == 28
    assert "Ben" in page.text
    assert "Aoi" not in (await on.carol.open("/season/fair")).text


async def test_what_is_soon_and_what_was(tmp_path: Path) -> None:
    async for cast in town(tmp_path / "soon", "11-20T00:00"):
        page = await cast.aoi.open("/season")
        assert "It begins on" in page.text
        assert [form.action for form in page.forms if form.action.startswith("/season")] == []
        token = await cast.aoi.token("/season")
        answer = await cast.aoi.raw("/season/hang", [("csrf", token)])
        assert answer.status_code == 409
        assert "/season" in (await cast.aoi.open("/friends")).links
        assert "/season" not in (await cast.nobody.open("/about")).links
    async for cast in town(tmp_path / "long before", "10-20T00:00"):
        await cast.aoi.open("/season", 404)
    assert SOON_MS == 30 * 24 * HOUR_MS


async def test_without_a_season_there_is_no_page(tmp_path: Path) -> None:
    async with running(config_of(tmp_path)) as server:
        cast = await arrive(server)
        await cast.aoi.open("/season", 404)
        assert "/season" not in (await cast.aoi.open("/friends")).links


async def test_the_wall_shows_what_is_public(on: Cast) -> None:
    await on.carol.say("ringing from Kanazawa #ベルを鳴らそう", "public")
    await on.ben.say("a secret of friends #ベルを鳴らそう", "friends")
    page = await on.aoi.open("/season")
    assert "ringing from Kanazawa" in page.text
    assert "a secret of friends" not in page.text


async def test_hosts_see_how_many_messages_there_are(on: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was sent to both from the page, and one that friends alone read."""
    link = (await on.aoi.do("/settings/ties", TIE, out="1")).rpartition("/")[2]
    message = next(form for form in (await on.aoi.open("/season")).forms if form.action == BOTH)
    shown = await on.aoi.post(message, text="everybody! #ベルを鳴らそう", do="preview")
    sending = Sheet(shown.text, BOTH).form(BOTH)
    assert (await on.aoi.post(sending, **{"said": "1", "link[]": [link], "do": "send"})).status_code == 303
    await copy_in(on.server, "standing")
    await on.ben.say("among us #ベルを鳴らそう", "friends")
    await settled(on.server)
    await promote(on.server, "carol", Role.ADMINISTRATOR)
    few = (await on.carol.open("/season/host")).text
    assert "Messages to friends with the hashtag fewer than 20 people" in few
    monkeypatch.setattr(report, "LEAST", 1)
    told = (await on.carol.open("/season/host")).text
    assert "Messages to friends with the hashtag 2" in told
    assert "Of them in public too 1" in told
