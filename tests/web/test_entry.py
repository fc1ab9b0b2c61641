"""Coming in and going out: sign-up, sign-in, language, and what a browser keeps."""

from pathlib import Path

import pytest

from tests.running import running
from tests.web.conftest import Cast, config_of
from tests.web.sheet import Sheet
from tests.web.visitor import PASSWORD, Visitor, join

pytestmark = pytest.mark.anyio


async def test_a_newcomer_signs_up_and_is_welcomed_once(still: Cast) -> None:
    visitor = await join(still.server, "dora", "Dora")
    home = await visitor.open("/")
    assert home.words_of("notice") == ["Welcome!"]
    assert "Dora" in home.text
    assert (await visitor.open("/")).words_of("notice") == []


async def test_a_refused_sign_up_keeps_what_was_typed_but_the_password(still: Cast) -> None:
    visitor = Visitor(still.server)
    page = await visitor.told(
        "/sign-up", "/sign-up", 422, handle="AOI", name="Aoi <b>", password=PASSWORD, email="a@example.org"
    )
    fields = dict(page.form("/sign-up").fields)
    assert (fields["handle"], fields["name"], fields["password"]) == ("AOI", "Aoi <b>", "")
    assert page.words_of("error") != []
    assert PASSWORD not in page.html


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("handle", "no spaces"),
        ("handle", ""),
        ("handle", "a" * 31),
        ("handle", "admin"),
        ("password", "short"),
        ("handle", "ａｏｉ"),
    ],
)
async def test_what_is_wrong_stands_at_its_field(still: Cast, field: str, value: str) -> None:
    answers = {"handle": "newcomer", "name": "New", "password": PASSWORD, field: value}
    page = await Visitor(still.server).told("/sign-up", "/sign-up", 422, **answers)
    wrong = [given for tag, given in page.tags if tag == "input" and given.get("aria-invalid") == "true"]
    assert [given["name"] for given in wrong] == [field]
    assert len(page.words_of("error")) == 1


async def test_signing_in_leads_to_what_was_asked_for(still: Cast) -> None:
    visitor = Visitor(still.server)
    where = await visitor.leads("/settings/sessions?x=1")
    assert where == "/sign-in?next=/settings/sessions%3Fx%3D1"
    assert await visitor.do(where, "/sign-in", handle="@Aoi", password=PASSWORD) == "/settings/sessions?x=1"
    assert "Firefox" in (await visitor.open("/settings/sessions")).text


@pytest.mark.parametrize("handle", ["aoi", "nobody_here"])
async def test_a_wrong_password_and_a_wrong_name_look_the_same(still: Cast, handle: str) -> None:
    visitor = Visitor(still.server)
    page = await visitor.told("/sign-in", "/sign-in", 422, handle=handle, password="wrong password")
    assert dict(page.form("/sign-in").fields)["handle"] == handle
    assert page.words_of("notice") == ["The handle or the password is wrong."]


@pytest.mark.parametrize(
    "elsewhere",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil",
    ],
)
async def test_nobody_is_led_to_another_site(still: Cast, elsewhere: str) -> None:
    visitor = Visitor(still.server)
    answers = {"handle": "ben", "password": PASSWORD, "next": elsewhere}
    assert await visitor.do("/sign-in", "/sign-in", **answers) == "/"
    assert await visitor.do("/about", "/language", locale="en", back=elsewhere) == "/"
    assert await visitor.do("/", "/compose", text="x", audience="me", back=elsewhere) == "/"


async def test_signing_out_ends_the_session_here_and_there(cast: Cast) -> None:
    kept = dict(cast.aoi.http.cookies)
    assert await cast.aoi.do("/", "/sign-out") == "/"
    landing = await cast.aoi.open("/")
    assert landing.words_of("notice") == ["You are signed out."]
    assert "Sign in" in landing.text
    cast.aoi.http.cookies.update(kept)
    assert (await cast.aoi.leads("/friends")).startswith("/sign-in")


async def test_a_session_ended_elsewhere_sees_nothing_any_more(cast: Cast) -> None:
    other = Visitor(cast.server)
    await other.do("/sign-in", "/sign-in", handle="aoi", password=PASSWORD)
    sessions = await other.open("/settings/sessions")
    ends = [form.action for form in sessions.forms if form.action.endswith("/end")]
    assert len(ends) == 1
    assert await other.do(sessions, ends[0]) == "/settings/sessions"
    assert (await cast.aoi.leads("/friends")).startswith("/sign-in")
    await other.open("/friends")


async def test_every_other_session_can_be_ended_at_once(cast: Cast) -> None:
    others = [Visitor(cast.server) for _ in range(3)]
    for other in others:
        await other.do("/sign-in", "/sign-in", handle="aoi", password=PASSWORD)
    await cast.aoi.do("/settings/sessions", "/settings/sessions/end-others")
    for other in others:
        assert (await other.leads("/friends")).startswith("/sign-in")
    await cast.aoi.open("/friends")


async def test_the_session_cookie_is_kept_from_scripts(still: Cast) -> None:
    visitor = Visitor(still.server)
    answer = await visitor.send("/sign-in", "/sign-in", handle="ben", password=PASSWORD)
    cookies = [
        line for line in answer.headers.get_list("set-cookie") if line.startswith("kizuna-session-3000=")
    ]
    assert len(cookies) == 1
    assert "HttpOnly" in cookies[0]
    assert "SameSite=lax" in cookies[0]


async def test_the_language_is_chosen_by_browser_then_cookie_then_person(cast: Cast) -> None:
    japanese = Visitor(cast.server, "ja")
    page = await japanese.open("/about")
    assert ("html", {"lang": "ja"}) in page.tags
    assert await japanese.do(page, "/language", locale="en") == "/about"
    assert ("html", {"lang": "en"}) in (await japanese.open("/about")).tags
    await cast.aoi.do("/friends", "/language", locale="ja")
    assert ("html", {"lang": "ja"}) in (await cast.aoi.open("/friends")).tags
    fresh = Visitor(cast.server, "en")
    await fresh.do("/sign-in", "/sign-in", handle="aoi", password=PASSWORD)
    assert ("html", {"lang": "ja"}) in (await fresh.open("/friends")).tags


async def test_who_is_inside_is_not_asked_to_sign_in(still: Cast) -> None:
    assert await still.aoi.leads("/sign-in?next=/friends") == "/friends"
    assert await still.aoi.leads("/sign-in?next=//evil.example") == "/"
    assert await still.aoi.leads("/sign-up") == "/"


async def test_a_notice_says_only_what_we_say(still: Cast) -> None:
    visitor = Visitor(still.server)
    visitor.http.cookies.set("kizuna-notice", "<b>Send me your password</b>")
    assert (await visitor.open("/about")).words_of("notice") == []


async def test_by_invitation_only_means_that(tmp_path: Path) -> None:
    async with running(config_of(tmp_path, sign_up="invite")) as server:
        visitor = Visitor(server)
        assert not (await visitor.open("/sign-up")).has_form("/sign-up")
        token = await visitor.token()
        fields = [("csrf", token), ("handle", "eve"), ("name", "Eve"), ("password", PASSWORD)]
        answer = await visitor.raw("/sign-up", fields)
        assert answer.status_code in (403, 410, 422)
        assert "invite" in Sheet(answer.text).text


async def test_closed_is_closed(tmp_path: Path) -> None:
    async with running(config_of(tmp_path, sign_up="closed")) as server:
        visitor = Visitor(server)
        assert not (await visitor.open("/sign-up")).has_form("/sign-up")
        assert "/sign-up" not in (await visitor.open("/")).links
        fields = [("csrf", await visitor.token()), ("handle", "eve"), ("name", "Eve"), ("password", PASSWORD)]
        assert (await visitor.raw("/sign-up", fields)).status_code == 403


@pytest.mark.parametrize(
    ("action", "answers", "told"),
    [
        ("/sign-in", {"handle": "aoi", "password": "wrong"}, "ハンドルかパスワードが違います。"),
        (
            "/sign-up",
            {"handle": "aoi", "name": "あおい", "password": PASSWORD},
            "このハンドルはすでに使われています。",
        ),
    ],
)
async def test_refusals_are_told_in_the_readers_language(
    still: Cast, action: str, answers: dict[str, str], told: str
) -> None:
    page = await Visitor(still.server, "ja").told(action, action, 422, **answers)
    assert told in page.text


async def test_a_wrong_method_too(still: Cast) -> None:
    answer = await Visitor(still.server, "ja").http.put("/about")
    assert answer.status_code == 405
    assert "ここではその操作はできません" in Sheet(answer.text).text
