"""Notifications through the client API: what is told, to whom, for how long; in lists, counts and streams."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from kizuna.ground.ids import store_of
from kizuna.wiring import Server
from tests.api.faced import friends
from tests.running import running, settled
from tests.streams import Sse, Ws
from tests.web.conftest import config_of
from tests.wire import Api, join

pytestmark = pytest.mark.anyio
LIST: Final = "/api/v1/notifications"


@pytest.fixture
async def carol(server: Server) -> Api:
    """A third one."""
    return await join(server, "carol")


@pytest.fixture
async def circled(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Server]:
    """A server whose people come by the pages."""
    async with running(config_of(tmp_path)) as server:
        yield server


async def account_id(api: Api) -> str:
    return (await api.get("/api/v1/accounts/verify_credentials"))["id"]


async def told(server: Server, api: Api) -> list[Any]:
    """The list, when all that happened has been acted on."""
    await settled(server)
    return await api.get(LIST)


async def unread(api: Api, **params: object) -> int:
    return (await api.get(f"{LIST}/unread_count", params))["count"]


async def test_each_kind_is_told_as_the_api_spells_it(server: Server, aoi: Api, ben: Api) -> None:
    a, b = await account_id(aoi), await account_id(ben)
    post = await aoi.say("hello")
    await ben.post(f"/api/v1/accounts/{a}/follow", {"notify": True})
    await ben.post(f"/api/v1/statuses/{post['id']}/favourite")
    await ben.post(f"/api/v1/statuses/{post['id']}/reblog")
    reply = await ben.say("@aoi hello you", in_reply_to_id=post["id"])
    found = await told(server, aoi)
    assert {each["type"] for each in found} == {"follow", "favourite", "reblog", "mention"}
    assert {each["account"]["id"] for each in found} == {b}
    by_type = {each["type"]: each for each in found}
    assert by_type["mention"]["status"]["id"] == reply["id"]
    assert by_type["favourite"]["status"]["id"] == by_type["reblog"]["status"]["id"] == post["id"]
    assert "status" not in by_type["follow"]
    assert [each["id"] for each in found] == sorted((each["id"] for each in found), reverse=True)
    assert (await aoi.get(f"{LIST}/{found[0]['id']}")) == found[0]
    second = await aoi.say("another")
    edited = await aoi.http.put(f"/api/v1/statuses/{post['id']}", json={"status": "hello all"})
    assert edited.status_code == 200
    heard = await told(server, ben)
    assert [(each["type"], each["status"]["id"]) for each in heard] == [
        ("update", post["id"]),
        ("status", second["id"]),
    ]
    assert "hello all" in heard[0]["status"]["content"]


async def test_lists_are_paged_filtered_and_counted(server: Server, aoi: Api, ben: Api, carol: Api) -> None:
    posts = [await aoi.say(str(number)) for number in range(3)]
    for post in posts:
        await ben.post(f"/api/v1/statuses/{post['id']}/favourite")
    await carol.say("@aoi hello")
    every = [each["id"] for each in await told(server, aoi)]

    async def ids(*params: tuple[str, object]) -> list[str]:
        return [each["id"] for each in await aoi.get(LIST, [*params])]

    first = await aoi.http.get(LIST, params={"limit": 2, "types[]": ["favourite", "mention"]})
    assert [each["id"] for each in first.json()] == every[:2]
    assert first.headers["link"].startswith("<http://localhost:3000/api/v1/notifications?")
    assert "types" in first.headers["link"]
    assert f'max_id={every[1]}>; rel="next"' in first.headers["link"]
    assert await ids(("max_id", every[1])) == every[2:]
    assert await ids(("since_id", every[2])) == every[:2]
    assert await ids(("min_id", every[3]), ("limit", 2)) == every[1:3]
    assert await ids(("types[]", "mention")) == every[:1]
    assert await ids(("exclude_types[]", "mention")) == every[1:]
    assert await ids(("types[]", "poll")) == []
    assert await ids(("account_id", await account_id(ben))) == every[1:]
    assert await unread(aoi) == 4
    assert await unread(aoi, **{"types[]": "mention"}) == 1
    await aoi.post("/api/v1/markers", {"notifications": {"last_read_id": every[1]}})
    assert await unread(aoi) == 1
    await aoi.post(f"{LIST}/{every[0]}/dismiss")
    assert await ids() == every[1:]
    assert await aoi.post(f"{LIST}/clear") == {}
    assert await ids() == []


async def test_a_notification_is_its_owners_alone(server: Server, aoi: Api, ben: Api) -> None:
    await ben.post(f"/api/v1/accounts/{await account_id(aoi)}/follow")
    (one,) = await told(server, aoi)
    for answer in (
        await ben.http.get(f"{LIST}/{one['id']}"),
        await ben.http.post(f"{LIST}/{one['id']}/dismiss"),
        await ben.http.get(f"{LIST}/{int(one['id']) + 1}"),
    ):
        assert answer.status_code == 404, answer.text
    await ben.post(f"{LIST}/clear")
    assert len(await aoi.get(LIST)) == 1
    assert (await Api(server).http.get(LIST)).status_code == 401


async def test_what_is_over_is_told_no_more(server: Server, aoi: Api, ben: Api, carol: Api) -> None:
    a, b = await account_id(aoi), await account_id(ben)
    post = await aoi.say("hello")
    await ben.post(f"/api/v1/statuses/{post['id']}/favourite")
    reply = await carol.say("@aoi look", in_reply_to_id=post["id"])
    mention, favourite = await told(server, aoi)
    await aoi.post(f"/api/v1/accounts/{b}/mute")
    assert [each["id"] for each in await aoi.get(LIST)] == [mention["id"]], "at once, not when a row is gone"
    await aoi.post(f"/api/v1/accounts/{b}/mute", {"notifications": False})
    assert len(await aoi.get(LIST)) == 2
    await aoi.post(f"/api/v1/statuses/{post['id']}/mute")
    assert await aoi.get(LIST) == [], "the whole thread"
    await aoi.post(f"/api/v1/statuses/{post['id']}/unmute")
    await ben.post(f"/api/v1/accounts/{a}/block")
    assert [each["id"] for each in await aoi.get(LIST)] == [mention["id"]]
    assert (await aoi.http.get(f"{LIST}/{favourite['id']}")).status_code == 404
    await carol.delete(f"/api/v1/statuses/{reply['id']}")
    assert await aoi.get(LIST) == []
    assert await unread(aoi) == 0


async def test_streams_carry_them(server: Server, aoi: Api, ben: Api) -> None:
    both = [
        await Sse(server, f"/api/v1/streaming/user{end}", aoi.token).opened() for end in ("", "/notification")
    ]
    socket = Ws(server, protocols=[aoi.token or ""])
    await socket.opened()
    await socket.subscribed("user:notification")
    quiet = await Sse(server, "/api/v1/streaming/user", ben.token).opened()
    await ben.post(f"/api/v1/accounts/{await account_id(aoi)}/follow")
    (one,) = await told(server, aoi)
    for stream in both:
        event = await stream.next()
        assert (event.name, event.data) == ("notification", one)
    message = await socket.next()
    assert (message["stream"], message["event"], message["payload"]) == (
        ["user:notification"],
        "notification",
        one,
    )
    assert await quiet.quiet()


async def test_the_planes_are_apart_and_a_square_token_learns_nothing(circled: Server) -> None:
    mei, ken = await friends(circled, "mei", "ken")
    await settled(circled)
    befriended = await mei.circle.get(LIST) + await ken.circle.get(LIST)
    assert [each["type"] for each in befriended] == ["follow"], "who was accepted, not who accepted"
    for each in (mei, ken):
        await each.circle.post(f"{LIST}/clear")
    page = await Sse(circled, "/api/v1/streaming/user/notification", mei.square.token).opened()
    closed = await Sse(circled, "/api/v1/streaming/user/notification", mei.circle.token).opened()
    voice = await mei.both.say("among us", visibility="private")
    before = [await mei.square.get(LIST), await unread(mei.square)]
    answer = await ken.circle.say("yes", in_reply_to_id=voice["id"], visibility="private")
    event = await closed.next()
    assert (event.name, event.data["type"], event.data["status"]["id"]) == (
        "notification",
        "mention",
        answer["id"],
    )
    assert event.data["account"]["acct"] == "ken.circle"
    assert await page.quiet()
    assert [await mei.square.get(LIST), await unread(mei.square)] == before
    await settled(circled)
    (mention,) = [each for each in await mei.circle.get(LIST) if each["type"] == "mention"]
    assert mention == event.data
    assert store_of(int(mention["id"])) == "circle"
    for token in (mei.square, ken.circle, ken.both):
        found = await token.http.get(f"{LIST}/{mention['id']}")
        absent = await token.http.get(f"{LIST}/{int(mention['id']) + 1}")
        assert (found.status_code, found.content) == (404, absent.content)
    post = await mei.square.say("in public")
    await ken.square.post(f"/api/v1/statuses/{post['id']}/favourite")
    await settled(circled)
    assert [each["type"] for each in await mei.both.get(LIST)] == ["favourite", "mention"]
    assert [each["type"] for each in await mei.both.get(LIST, {"limit": 1})] == ["favourite"]
    assert (await unread(mei.both), await unread(mei.square), await unread(mei.circle)) == (2, 1, 1)
    await ken.pages.do("/c/mei/remove", "/c/mei/remove")
    assert [each["type"] for each in await mei.both.get(LIST)] == ["favourite", "mention"], "it is mei's room"
    await mei.both.post(f"{LIST}/{mention['id']}/dismiss")
    assert await mei.circle.get(LIST) == []
