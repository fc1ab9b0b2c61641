"""Gifts and coupons of a season as people use them: wrapped, opened, thanked for; shown in a shop, and taken there."""

import re
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kizuna.apps.season import book, coupon_queries, queries
from kizuna.apps.season.check import load_season
from kizuna.apps.season.files import SHIPPED
from kizuna.apps.season.gift_actions import DAY_MS
from kizuna.circle import friend_queries
from kizuna.ground.config import Config
from kizuna.ledger.actions import move
from kizuna.ledger.models import Movement
from kizuna.people.limits import COUPON
from kizuna.people.models import Role
from tests.running import running, settled
from tests.web.conftest import Cast, arrive, config_of
from tests.web.sheet import Sheet
from tests.web.test_live import page_stream
from tests.web.test_season import ahead, town
from tests.web.test_staff import promote
from tests.web.visitor import Visitor

pytestmark = pytest.mark.anyio
GIFTS = "/season/gifts"


@pytest.fixture
async def on(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Cast]:
    """The third of December, in the afternoon; aoi has a star and a coupon."""
    async for cast in town(tmp_path, "12-03T15:00"):
        for one in (cast.aoi, cast.ben):
            await one.do("/season", "/season/hang")
        yield cast


async def win(cast: Cast, *things: str) -> None:
    """aoi has one of each."""
    store = cast.server.parts.circle.store
    aoi = await friend_queries.profile(store.reads, 0, "aoi")
    made = next(one for one in await queries.all_runs(store.reads) if one.season == "xmas-2011")
    assert aoi is not None
    run = load_season(SHIPPED / "xmas-2011", made.year)
    for thing in things:
        asset = book.thing(run, thing)
        won = Movement(f"a test {thing}", book.Account(asset, "issuer"), book.held(asset, aoi.face.id), 1)
        await store.write(lambda tx, won=won: move(tx, won))


def japanese(at_ms: int) -> str:
    """A moment by the clocks of Japan, as an English page says it."""
    there = datetime.fromtimestamp(at_ms / 1000, ZoneInfo("Asia/Tokyo"))
    return f"{there:%B} {there.day}, {there.year} {there.hour % 12 or 12}:{there:%M %p}"


def friend_in(page: Sheet) -> str:
    """ben's number in the form."""
    found = re.search(r'<option value="(\d+)"[^>]*>Ben ', page.html)
    assert found is not None, page.text
    return found[1]


async def test_a_card_is_wrapped_opened_and_thanked_for(on: Cast) -> None:
    aoi, ben = on.aoi, on.ben
    page = await aoi.open(GIFTS)
    assert page.text.count("Nothing yet.") == 2
    await aoi.do(page, GIFTS, friend=friend_in(page), note="For <b>you</b>")
    seen = await ben.open(GIFTS)
    assert "From Aoi" in seen.text
    assert "For <b>you</b>" not in seen.text, "it is wrapped"
    (opening,) = [form.action for form in seen.forms if form.action.endswith("/open")]
    assert await ben.do(seen, opening) == GIFTS
    seen = await ben.open(GIFTS)
    assert "For <b>you</b>" in seen.text
    assert "<b>you</b>" not in seen.html
    (thanking,) = [form.action for form in seen.forms if form.action.endswith("/thank")]
    await ben.do(seen, thanking)
    assert "Opened, and thanked for" in (await aoi.open(GIFTS)).text
    for path in (opening, thanking, opening.replace("/open", "/revoke")):
        token = await on.carol.token(GIFTS)
        assert (await on.carol.raw(path, [("csrf", token)])).status_code == 404


async def test_until_its_day_it_stays_wrapped(on: Cast) -> None:
    page = await on.aoi.open(GIFTS)
    day = re.findall(r'<option value="(\d{13})"', page.html)[-1]
    await on.aoi.do(page, GIFTS, friend=friend_in(page), note="on the last day", opens=day)
    seen = await on.ben.open(GIFTS)
    opens = int(day) - on.server.config.season_ahead_hours * 3_600_000
    assert f"Wrapped until {japanese(opens)} (Japan Standard Time)" in seen.text.replace("\u202f", " ")
    last = f"To be opened by {japanese(opens + 8 * DAY_MS)} (Japan Standard Time)"
    for one in (seen, await on.aoi.open(GIFTS)):
        assert last in one.text.replace("\u202f", " "), "a week after the season"
    assert not [form for form in seen.forms if form.action.endswith("/open")]
    gift = re.findall(r"/season/gifts/(\d+)/revoke", (await on.aoi.open(GIFTS)).html)[0]
    token = await on.ben.token(GIFTS)
    answer = await on.ben.raw(f"{GIFTS}/{gift}/open", [("csrf", token)])
    assert answer.status_code == 409
    assert await on.aoi.do(GIFTS, f"{GIFTS}/{gift}/revoke") == GIFTS
    assert "on the last day" not in (await on.ben.open(GIFTS)).text


async def test_what_one_does_not_have_and_what_is_no_card(on: Cast) -> None:
    page = await on.aoi.open(GIFTS)
    for thing, note, status, told in (
        ("", "", 422, "A card needs some words."),
        ("ornament/moon", "x", 422, "There is no such thing to give."),
        ("ornament/star", "x", 409, "There is not enough of it left"),
        ("", "x" * 301, 422, ""),
    ):
        fields = page.form(GIFTS).filled({"friend": friend_in(page), "note": note})
        sent = [(name, value) for name, value in fields if name != "thing"] + [("thing", thing)]
        answer = await on.aoi.raw(GIFTS, sent)
        assert answer.status_code == status, answer.text
        assert told in Sheet(answer.text).text
    assert "From Aoi" not in (await on.ben.open(GIFTS)).text


async def test_a_link_for_whoever_is_first(on: Cast) -> None:
    page = await on.aoi.open(GIFTS)
    await on.aoi.do(page, GIFTS, friend="", note="a riddle")
    page = await on.aoi.open(GIFTS)
    link = next(link for link in page.links if link.startswith("/season/gift/"))
    picture = await on.aoi.http.get(f"{link}/qr.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert (await on.nobody.leads(link)).startswith("/sign-in")
    asked = await on.carol.open(link)
    assert "A gift from Aoi" in asked.text
    assert "a riddle" not in asked.text
    assert await on.carol.do(asked, link) == GIFTS
    await on.ben.open(link, 410)
    await on.aoi.do(GIFTS, GIFTS, friend="", note="another riddle")
    page = await on.aoi.open(GIFTS)
    await on.aoi.do(page, next(form.action for form in page.forms if form.action.endswith("/revoke")))
    page = await on.aoi.open(GIFTS)
    assert page.text.count("For whoever has the link") == 1, "also when it was taken back"
    await on.ben.open(f"{link}x", 404)
    assert "From Aoi" in (await on.carol.open(GIFTS)).text


async def test_a_coupon_is_shown_and_taken_once(on: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kizuna.apps.season.coupon_actions.YOUNG_MS", 0)
    await win(on, "coupon/hot-snack")
    await promote(on.server, "carol", Role.ADMINISTRATOR)
    for where in ("/season/host", "/season/counter"):
        await on.ben.open(where, 404)
    page = await on.carol.open("/season/host")
    assert page.text.count("fewer than 20 people") == 9
    await on.carol.do(page, "/season/host/shops", handle="@Ben", sponsor="corner-shop")
    page = await on.carol.open("/season/host")
    naming = next(form for form in page.forms if "handle" in dict(form.fields))
    answer = await on.carol.post(naming, handle="nobody")
    assert answer.status_code == 422
    assert "There is nobody with this name." in Sheet(answer.text).text
    page = await on.aoi.open("/season/coupons")
    (showing,) = [form.action for form in page.forms if form.action.endswith("/hot-snack/show")]
    where = await on.aoi.do(page, showing)
    shown = await on.aoi.open(where)
    letters = shown.words_of("letters")[0]
    assert re.fullmatch(r"(?:[0-9A-Z]{4}-?){4}", letters)
    await on.carol.open(where, 404)
    for wrong in (
        "/season/coupons/1/hot-snack",
        "/season/coupons/x/hot-snack",
        where.replace("hot-snack", "cake"),
    ):
        await on.aoi.open(wrong, 404)
    counter = await on.ben.told("/season/counter", "/season/counter", 200, code=letters.lower())
    assert "It counts" in counter.text
    assert "Aoi" not in counter.text
    for _ in range(2):
        taken = await on.ben.told(counter, "/season/counter/redeem", 200)
        assert "Taken" in taken.text
    again = await on.ben.told("/season/counter", "/season/counter", 200, code=letters)
    assert "It was used on" in again.text
    assert not again.has_form("/season/counter/redeem")
    wrong = await on.ben.told("/season/counter", "/season/counter", 422, code="0000-0000-0000-0000")
    assert "There is no coupon with this code for your shop." in wrong.text
    assert "You have no coupon now." in (await on.aoi.open("/season/coupons")).text


async def test_a_shop_that_blocks_the_host_is_seen_and_removed(on: Cast) -> None:
    await promote(on.server, "carol", Role.ADMINISTRATOR)
    await on.carol.do("/season/host", "/season/host/shops", handle="ben", sponsor="corner-shop")
    await on.ben.do("/c/carol/block", "/c/carol/block")
    page = await on.carol.open("/season/host")
    assert "The corner shop" in page.words_of("what")[-1]
    await on.carol.do(page, "/season/host/shops")
    await on.ben.open("/season/counter", 404)


async def test_what_a_host_has_said_of_who_waits_can_be_undone(on: Cast) -> None:
    await promote(on.server, "carol", Role.ADMINISTRATOR)
    store = on.server.parts.circle.store
    ben = await friend_queries.profile(store.reads, 0, "ben")
    made = next(one for one in await queries.all_runs(store.reads) if one.season == "xmas-2011")
    assert ben is not None
    face_id = ben.face.id
    await store.write(lambda tx: coupon_queries.ask_review(tx, made.id, face_id))
    page = await on.carol.open("/season/host")
    refusing = next(form for form in page.forms if dict(form.fields).get("allowed") == "0")
    await on.carol.post(refusing)
    page = await on.carol.open("/season/host")
    assert "Nobody waits." in page.text
    (undoing,) = [form for form in page.forms if form.action == "/season/host/reviews"]
    assert "Those who may not use coupons" in page.text
    await on.carol.post(undoing)
    decided = await coupon_queries.review(store.reads, made.id, face_id)
    assert decided is not None
    assert decided.allowed
    assert "Those who may not use coupons" not in (await on.carol.open("/season/host")).text


async def test_a_gift_of_whom_one_blocks_is_not_shown(on: Cast) -> None:
    page = await on.aoi.open(GIFTS)
    await on.aoi.do(page, GIFTS, friend=friend_in(page), note="a riddle")
    await on.ben.do("/c/aoi/block", "/c/aoi/block")
    seen = await on.ben.open(GIFTS)
    assert "From Aoi" not in seen.text
    assert not [form for form in seen.forms if form.action.endswith("/open")]


async def test_after_a_block_a_gift_is_for_somebody_who_is_gone(on: Cast) -> None:
    """The server hears of the block by itself; and once it is taken back, there is nothing to open."""
    page = await on.aoi.open(GIFTS)
    await on.aoi.do(page, GIFTS, friend=friend_in(page), note="a riddle")
    (opening,) = [form.action for form in (await on.ben.open(GIFTS)).forms if form.action.endswith("/open")]
    await on.ben.do("/c/aoi/block", "/c/aoi/block")
    seen = await on.aoi.open(GIFTS)
    assert "For somebody who is gone" in seen.text
    assert "Take it back" in seen.text
    assert "came back" not in seen.text
    page = await on.ben.open("/settings/blocks")
    (ending,) = [form.action for form in page.forms if form.action.endswith("/end")]
    await on.ben.do(page, ending)
    await settled(on.server)
    token = await on.ben.token(GIFTS)
    assert (await on.ben.raw(opening, [("csrf", token)])).status_code == 404
    assert "From Aoi" not in (await on.ben.open(GIFTS)).text


async def test_gifts_and_thanks_are_told_without_a_word_of_them(on: Cast) -> None:
    notices, settings = "/notifications/circle", "/settings/notifications"
    page = await on.aoi.open(GIFTS)
    live, elsewhere = await page_stream(on.ben, "own"), await page_stream(on.carol, "own")
    await on.aoi.do(page, GIFTS, friend=friend_in(page), note="a riddle")
    await settled(on.server)
    heard = await live.next()
    assert heard.name == "notification"
    assert "riddle" not in str(heard)
    assert await elsewhere.quiet()
    told = await on.ben.open(notices)
    assert "Aoi has a gift for you" in told.text
    assert "riddle" not in told.text
    assert GIFTS in told.links
    assert "1 new notice from friends" in told.text
    assert "gift for you" not in (await on.carol.open(notices)).text
    assert "gift for you" not in (await on.ben.open(f"{notices}?show=mentions")).text
    seen = await on.ben.open(GIFTS)
    (opening,) = [form.action for form in seen.forms if form.action.endswith("/open")]
    await on.ben.do(seen, opening)
    await on.ben.do(GIFTS, opening.replace("/open", "/thank"))
    await settled(on.server)
    assert "Ben thanks you for your gift" in (await on.aoi.open(notices)).text
    form = next(each for each in (await on.ben.open(settings)).forms if ("plane", "circle") in each.fields)
    assert ("kind[]", "season.gift") in form.fields
    await on.ben.post(form, **{"kind[]": ["friend"]})
    page = await on.aoi.open(GIFTS)
    await on.aoi.do(page, GIFTS, friend=friend_in(page), note="another riddle")
    await settled(on.server)
    assert (await on.ben.open(notices)).text.count("Aoi has a gift for you") == 1
    await on.ben.do("/c/aoi/block", "/c/aoi/block")
    assert "gift for you" not in (await on.ben.open(notices)).text
    assert "thanks you" not in (await on.aoi.open(notices)).text


async def test_a_gift_that_was_taken_back_is_no_notice(on: Cast) -> None:
    page = await on.aoi.open(GIFTS)
    await on.aoi.do(page, GIFTS, friend=friend_in(page), note="a riddle")
    await settled(on.server)
    (revoking,) = [
        form.action for form in (await on.aoi.open(GIFTS)).forms if form.action.endswith("/revoke")
    ]
    await on.aoi.do(GIFTS, revoking)
    assert "gift for you" not in (await on.ben.open("/notifications/circle")).text


async def test_codes_are_not_guessed_for_long(on: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    await promote(on.server, "carol", Role.ADMINISTRATOR)
    await on.carol.do("/season/host", "/season/host/shops", handle="ben", sponsor="corner-shop")
    token = await on.ben.token("/season/counter")
    monkeypatch.setattr(on.server.parts.people.limiter, "_enabled", True)
    answers = [
        (await on.ben.raw("/season/counter", [("csrf", token), ("code", f"{n:016d}")])).status_code
        for n in range(COUPON.limit + 1)
    ]
    assert answers == [422] * COUPON.limit + [429]


async def test_the_room_of_the_hosts_is_not_there_for_others(on: Cast) -> None:
    token = await on.ben.token("/season")
    for path, fields in (
        ("/season/host/shops", [("handle", "ben"), ("sponsor", "corner-shop")]),
        ("/season/host/reviews", [("face", "1"), ("allowed", "1")]),
        ("/season/counter", [("code", "0" * 16)]),
        ("/season/counter/redeem", [("code", "0" * 16)]),
    ):
        answer = await on.ben.raw(path, [("csrf", token), *fields])
        assert answer.status_code == 404, path
        answer = await on.ben.raw(path, [("csrf", "no"), *fields])
        assert answer.status_code == 403, path


async def test_what_one_season_gave_is_opened_and_used_in_the_next(tmp_path: Path) -> None:
    """The card of Christmas, and its coupon, when it is the pines' turn."""
    both = ("xmas-2011", "new-year")

    def config(moment: str) -> Config:
        return config_of(tmp_path, seasons=both, season_ahead_hours=ahead(moment, "12-24T15:00"))

    async with running(config("12-24T15:00")) as server:
        cast = await arrive(server)
        page = await cast.aoi.open(GIFTS)
        await cast.aoi.do(page, GIFTS, friend=friend_in(page), note="a riddle")
        await win(cast, "coupon/hot-snack")
    async with running(config("12-29T15:00")) as server:
        aoi, ben = Visitor(server), Visitor(server)
        aoi.http.cookies.update(cast.aoi.http.cookies)
        ben.http.cookies.update(cast.ben.http.cookies)
        assert "Pines at the gate" in (await ben.open("/season")).text
        page = await ben.open(GIFTS)
        (opening,) = [form.action for form in page.forms if form.action.endswith("/open")]
        await ben.do(page, opening)
        assert "a riddle" in (await ben.open(GIFTS)).text
        page = await aoi.open("/season/coupons")
        (showing,) = [form.action for form in page.forms if form.action.endswith("/hot-snack/show")]
        assert await aoi.do(page, showing) == showing.removesuffix("/show")
