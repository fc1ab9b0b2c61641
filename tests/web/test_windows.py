"""Shared groups and their windows as pages: opening, reading, muting, talking, and what nobody outside sees of it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from kizuna.ground.clock import SystemClock
from tests.running import running, settled
from tests.tie.fake_partner import FakePartner
from tests.web.conftest import Cast, arrive, config_of
from tests.web.sheet import Sheet
from tests.web.test_live import page_stream
from tests.web.visitor import Visitor

pytestmark = pytest.mark.anyio
ABSENT = "117000000000000000"


@pytest.fixture
async def lively(
    tmp_path: Path, anyio_backend: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Cast, FakePartner]]:
    """A server that reads its sources often, and a partner in its own process."""
    partner = FakePartner(SystemClock().now_ms)
    async with running(config_of(tmp_path, window_seconds=0.2)) as server:
        monkeypatch.setattr(server.ports.fetch, "send", partner.send)
        yield await arrive(server), partner


async def shared(cast: Cast) -> str:
    """aoi shares a group with ben in it, who says yes; the path of its page."""
    group = await cast.aoi.do("/groups", "/groups", name="Harbour club")
    page = await cast.aoi.open(group)
    ben = next(value for tag, a in page.tags if tag == "input" and (value := a.get("value", "")).isdigit())
    await cast.aoi.do(page, f"{group}/members", **{"person[]": ben})
    place = await cast.aoi.do(group, f"{group}/share")
    assert "You are asked to take part in 1 shared group." in (await cast.ben.open("/friends")).text
    await cast.ben.do("/together", f"{place}/join")
    return place


async def until(visitor: Visitor, path: str, words: str, *, there: bool = True) -> Sheet:
    """The page once it says this, or says it no more."""
    async with asyncio.timeout(10):
        sheet = await visitor.open(path)
        while (words in sheet.text) is not there:
            await asyncio.sleep(0.1)
            sheet = await visitor.open(path)
    return sheet


async def open_window(visitor: Visitor, place: str, address: str) -> None:
    await visitor.do(f"{place}/windows", f"{place}/windows", address=address)


def write(partner: FakePartner, text: str, tag: str = "harbour", **fields: Any) -> dict[str, Any]:
    return partner.publish(partner.write("1", text, tags=[{"name": tag}], **fields))


async def test_a_group_is_shared_joined_and_left(cast: Cast) -> None:
    place = await shared(cast)
    assert "Harbour club" in (await cast.ben.open("/together")).text
    assert "Harbour club" not in (await cast.carol.open("/together")).text
    assert await cast.ben.do(place, place, text="hello, club") == place
    assert "hello, club" in (await cast.aoi.open(place)).text
    assert await cast.ben.do(place, f"{place}/leave") == "/together"
    await cast.ben.open(place, 404)
    assert "hello, club" not in (await cast.aoi.open(place)).text


async def test_windows_of_the_own_square_show_what_is_posted_at_once(cast: Cast) -> None:
    place = await shared(cast)
    await open_window(cast.ben, place, "#Harbour")
    await open_window(cast.aoi, place, "@carol")
    await cast.carol.say("ships come in #harbour", "public")
    await cast.carol.say("of something else", "unlisted")
    page = await cast.aoi.open(f"{place}/windows")
    assert page.text.count("ships come in") == 1
    assert "of something else" in page.text
    assert "Talk about it here" in page.text


async def test_a_partners_hashtag_comes_edited_and_goes(lively: tuple[Cast, FakePartner]) -> None:
    cast, partner = lively
    place = await shared(cast)
    status = write(partner, "a ship <b>far</b> away")
    await open_window(cast.aoi, place, "#harbour partner.test")
    page = await until(cast.ben, f"{place}/windows", "far")
    item = next(link for link in page.links if "/talk?item=" in link)
    assert "https://partner.test/@user1/" in page.html
    voice = await cast.ben.do(item, f"{place}/talk", text="look at that")
    room = await cast.aoi.open(voice)
    assert "look at that" in room.text
    assert "a ship" in room.text
    assert "look at that" in (await cast.aoi.open(place)).text
    status["content"] = "<p>a ferry</p>"
    await until(cast.aoi, voice, "a ferry")
    await until(cast.aoi, f"{place}/windows", "a ferry")
    del partner.statuses[status["id"]]
    await until(cast.aoi, voice, "not at its origin any more")
    assert "a ferry" not in (await cast.aoi.open(voice)).html
    assert "look at that" in (await cast.aoi.open(voice)).text


async def test_talk_about_a_post_of_this_server_leaves_no_trace_on_it(cast: Cast) -> None:
    place = await shared(cast)
    await open_window(cast.aoi, place, "#harbour")
    post = await cast.carol.say("mine #harbour", "public")
    await settled(cast.server)
    outside = [
        (who, path) for who in (cast.carol, cast.nobody) for path in (post, "/@carol", "/tags/harbour")
    ]
    before = [strip((await who.open(path)).text) for who, path in outside]
    notices = (await cast.carol.open("/notifications")).text
    number = post.rpartition("/")[2]
    voice = await cast.ben.do(f"{place}/talk?post={number}", f"{place}/talk", text="have you seen it? @carol")
    await settled(cast.server)
    assert [strip((await who.open(path)).text) for who, path in outside] == before
    assert (await cast.carol.open("/notifications")).text == notices
    await cast.carol.open(voice, 404)
    for path in (voice, place, f"{voice}/item", "/c/ben"):
        assert "mine" in (await cast.aoi.open(path)).text, path
    assert (await cast.aoi.open("/?show=circle")).text.count("mine") == 1
    await cast.carol.do(f"{post}/delete", f"{post}/delete")
    assert "not at its origin any more" in (await cast.aoi.open(voice)).text


def strip(text: str) -> str:
    """Without what the time changes."""
    return text.replace("now", "")


async def test_what_is_not_theirs_answers_like_what_never_was(cast: Cast) -> None:
    place = await shared(cast)
    await open_window(cast.aoi, place, "#harbour")
    post = (await cast.carol.say("mine #harbour", "public")).rpartition("/")[2]
    window = next(
        form.action for form in (await cast.aoi.open(f"{place}/windows")).forms if "/close" in form.action
    )
    number = place.rpartition("/")[2]
    token = await cast.carol.token()
    for path in (place, f"{place}/windows", f"{place}/talk?post={post}"):
        foreign, absent = (
            await cast.carol.open(path, 404),
            await cast.carol.open(path.replace(number, ABSENT), 404),
        )
        assert foreign.html.replace(number, ABSENT) == absent.html
    fields = [("csrf", token), ("text", "x"), ("address", "#x"), ("post", post)]
    for path in (place, f"{place}/windows", f"{place}/talk", f"{place}/join", f"{place}/leave", window):
        assert (await cast.carol.raw(path, fields)).status_code == 404, path
    ben = [("csrf", await cast.ben.token())]
    assert (await cast.ben.raw(window, ben)).status_code == 404, "only who opened it or the owner closes it"
    for path in (f"/groups/{number}/share", f"/groups/{number}/unshare"):
        assert (await cast.ben.raw(path, ben)).status_code == 404
    stream = await cast.carol.http.get(
        "/live", params={"on": f"windows {number}"}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert stream.status_code == 404


async def test_a_wrong_address_says_so_and_keeps_what_was_typed(cast: Cast) -> None:
    place = await shared(cast)
    page = await cast.aoi.told(f"{place}/windows", f"{place}/windows", 422, address="what is this")
    assert "Write a hashtag, an account or the address of a feed." in page.text
    assert dict(page.form(f"{place}/windows").fields)["address"] == "what is this"
    await open_window(cast.aoi, place, "@nobodyhere")
    assert "There is no such account." in (await cast.aoi.open(f"{place}/windows")).text
    await open_window(cast.aoi, place, "127.0.0.1.nip.test/feed")
    await until(cast.aoi, f"{place}/windows", "cannot be reached")


async def test_what_a_stranger_wrote_is_shown_as_text(lively: tuple[Cast, FakePartner]) -> None:
    cast, partner = lively
    place = await shared(cast)
    payload = '<script>alert(1)</script><img src="https://evil.test/x.gif" onerror="alert(2)"><p style="x">words</p>'
    account = {"id": "1", "acct": 'x"><script>', "url": "javascript:alert(3)", "display_name": "<i>Eve</i>"}
    write(partner, "x", content=payload, account=account, spoiler_text="")
    await open_window(cast.aoi, place, "#harbour partner.test")
    page = await until(cast.aoi, f"{place}/windows", "words")
    for bad in ("alert(1)", "evil.test", "onerror", "javascript:", "<i>Eve"):
        assert bad not in page.html, bad


async def test_a_mute_and_a_long_run(cast: Cast) -> None:
    place = await shared(cast)
    await open_window(cast.aoi, place, "#harbour")
    for number in range(8):
        await cast.carol.say(f"ship {number} #harbour", "public")
    page = await cast.ben.open(f"{place}/windows")
    assert "5 more from #harbour" in page.text
    assert page.text.count("ship ") == 8
    mute = next(form.action for form in page.forms if form.action.endswith("/mute"))
    assert await cast.ben.do(page, mute) == f"{place}/windows"
    assert "ship 7" not in (await cast.ben.open(f"{place}/windows")).text
    assert "ship 7" in (await cast.aoi.open(f"{place}/windows")).text
    assert await cast.ben.do(f"{place}/windows", mute) == f"{place}/windows"
    assert "ship 7" in (await cast.ben.open(f"{place}/windows")).text


async def test_pages_of_what_windows_show_follow_each_other_without_a_hole(cast: Cast) -> None:
    place = await shared(cast)
    await open_window(cast.aoi, place, "#harbour")
    await open_window(cast.aoi, place, "@carol")
    for number in range(25):
        await cast.carol.say(f"ship {number:02} #harbour", "public")
    first = await cast.ben.open(f"{place}/windows")
    older = next(link for link in first.links if "max_id=" in link)
    second = await cast.ben.open(older)
    text = first.text + second.text
    assert [text.count(f"ship {number:02}") for number in range(25)] == [1] * 25


async def test_open_pages_are_told_as_long_as_one_takes_part(lively: tuple[Cast, FakePartner]) -> None:
    cast, partner = lively
    place = await shared(cast)
    number = place.rpartition("/")[2]
    await open_window(cast.aoi, place, "#harbour partner.test")
    await open_window(cast.aoi, place, "#harbour")
    await until(cast.aoi, f"{place}/windows", "Last look:")
    aoi, ben = [await page_stream(who, f"windows {number}") for who in (cast.aoi, cast.ben)]
    write(partner, "a ship")
    for stream in (aoi, ben):
        told = await stream.next()
        assert (told.name, told.data["plane"]) == ("window", "circle")
    post = await cast.carol.say("a boat #harbour", "public")
    for stream in (aoi, ben):
        assert (await stream.next()).data == {"id": post.rpartition("/")[2], "plane": "square"}
    talk = await page_stream(cast.ben, f"group {number}")
    voice = await cast.aoi.do(f"{place}/talk?post={post.rpartition('/')[2]}", f"{place}/talk", text="look")
    assert (await talk.next()).data == {"id": voice.removeprefix("/v/"), "plane": "circle"}
    await open_window(cast.aoi, place, "@ben")
    assert [(await stream.next()).name for stream in (aoi, ben)] == ["windows", "windows"]
    assert await cast.ben.do(place, f"{place}/leave") == "/together"
    write(partner, "another ship")
    assert (await aoi.next()).name == "window"
    assert await ben.quiet()
    await cast.aoi.do(place, place, text="without ben")
    assert await talk.quiet()


async def test_a_room_is_told_that_what_it_is_about_is_another(lively: tuple[Cast, FakePartner]) -> None:
    cast, partner = lively
    place = await shared(cast)
    status = write(partner, "a ship")
    await open_window(cast.aoi, place, "#harbour partner.test")
    page = await until(cast.ben, f"{place}/windows", "a ship")
    item = next(link for link in page.links if "/talk?item=" in link)
    voice = await cast.ben.do(item, f"{place}/talk", text="look at that")
    ben, carol = [
        await page_stream(who, f"room {voice.removeprefix('/v/')}") for who in (cast.ben, cast.carol)
    ]
    status["content"] = "<p>a ferry</p>"
    assert (await ben.next()).name == "window"
    assert await carol.quiet()
