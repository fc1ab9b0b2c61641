"""Notifications in groups, the policy that clients ask for, markers of both planes, and quiet hours in streams."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from kizuna.ground.clock import SystemClock
from kizuna.ground.ids import store_of
from kizuna.notifications import quiet_queries
from kizuna.notifications.quiet import DAY_MINUTES, QuietTime
from kizuna.people.queries import person_of_face
from kizuna.wiring import Server
from tests.api.faced import friends
from tests.running import running, settled
from tests.streams import Sse
from tests.web.conftest import config_of
from tests.wire import Api, join

pytestmark = pytest.mark.anyio
LIST: Final = "/api/v1/notifications"
GROUPS: Final = "/api/v2/notifications"
MARKERS: Final = "/api/v1/markers"


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


async def test_what_concerns_one_post_is_one_group(server: Server, aoi: Api, ben: Api, carol: Api) -> None:
    post = await aoi.say("hello")
    for each in (ben, carol):
        await each.post(f"/api/v1/statuses/{post['id']}/favourite")
        await each.post(f"/api/v1/accounts/{await account_id(aoi)}/follow")
    await ben.say("@aoi hello")
    await settled(server)
    found = await aoi.get(GROUPS)
    groups = {group["type"]: group for group in found["notification_groups"]}
    assert list(groups) == ["mention", "follow", "favourite"], "in the order of the newest"
    favourite = groups["favourite"]
    assert favourite["notifications_count"] == 2
    assert favourite["sample_account_ids"] == [await account_id(carol), await account_id(ben)]
    assert favourite["status_id"] == post["id"]
    assert "status_id" not in groups["follow"]
    assert {each["id"] for each in found["accounts"]} == set(favourite["sample_account_ids"])
    assert {each["id"] for each in found["statuses"]} == {post["id"], groups["mention"]["status_id"]}
    assert (await aoi.get(f"{GROUPS}/unread_count"))["count"] == 3
    apart = await aoi.get(GROUPS, [("grouped_types[]", "follow"), ("limit", 9)])
    assert [each["type"] for each in apart["notification_groups"]].count("favourite") == 2
    part = await aoi.get(GROUPS, {"limit": 3})
    assert [each["notifications_count"] for each in part["notification_groups"]] == [1, 2, 2], (
        "the whole group"
    )
    one = f"{GROUPS}/{favourite['group_key']}"
    assert (await aoi.get(one))["notification_groups"] == [favourite]
    assert [each["id"] for each in await aoi.get(f"{one}/accounts")] == favourite["sample_account_ids"]
    for answer in (
        await ben.http.get(one),
        await ben.http.get(f"{one}/accounts"),
        await ben.http.post(f"{one}/dismiss"),
        await aoi.http.get(f"{GROUPS}/nonsense"),
    ):
        assert answer.status_code == 404
    await aoi.post(f"{one}/dismiss")
    assert [each["type"] for each in await aoi.get(LIST)] == ["mention", "follow", "follow"]


async def test_the_policy_says_what_is_so_and_refuses_the_rest(aoi: Api) -> None:
    policy = await aoi.get(f"{GROUPS}/policy")
    assert (policy["for_not_following"], policy["summary"]["pending_requests_count"]) == ("accept", 0)
    same = await aoi.http.patch(f"{GROUPS}/policy", json={"for_not_following": "accept"})
    assert (same.status_code, same.json()) == (200, policy)
    assert (await aoi.http.patch(f"{GROUPS}/policy", json={"for_not_following": "filter"})).status_code == 422
    assert await aoi.get(f"{LIST}/requests") == []
    assert await aoi.get(f"{LIST}/requests/merged") == {"merged": True}
    assert (await aoi.http.get(f"{LIST}/requests/1")).status_code == 404
    assert (await aoi.http.post(f"{LIST}/requests/1/accept")).status_code == 404
    assert await aoi.post(f"{LIST}/requests/accept") == {}
    assert (await aoi.http.post(f"{LIST}/requests/dismiss", json={"id": ["1"]})).status_code == 404


async def test_markers_of_both_planes_never_reach_the_square(circled: Server) -> None:
    mei, ken = await friends(circled, "mei", "ken")
    post = await mei.square.say("in public")
    await ken.square.post(f"/api/v1/statuses/{post['id']}/favourite")
    voice = await mei.both.say("among us", visibility="private")
    await ken.circle.say("yes", in_reply_to_id=voice["id"], visibility="private")
    await settled(circled)
    newest = (await mei.both.get(LIST))[0]["id"]
    assert store_of(int(newest)) == "circle"
    closed = (await mei.circle.get(f"{LIST}/unread_count"))["count"]
    assert (await mei.both.get(f"{LIST}/unread_count"))["count"] == closed + 1
    read = {"home": {"last_read_id": voice["id"]}, "notifications": {"last_read_id": newest}}
    made = await mei.both.post(MARKERS, read)
    assert made["notifications"]["last_read_id"] == newest
    asked = [("timeline[]", "home"), ("timeline[]", "notifications")]
    assert await mei.both.get(MARKERS, asked) == made
    seen = await mei.square.get(MARKERS, asked)
    assert list(seen) == ["notifications"]
    assert store_of(int(seen["notifications"]["last_read_id"])) == "people"
    for token in (mei.both, mei.square, mei.circle):
        assert (await token.get(f"{LIST}/unread_count"))["count"] == 0
    groups = await mei.both.get(GROUPS)
    assert [each["type"] for each in groups["notification_groups"]][:2] == ["mention", "favourite"]
    key = groups["notification_groups"][0]["group_key"]
    assert (await mei.square.http.get(f"{GROUPS}/{key}")).status_code == 404
    await mei.both.post(f"{GROUPS}/{key}/dismiss")
    assert newest not in [each["id"] for each in await mei.circle.get(LIST)]


async def test_in_quiet_hours_nothing_rings_and_the_list_is_complete(
    server: Server, aoi: Api, ben: Api
) -> None:
    me = int(await account_id(aoi))
    people = server.stores.people
    person = await person_of_face(people.reads, "square", me)
    assert person is not None
    minute = SystemClock().now_ms() // 60_000 % DAY_MINUTES
    now = QuietTime("UTC", (minute - 60) % DAY_MINUTES, (minute + 60) % DAY_MINUTES)
    await people.write(lambda tx: quiet_queries.set_quiet_time(tx, person, now))
    stream = await Sse(server, "/api/v1/streaming/user/notification", aoi.token).opened()
    posts = [await aoi.say(str(number)) for number in range(2)]
    for post in posts:
        await ben.post(f"/api/v1/statuses/{post['id']}/favourite")
    await settled(server)
    assert await stream.quiet()
    held = await aoi.get(LIST)
    assert len(held) == 2
    await people.write(lambda tx: quiet_queries.set_quiet_time(tx, person, None))
    await ben.post(f"/api/v1/accounts/{me}/follow")
    assert (await stream.next()).data["type"] == "follow"
