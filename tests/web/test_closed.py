"""What is somebody else's answers like what never was; what is written is shown as text; what is revoked is gone."""

from urllib.parse import urlencode

import pytest

from tests.web.conftest import Cast
from tests.web.sheet import Sheet
from tests.web.visitor import Visitor

pytestmark = pytest.mark.anyio
PAYLOAD = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
ABSENT = "117000000000000000"


async def test_foreign_ids_answer_like_absent_ones(cast: Cast) -> None:
    voice = (await cast.aoi.say("For friends", "friends")).removeprefix("/v/")
    token = await cast.carol.token()
    for path in ("/v/{}", "/v/{}/delete", "/v/{}/copy"):
        foreign, absent = [await cast.carol.open(path.format(one), 404) for one in (voice, ABSENT)]
        assert foreign.html.replace(voice, ABSENT) == absent.html
    for path in ("/v/{}/reply", "/v/{}/delete", "/v/{}/copy"):
        fields = [("csrf", token), ("text", "x"), ("link[]", "1")]
        answers = [await cast.carol.raw(path.format(one), fields) for one in (voice, ABSENT)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].text.replace(voice, ABSENT) == answers[1].text
    assert "For friends" in (await cast.ben.open(f"/v/{voice}")).text


async def test_of_ties_copies_invites_and_sessions_only_ones_own_exist(cast: Cast) -> None:
    await cast.aoi.told("/invites", "/invites", 200)
    page = await cast.aoi.open("/invites")
    ends = [form.action for form in page.forms if form.action.endswith("/end")]
    sessions = await cast.ben.open("/settings/sessions")
    assert ends
    assert sessions
    token = await cast.carol.token()
    for path in (*ends, f"/invites/{ABSENT}/end", f"/settings/sessions/{ABSENT}/end"):
        assert (await cast.carol.raw(path, [("csrf", token)])).status_code == 404, path
    assert any(form.action == ends[0] for form in (await cast.aoi.open("/invites")).forms)
    for path in (f"/settings/ties/{ABSENT}", f"/settings/ties/{ABSENT}/unlink", f"/copies/{ABSENT}/recall"):
        await cast.carol.open(path, 404)


async def test_unfriended_one_reads_nothing_any_more(cast: Cast) -> None:
    voice = await cast.aoi.say("For friends", "friends")
    assert "For friends" in (await cast.ben.open("/")).text
    assert await cast.aoi.do("/c/ben/remove", "/c/ben/remove") == "/friends"
    for path in ("/", "/?show=circle", "/c/aoi"):
        assert "For friends" not in (await cast.ben.open(path)).text
    await cast.ben.open(voice, 404)
    assert (
        await cast.ben.raw(f"{voice}/reply", [("csrf", await cast.ben.token()), ("text", "x")])
    ).status_code == 404


async def test_a_deleted_voice_is_gone_for_everybody(cast: Cast) -> None:
    voice = await cast.aoi.say("Soon gone", "friends")
    assert await cast.aoi.do(f"{voice}/delete", f"{voice}/delete") in ("/", voice)
    for visitor in (cast.aoi, cast.ben):
        await visitor.open(voice, 404)
        assert "Soon gone" not in (await visitor.open("/")).text


async def test_a_stranger_sees_a_name_and_nothing_else(cast: Cast) -> None:
    form = (await cast.aoi.open("/settings/profile")).forms
    circle = next(one for one in form if ("plane", "circle") in one.fields)
    assert (await cast.aoi.post(circle, name="Aoi", note="My secret garden")).status_code == 303
    await cast.aoi.say("For friends", "friends")
    stranger = await cast.carol.open("/c/aoi")
    assert "Aoi" in stranger.text
    assert "secret garden" not in stranger.text
    assert "For friends" not in stranger.text
    assert "secret garden" in (await cast.ben.open("/c/aoi")).text


async def test_whatever_people_write_stays_text(cast: Cast) -> None:
    for form in (await cast.aoi.open("/settings/profile")).forms:
        if form.action == "/settings/profile":
            assert (await cast.aoi.post(form, name=PAYLOAD[:30], note=PAYLOAD)).status_code == 303
    voice = await cast.aoi.say(PAYLOAD, "friends")
    post = await cast.aoi.say(PAYLOAD, "public")
    await cast.carol.do("/c/aoi", "/c/aoi/request", note=PAYLOAD)
    pages = [
        await cast.ben.open(path) for path in ("/", voice, post, "/c/aoi", "/@aoi", "/square", "/friends")
    ]
    pages += [
        await cast.aoi.open(path)
        for path in ("/", "/friends", "/c/carol", "/settings/profile", f"{voice}/copy")
    ]
    pages += [await cast.aoi.told("/compose", "/compose", 422, text=PAYLOAD * 20, audience="friends")]
    pages += [
        await cast.nobody.open(path)
        for path in ("/square", post, "/@aoi", "/sign-in?next=/%22%3E%3Cscript%3E")
    ]
    pages += [await cast.nobody.open("/sign-up?invite=%22%3E%3Cscript%3E")]
    pages += [await cast.nobody.told("/sign-in", "/sign-in", 422, handle=PAYLOAD, password="x")]
    for page in pages:
        assert [given for tag, given in page.tags if tag == "img"] == [], page.path
        assert [given for _, given in page.tags if any(name.startswith("on") for name in given)] == [], (
            page.path
        )
        assert all(
            given.get("src", "").startswith("/assets/") for tag, given in page.tags if tag == "script"
        ), page.path


async def test_an_invite_tells_a_visitor_nothing(cast: Cast) -> None:
    made = await cast.aoi.told("/invites", "/invites", 200)
    link = made.words_of("code")[0].removeprefix(cast.server.config.url)
    real, false = await cast.nobody.open(link), await cast.nobody.open("/invite/unknown")
    code = link.rpartition("/")[2]
    assert real.html.replace(code, "unknown") == false.html
    assert "Aoi" not in real.text
    picture = await cast.nobody.http.get(f"{link}/qr.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.text.startswith("<?xml")
    assert "Aoi invites you to be friends" in (await cast.carol.open(link)).text
    assert "This is your own invite link" in (await cast.aoi.open(link)).text
    assert "You and Aoi are friends already" in (await cast.ben.open(link)).text
    await cast.carol.open("/invite/unknown", 404)


async def test_an_ended_invite_opens_nothing(cast: Cast) -> None:
    made = await cast.aoi.told("/invites", "/invites", 200)
    link = made.words_of("code")[0].removeprefix(cast.server.config.url)
    for form in (await cast.aoi.open("/invites")).forms:
        if form.action.endswith("/end"):
            assert (await cast.aoi.post(form)).headers["location"] == "/invites"
    answer = await cast.carol.raw(link, [("csrf", await cast.carol.token())])
    assert answer.status_code == 404
    assert "This invitation has ended" in Sheet(answer.text).text


async def test_requests_are_asked_accepted_declined_and_taken_back(cast: Cast) -> None:
    assert await cast.carol.do("/c/aoi", "/c/aoi/request", note="From the harbour") == "/c/aoi"
    assert "You asked to be friends." in (await cast.carol.open("/c/aoi")).text
    assert "From the harbour" in (await cast.aoi.open("/c/carol")).text
    assert await cast.aoi.do("/friends", "/c/carol/decline") == "/friends"
    assert "You asked to be friends." in (await cast.carol.open("/c/aoi")).text, "a decline is silent"
    await cast.carol.do("/c/aoi", "/c/aoi/withdraw")
    await cast.carol.do("/c/ben", "/c/ben/request", note="")
    await cast.ben.do("/friends", "/c/carol/accept")
    assert "Carol" in (await cast.ben.open("/friends")).text
    page = await cast.carol.open("/c/ben")
    assert "friends since" in page.text


async def test_an_app_is_let_in_by_a_page_that_says_what_it_may(cast: Cast) -> None:
    made = await cast.nobody.http.post(
        "/api/v1/apps",
        json={
            "client_name": PAYLOAD,
            "redirect_uris": "https://app.example/back?x=1",
            "scopes": "read write",
        },
    )
    asked = {
        "response_type": "code",
        "client_id": made.json()["client_id"],
        "redirect_uri": "https://app.example/back?x=1",
        "scope": "read",
        "state": "s&t",
    }
    ask = f"/oauth/authorize?{urlencode(asked)}"
    assert (await cast.nobody.leads(ask)).startswith("/sign-in?next=/oauth/authorize%3F")
    page = await cast.aoi.open(ask)
    assert [tag for tag, _ in page.tags if tag == "img"] == []
    assert dict(page.form("/oauth/authorize").fields)["face[]"] == "square"
    denied = await cast.aoi.do(page, "/oauth/authorize", decision="deny")
    assert denied.startswith("https://app.example/back?x=1&error=access_denied")
    assert denied.endswith("&state=s%26t")
    allowed = await cast.aoi.do(page, "/oauth/authorize", decision="allow")
    assert allowed.startswith("https://app.example/back?x=1&code=")
    none = await cast.aoi.told(page, "/oauth/authorize", 422, decision="allow", **{"face[]": list[str]()})
    assert none.has_form("/oauth/authorize")
    for broken in (
        ask.replace("client_id=", "client_id=x"),
        ask.replace("app.example", "evil.example"),
        "/oauth/authorize",
    ):
        refused = await cast.aoi.open(broken, 400)
        assert "Go back to it and try again." in refused.text


async def test_each_visitor_has_a_token_of_their_own(cast: Cast) -> None:
    tokens = {await visitor.token() for visitor in (cast.aoi, cast.ben, cast.nobody, Visitor(cast.server))}
    assert len(tokens) == 4
