"""The staff: what it may see and decide, what it may not, and how people meet it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kizuna.people import invites, standing_queries
from kizuna.people import queries as people_queries
from kizuna.people.models import Role
from kizuna.people.standing import appoint
from kizuna.wiring import Server
from tests.running import running, settled
from tests.web.conftest import Cast, arrive, config_of
from tests.web.sheet import Sheet
from tests.web.visitor import PASSWORD, Visitor, join
from tests.wire import Api
from tests.wire import join as join_api

pytestmark = pytest.mark.anyio
ROOMS = (
    "/staff", "/staff/reports", "/staff/people", "/staff/appeals", "/staff/words", "/staff/log", "/staff/addresses",
    "/staff/announcements", "/staff/invites", "/staff/queues", "/staff/storage", "/staff/settings",
)  # fmt: skip
FOR_ADMINISTRATORS = ROOMS[-6:]


async def promote(server: Server, handle: str, role: Role) -> None:
    people = server.parts.people
    person_id = await standing_queries.person_of_handle(people.store.reads, ("square", "circle"), handle)
    assert person_id is not None
    await appoint(people, person_id, role)


@pytest.fixture
async def town(tmp_path: Path, anyio_backend: str) -> AsyncIterator[tuple[Cast, Visitor]]:
    """The cast, and dan, who is an administrator and nobody's friend."""
    async with running(config_of(tmp_path)) as server:
        cast = await arrive(server)
        dan = await join(server, "dan")
        await promote(server, "dan", Role.ADMINISTRATOR)
        yield cast, dan


async def first_report(staff: Visitor) -> str:
    return next(link for link in (await staff.open("/staff/reports")).links if "/staff/reports/" in link)


async def decide(staff: Visitor, handle: str, deed: str, plane: str = "square", status: int = 303) -> Sheet:
    listed = await staff.open(f"/staff/people?plane={plane}&q={handle}")
    path = next(link for link in listed.links if link.startswith(f"/staff/people/{plane}/"))
    answer = await staff.send(path, path, deed=deed, reason="It is in the rules")
    assert answer.status_code == status, Sheet(answer.text).text
    return Sheet(answer.text)


async def test_the_rooms_of_the_staff_are_not_there_for_others(town: tuple[Cast, Visitor]) -> None:
    cast, dan = town
    await promote(cast.server, "ben", Role.MODERATOR)
    await cast.carol.open("/settings")  # the word of welcome is said once
    for room in ROOMS:
        await dan.open(room)
        await cast.ben.open(room, 404 if room in FOR_ADMINISTRATORS else 200)
        absent, there = await cast.carol.open("/staff/nothing", 404), await cast.carol.open(room, 404)
        assert there.html.replace(room, "/staff/nothing") == absent.html
        assert (await cast.nobody.leads(room)).startswith("/sign-in")
    assert "/staff" in (await dan.open("/settings")).links
    assert "/staff" not in (await cast.carol.open("/settings")).links


async def test_a_closed_report_carries_what_its_reporter_saw_and_no_more(town: tuple[Cast, Visitor]) -> None:
    cast, dan = town
    await cast.aoi.say("Another voice entirely", "friends")
    voice = await cast.aoi.say("A rude remark", "friends")
    await cast.ben.do(f"{voice}/report", f"{voice}/report", category="violation", comment="This hurts")
    report = await first_report(dan)
    for page in (await dan.open("/staff/reports"), await dan.open(report)):
        assert "rude" not in page.html
        assert "Another" not in page.html
    assert "This hurts" in (await dan.open(report)).text
    assert "read by the staff" not in (await cast.aoi.open("/settings/readings")).text
    told = await dan.told(report, f"{report}/read", 200)
    assert "A rude remark" in told.text
    assert "Another" not in told.html
    seen = await cast.aoi.open("/settings/readings")
    assert "read by the staff" in seen.text
    assert voice in seen.links
    assert "ben" not in seen.text.lower()
    assert "read by the staff" not in (await cast.ben.open("/settings/readings")).text
    await settled(cast.server)
    notices = await cast.aoi.open("/notifications/circle")
    assert "The staff read something you said, because of a report" in notices.text
    assert "/settings/readings" in notices.links
    assert "report" not in (await cast.ben.open("/notifications/circle")).text
    await dan.do(report, f"{report}/close")
    assert "rude" not in (await dan.told(f"{report}", f"{report}/read", 200)).html


async def test_what_one_may_not_read_one_cannot_report(town: tuple[Cast, Visitor]) -> None:
    cast, dan = town
    voice = (await cast.aoi.say("For friends", "friends")).removeprefix("/v/")
    other = (await cast.aoi.say("For nobody", "me")).removeprefix("/v/")
    page = await cast.ben.open(f"/v/{voice}/report")
    token = await cast.carol.token()
    answers = [
        await cast.carol.raw(f"/v/{one}/report", [("csrf", token), ("category", "spam"), ("item[]", one)])
        for one in (voice, "117000000000000000")
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text.replace(voice, "117000000000000000") == answers[1].text
    sent = [*page.form(f"/v/{voice}/report").filled({"category": "spam"}), ("item[]", other)]
    assert (await cast.ben.raw(f"/v/{voice}/report", sent)).status_code == 404
    await cast.aoi.do("/c/ben/remove", "/c/ben/remove")
    assert (await cast.ben.post(page.form(f"/v/{voice}/report"), category="spam")).status_code == 404
    assert "No report waits" in (await dan.open("/staff/reports")).text


async def test_a_post_is_reported_and_deleted_by_staff(town: tuple[Cast, Visitor]) -> None:
    cast, dan = town
    post = await cast.aoi.say("Buy my pills", "public")
    page = await cast.ben.open(post)
    way = next(link for link in page.links if "/report" in link)
    await cast.ben.do(way, "/report/aoi", category="spam")
    report = await first_report(dan)
    assert "Buy my pills" in (await dan.open(report)).text
    delete = next(form.action for form in (await dan.open(report)).forms if "/staff/posts/" in form.action)
    await dan.do(report, delete, reason="Advertising")
    await cast.ben.open(post, 404)
    assert "Advertising" in (await dan.open("/staff/log")).text
    assert (
        await cast.carol.raw(delete, [("csrf", await cast.carol.token()), ("reason", "x")])
    ).status_code == 404


async def test_suspending_ends_everything_at_once_and_can_be_appealed(town: tuple[Cast, Visitor]) -> None:
    cast, dan = town
    app = await join_api(cast.server, "erin")
    await decide(dan, "erin", "suspend")
    assert (await app.http.get("/api/v1/accounts/verify_credentials")).status_code == 401
    await decide(dan, "aoi", "suspend", "circle")
    assert (await cast.aoi.leads("/settings")).startswith("/sign-in")
    refused = await cast.aoi.told("/sign-in", "/sign-in", 403, handle="aoi", password=PASSWORD)
    assert "suspended" in refused.text
    assert "/appeal" in refused.links
    wrong = await cast.aoi.told(
        "/appeal", "/appeal", 422, handle="aoi", password="not hers at all", text="Please"
    )
    assert "suspended." not in wrong.text
    await cast.aoi.told("/appeal", "/appeal", 200, handle="aoi", password=PASSWORD, text="I am sorry")
    await cast.aoi.told("/appeal", "/appeal", 409, handle="aoi", password=PASSWORD, text="I am sorry")
    await cast.carol.told("/appeal", "/appeal", 409, handle="carol", password=PASSWORD, text="Me too")
    waiting = await dan.open("/staff/appeals")
    assert "I am sorry" in waiting.text
    answer = next(form.action for form in waiting.forms if form.action.startswith("/staff/appeals/"))
    await dan.do(waiting, answer, reason="A second chance", do="grant")
    assert await cast.aoi.do("/sign-in", "/sign-in", handle="aoi", password=PASSWORD) == "/"


async def test_who_may_decide_about_whom(town: tuple[Cast, Visitor]) -> None:
    cast, dan = town
    await promote(cast.server, "ben", Role.MODERATOR)
    assert "Only an administrator" in (await decide(cast.ben, "dan", "suspend", status=403)).text
    listed = await dan.open("/staff/people?plane=square&q=dan")
    me = next(link for link in listed.links if link.startswith("/staff/people/square/"))
    fields = [("csrf", await dan.token()), ("deed", "suspend"), ("reason", "x")]
    assert "Nobody decides about themselves" in Sheet((await dan.raw(me, fields)).text).text
    await promote(cast.server, "carol", Role.ADMINISTRATOR)
    await decide(cast.carol, "dan", "suspend")
    assert (await dan.leads("/staff")).startswith("/sign-in")
    person = next(
        link for link in (await cast.ben.open("/staff/people?q=aoi")).links if "/staff/people/" in link[:14]
    )
    role = [("csrf", await cast.ben.token()), ("role", "moderator")]
    assert (await cast.ben.raw(f"{person}/role", role)).status_code == 404


async def test_blocked_words_are_kept_out_of_the_square_alone(town: tuple[Cast, Visitor]) -> None:
    cast, dan = town
    for word in ("ass", "ばか"):
        await dan.do("/staff/words", "/staff/words", value=word)
    poster = await join_api(cast.server, "erin")
    for text in ("You ASS!", "ＡＳＳ", "a\u200bss", "なんてばかな"):
        refused = await poster.http.post("/api/v1/statuses", json={"status": text})
        assert refused.status_code == 422, text
    said = await poster.say("A class of its own")
    edited = await poster.http.put(f"/api/v1/statuses/{said['id']}", json={"status": "You ass!"})
    assert edited.status_code == 422, "nor by an edit"
    line = {"fields_attributes": {"0": {"name": "About", "value": "You ass!"}}}
    profile = await poster.http.patch("/api/v1/accounts/update_credentials", json=line)
    assert profile.status_code == 422, "nor in a line of a profile"
    assert (await cast.aoi.say("You ass!", "friends")).startswith("/v/")
    listed = await dan.open("/staff/words")
    await dan.do(listed, next(form.action for form in listed.forms if form.action.endswith("/allow")))
    await poster.say("You ASS!")


async def test_nobody_signs_up_from_a_blocked_address(town: tuple[Cast, Visitor]) -> None:
    cast, dan = town
    for value in ("198.51.100.0/24", "spam.example"):
        await dan.do("/staff/addresses", "/staff/addresses", value=value)
    for value in ("0.0.0.0/0", "no domain"):
        await dan.told("/staff/addresses", "/staff/addresses", 422, value=value)
    new = {"handle": "mallory", "name": "M", "password": PASSWORD}
    from_there = Visitor(cast.server, address="198.51.100.7")
    await from_there.told("/sign-up", "/sign-up", 403, **new)
    await cast.nobody.told("/sign-up", "/sign-up", 403, **new, email="m@mail.spam.example")
    assert await cast.nobody.do("/sign-up", "/sign-up", **new, email="m@notspam.example") == "/"


async def test_an_announcement_is_shown_until_it_is_put_away(town: tuple[Cast, Visitor]) -> None:
    cast, dan = town
    await dan.do("/staff/announcements", "/staff/announcements", text="Down <b>tonight</b>", days="1")
    home = await cast.ben.open("/")
    assert "Down <b>tonight</b>" in home.text
    assert "tonight" not in (await cast.nobody.open("/")).text
    read = next(form.action for form in home.forms if form.action.startswith("/announcements/"))
    await cast.ben.do(home, read)
    assert "tonight" not in (await cast.ben.open("/")).text
    assert "tonight" in (await cast.carol.open("/")).text
    ends = await dan.open("/staff/announcements")
    await dan.do(ends, next(form.action for form in ends.forms if form.action.endswith("/end")))
    assert "tonight" not in (await cast.carol.open("/")).text


async def test_an_api_token_of_staff_opens_no_room(town: tuple[Cast, Visitor]) -> None:
    cast, _ = town
    app = await join_api(cast.server, "erin")
    await promote(cast.server, "erin", Role.ADMINISTRATOR)
    assert app.token is not None
    assert (await Api(cast.server, app.token).http.get("/staff")).status_code == 303


async def test_who_is_suspended_is_not_shown_and_who_is_silenced_not_listed(
    town: tuple[Cast, Visitor],
) -> None:
    cast, dan = town
    erin, frank = await join_api(cast.server, "erin"), await join_api(cast.server, "frank")
    me = (await erin.get("/api/v1/accounts/verify_credentials"))["id"]
    await frank.post(f"/api/v1/accounts/{me}/follow")
    said = await erin.say("Hello #all")
    boosted = await frank.post(f"/api/v1/statuses/{said['id']}/reblog")
    lists = ("/api/v1/timelines/public", "/api/v1/timelines/tag/all", "/api/v1/timelines/home")

    async def shown() -> list[bool]:
        """At once: the staff's answer waits for the planes."""
        pages = [await frank.get(path) for path in lists]
        return [
            any(said["id"] in (one["id"], (one["reblog"] or one)["id"]) for one in page) for page in pages
        ]

    assert await shown() == [True, True, True]
    await decide(dan, "erin", "silence")
    assert await shown() == [False, False, True]
    await decide(dan, "erin", "suspend")
    assert await shown() == [False, False, False]
    for path in (
        f"/api/v1/statuses/{said['id']}",
        f"/api/v1/statuses/{boosted['id']}",
        f"/api/v1/accounts/{me}",
    ):
        assert (await frank.http.get(path)).status_code == 404, path
    await cast.nobody.open("/@erin", 404)
    await decide(dan, "erin", "restore")
    await decide(dan, "erin", "unsilence")
    assert await shown() == [True, True, True]


async def test_nobody_signs_up_by_an_invite_of_who_is_suspended(town: tuple[Cast, Visitor]) -> None:
    cast, dan = town
    people = cast.server.parts.people
    person_id = await standing_queries.person_of_handle(people.store.reads, ("square", "circle"), "aoi")
    assert person_id is not None
    aoi = await people_queries.viewer_of_person(people.store.reads, person_id)
    assert aoi is not None
    _, code = await invites.create_invite(people, aoi, 1, 7)
    assert await invites.check_invite(people, code)
    await decide(dan, "aoi", "suspend")
    assert not await invites.check_invite(people, code)
    await decide(dan, "aoi", "restore")
    assert await invites.check_invite(people, code)


async def test_a_suspension_hides_a_face_in_the_circle_at_once_until_it_is_taken_back(
    town: tuple[Cast, Visitor],
) -> None:
    cast, dan = town
    said = await cast.aoi.say("For friends", "friends")
    room = await cast.ben.say("From ben", "friends")
    await cast.aoi.do(room, f"{room}/reply", text="An answer of hers")

    async def shown() -> list[str]:
        pages = [await cast.ben.open(path) for path in ("/", room, "/friends", "/groups")]
        return [page.path for page in pages if "/c/aoi" in page.html or "An answer of hers" in page.html]

    assert await shown()
    await decide(dan, "aoi", "suspend", "circle")
    assert await shown() == []
    absent = await cast.ben.open("/v/117000000000000000", 404)
    assert (await cast.ben.open(said, 404)).html.replace(
        said.removeprefix("/v/"), "117000000000000000"
    ) == absent.html
    await cast.ben.open("/c/aoi", 404)
    await cast.aoi.told("/appeal", "/appeal", 200, handle="aoi", password=PASSWORD, text="I am sorry")
    waiting = await dan.open("/staff/appeals")
    answer = next(form.action for form in waiting.forms if form.action.startswith("/staff/appeals/"))
    await dan.do(waiting, answer, reason="A second chance", do="grant")
    await cast.ben.open(said)
    assert "An answer of hers" in (await cast.ben.open(room)).text
