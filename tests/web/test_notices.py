"""The pages of notifications: a list for each plane, what is new in it, and what one wants to be told of."""

from typing import Final

import pytest

from kizuna.wiring import Server
from tests.running import settled
from tests.web.conftest import Cast
from tests.web.visitor import Visitor

pytestmark = pytest.mark.anyio
SQUARE: Final = "/notifications"
CIRCLE: Final = "/notifications/circle"
SETTINGS: Final = "/settings/notifications"


async def text(server: Server, who: Visitor, path: str) -> str:
    """A page, when all that happened has been acted on."""
    await settled(server)
    return (await who.open(path)).text


async def favour(who: Visitor, post: str) -> None:
    answer = await who.raw(f"{post}/favourite", [("csrf", await who.token())])
    assert answer.status_code == 303


async def test_each_plane_has_its_page_and_they_never_mix(cast: Cast) -> None:
    server, aoi, ben = cast.server, cast.aoi, cast.ben
    post = await aoi.say("snow at noon", "public")
    await favour(ben, post)
    voice = await aoi.say("among us", "friends")
    await ben.do(voice, f"{voice}/reply", text="so it is")
    square, circle = [await text(server, aoi, path) for path in (SQUARE, CIRCLE)]
    assert "Ben marked your post as favourite" in square
    assert "snow at noon" in square
    assert "so it is" not in square
    assert "Ben replied to what you said" in circle
    assert "so it is" in circle
    assert "favourite" not in circle
    assert "1 new notice from the square" in square
    assert "2 new notices from friends" in square, "and of the friendship"
    assert "so it is" in await text(server, aoi, f"{CIRCLE}?show=mentions")
    assert "Nobody has written to you yet." in await text(server, aoi, f"{SQUARE}?show=mentions")


async def test_what_was_seen_is_new_no_more_in_its_plane_alone(cast: Cast) -> None:
    server, aoi, ben = cast.server, cast.aoi, cast.ben
    post = await aoi.say("snow at noon", "public")
    await favour(ben, post)
    voice = await aoi.say("among us", "friends")
    await ben.do(voice, f"{voice}/reply", text="so it is")
    await settled(server)
    assert await aoi.do(SQUARE, f"{SQUARE}/seen") == SQUARE
    page = await aoi.open(SQUARE)
    assert "new notices from the square" not in page.text
    assert "new notice from the square" not in page.text
    assert f"{SQUARE}/seen" not in [form.action for form in page.forms]
    assert "from friends" in page.text
    await aoi.do(CIRCLE, f"{CIRCLE}/seen")
    assert "from friends" not in (await aoi.open(SQUARE)).text


async def test_a_request_can_be_answered_where_it_is_told(cast: Cast) -> None:
    server, aoi, carol = cast.server, cast.aoi, cast.carol
    await carol.do("/c/aoi", "/c/aoi/request")
    assert "Carol would like to be your friend" in await text(server, aoi, CIRCLE)
    await aoi.do(CIRCLE, "/c/carol/accept")
    assert "would like to be your friend" not in await text(server, aoi, CIRCLE)
    assert "Aoi and you are friends now" in await text(server, carol, CIRCLE)


async def test_kinds_can_be_turned_off_and_hours_be_quiet(cast: Cast) -> None:
    server, aoi, ben = cast.server, cast.aoi, cast.ben
    page = await aoi.open(SETTINGS)
    forms = [form for form in page.forms if form.action == SETTINGS]
    assert [dict(form.fields)["plane"] for form in forms] == ["square", "circle"]
    answer = await aoi.post(forms[0], **{"kind[]": ["mention", "nonsense"]})
    assert answer.status_code == 303
    post = await aoi.say("snow at noon", "public")
    await favour(ben, post)
    await ben.do(post, f"{post}/reply", text="@aoi really?")
    shown = await text(server, aoi, SQUARE)
    assert "favourite" not in shown
    assert "Ben wrote to you" in shown
    quiet = f"{SETTINGS}/quiet"
    assert (
        await aoi.do(SETTINGS, quiet, on="1", from_="23:00", until="06:30", zone="Europe/London") == SETTINGS
    )
    page = await aoi.open(SETTINGS)
    kept = dict(page.form(quiet).fields)
    assert (kept["from"], kept["until"]) == ("23:00", "06:30")
    assert 'value="Europe/London" selected' in page.html
    for wrong in ({"zone": "Mars/Olympus"}, {"from_": "25:00"}, {"until": "23:00"}):
        told = await aoi.send(SETTINGS, quiet, **{"on": "1", "from_": "23:00", "until": "06:30", **wrong})
        assert told.status_code == 422, wrong
    assert "Mars" not in (await aoi.open(SETTINGS)).text
