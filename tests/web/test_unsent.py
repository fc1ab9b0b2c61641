"""A form that is refused, for whatever reason, comes back with what somebody wrote. Without any script."""

from pathlib import Path

import msgspec
import pytest

from kizuna.people import queries
from kizuna.people.limits import API
from tests.running import running
from tests.web.conftest import Cast, config_of
from tests.web.sheet import Sheet
from tests.web.visitor import PASSWORD, Visitor, join

pytestmark = pytest.mark.anyio
HERE = {"Sec-Fetch-Site": "same-origin"}
WORDS = "とちゅうまで\n書いた <b>言葉</b>"


async def test_an_expired_session_loses_no_word(still: Cast) -> None:
    riko = await join(still.server, "riko")
    riko.http.headers.update(HERE)
    box = (await riko.open("/compose")).form("/compose")
    riko.http.cookies.clear()
    answer = await riko.post(box, text=WORDS, audience="friends", do="send")
    assert answer.status_code == 401
    waiting = Sheet(answer.text)
    assert "<b>言葉" not in answer.text
    assert "/sign-in" in waiting.links
    again = waiting.form("/compose")
    assert dict(again.fields)["text"] == WORDS
    assert dict(again.fields)["audience"] == "friends"
    # In another tab; the form still carries the token of a visitor, and comes back once more.
    await riko.do("/sign-in", "/sign-in", handle="riko", password=PASSWORD)
    answer = await riko.post(again)
    assert answer.status_code == 403
    answer = await riko.post(Sheet(answer.text).form("/compose"))
    assert answer.status_code == 303
    home = await riko.open("/")
    assert any("とちゅうまで" in text for text in home.words_of("item-circle"))


async def test_a_refused_form_with_a_picture_comes_back_without_it(still: Cast) -> None:
    fields = dict((await still.aoi.open("/compose")).form("/compose").fields)
    del fields["picture[]"]
    fields |= {"csrf": "of long ago", "text": WORDS, "audience": "friends"}
    picture = ("snow.png", b"x" * 300_000, "image/png")
    answer = await still.aoi.http.post("/compose", data=fields, files={"picture[]": picture}, headers=HERE)
    assert answer.status_code == 403
    again = dict(Sheet(answer.text).form("/compose").fields)
    assert (again["text"], again["audience"]) == (WORDS, "friends")
    assert "picture[]" not in again


@pytest.mark.parametrize(
    "sender",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {},
    ],
)
async def test_what_another_site_sent_is_given_to_nobody(still: Cast, sender: dict[str, str]) -> None:
    body = {"text": WORDS, "audience": "public", "do": "send"}
    visited = await still.nobody.http.post("/compose", data=body, headers=sender)
    assert (visited.status_code, visited.headers["location"]) == (303, "/sign-in")
    inside = await still.aoi.http.post("/compose", data=body, headers=sender)
    assert inside.status_code == 403
    assert not Sheet(inside.text).has_form("/compose")
    assert "とちゅう" not in inside.text


async def test_what_the_browser_keeps_by_itself_leads_to_the_sign_in(still: Cast) -> None:
    nobody = Visitor(still.server)
    fields = [("text", WORDS), ("kept", "1")]
    answer = await nobody.raw("/compose", fields, Referer=f"{still.server.config.url}/v/12")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/v/12")
    answer = await nobody.raw("/compose", fields, Referer="https://elsewhere.example/v/12")
    assert answer.headers["location"] == "/sign-in"
    answer = await nobody.raw("/compose", [("text", " ")])
    assert answer.headers["location"] == "/sign-in"


async def test_a_limit_says_when_to_come_back_and_keeps_the_words(tmp_path: Path) -> None:
    async with running(msgspec.structs.replace(config_of(tmp_path), test_mode=False)) as server:
        yuki = await join(server, "yuki")
        yuki.http.headers.update(HERE)
        box = (await yuki.open("/compose")).form("/compose")
        people = server.parts.people
        found = await queries.credentials_of_handle(people.store.reads, ["square"], "yuki")
        while people.limiter.take(None, API, f"person {found[0].person_id}").allowed:
            pass
        answer = await yuki.post(box, text=WORDS, audience="me", do="send")
        assert answer.status_code == 429
        page = Sheet(answer.text)
        assert f"Try again in {answer.headers['retry-after']} second" in page.text
        assert dict(page.form("/compose").fields)["text"] == WORDS


async def test_signing_out_empties_what_the_browser_keeps(still: Cast) -> None:
    sora = await join(still.server, "sora")
    answer = await sora.send("/about", "/sign-out")
    assert answer.headers["clear-site-data"] == '"storage"'


async def test_the_key_of_drafts_is_the_persons_alone_and_ends_with_the_password(still: Cast) -> None:
    taro = await join(still.server, "taro_d")
    kept = _key(await taro.open("/"))
    other = await join(still.server, "ume_d")
    assert kept != _key(await other.open("/"))
    await taro.send("/about", "/sign-out")
    assert all("data-keep" not in given for _, given in (await taro.open("/")).tags)
    await taro.do("/sign-in", "/sign-in", handle="taro_d", password=PASSWORD)
    assert _key(await taro.open("/")) == kept
    await taro.do(
        "/settings/password", "/settings/password", password=PASSWORD, new_password="another long enough one"
    )
    assert _key(await taro.open("/")) != kept


def _key(page: Sheet) -> str:
    return next(given["data-keep"] for _, given in page.tags if "data-keep" in given)
