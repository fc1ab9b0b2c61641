"""Editing, and what one keeps for oneself on the square: through the wire, as clients do it."""

import pytest

from tests.wire import Api

pytestmark = pytest.mark.anyio


async def account_id(api: Api) -> str:
    return (await api.get("/api/v1/accounts/verify_credentials"))["id"]


async def seen(api: Api, path: str = "/api/v1/timelines/home") -> list[str]:
    return [each["id"] for each in await api.get(path)]


async def test_an_edit_keeps_what_was_said_before(aoi: Api, ben: Api) -> None:
    said = await aoi.say("Snow at noon #weather")
    path = f"/api/v1/statuses/{said['id']}"
    edited = await aoi.http.put(path, json={"status": "Rain at noon #forecast", "spoiler_text": "Weather"})
    assert edited.status_code == 200, edited.text
    assert edited.json()["edited_at"]
    assert [tag["name"] for tag in edited.json()["tags"]] == ["forecast"]
    history = await ben.get(f"{path}/history")
    assert ["Snow" in history[0]["content"], "Rain" in history[-1]["content"]] == [True, True]
    assert (await ben.get(path))["spoiler_text"] == "Weather"
    assert (await ben.http.put(path, json={"status": "Mine now"})).status_code == 404
    assert await seen(ben, "/api/v1/timelines/tag/weather") == []
    await aoi.delete(path)
    assert (await ben.http.get(f"{path}/history")).status_code == 404


async def test_bookmarks_are_ordered_by_when_they_were_made(aoi: Api, ben: Api) -> None:
    first, second = await aoi.say("First"), await aoi.say("Second")
    for status in (second, first):
        assert (await ben.post(f"/api/v1/statuses/{status['id']}/bookmark"))["bookmarked"] is True
    await ben.post(f"/api/v1/statuses/{first['id']}/bookmark")
    assert await seen(ben, "/api/v1/bookmarks") == [first["id"], second["id"]]
    assert await seen(aoi, "/api/v1/bookmarks") == []
    page = await ben.http.get("/api/v1/bookmarks", params={"limit": 1})
    assert "max_id=" in page.headers["link"]
    assert (await ben.post(f"/api/v1/statuses/{first['id']}/unbookmark"))["bookmarked"] is False
    assert await seen(ben, "/api/v1/bookmarks") == [second["id"]]


async def test_a_block_ends_follows_and_hides_both_ways(aoi: Api, ben: Api) -> None:
    a, b = await account_id(aoi), await account_id(ben)
    await aoi.post(f"/api/v1/accounts/{b}/follow")
    await ben.post(f"/api/v1/accounts/{a}/follow")
    said = await aoi.say("Not for Ben any more")
    assert said["id"] in await seen(ben)
    blocked = await aoi.post(f"/api/v1/accounts/{b}/block")
    assert (blocked["blocking"], blocked["following"]) == (True, False)
    assert said["id"] not in await seen(ben)
    assert said["id"] not in await seen(ben, "/api/v1/timelines/public")
    for verb in ("favourite", "reblog", "bookmark"):
        assert (await ben.http.post(f"/api/v1/statuses/{said['id']}/{verb}")).status_code == 404, verb
    assert (await ben.http.post(f"/api/v1/accounts/{a}/follow")).status_code in (403, 404)
    reply = {"status": "Hello?", "in_reply_to_id": said["id"]}
    assert (await ben.http.post("/api/v1/statuses", json=reply)).status_code == 404
    assert [each["id"] for each in await aoi.get("/api/v1/blocks")] == [b]
    assert await ben.get("/api/v1/blocks") == []
    await aoi.post(f"/api/v1/accounts/{b}/unblock")
    assert said["id"] in await seen(ben, "/api/v1/timelines/public")


async def test_a_mute_hides_for_oneself_alone(aoi: Api, ben: Api) -> None:
    a = await account_id(aoi)
    await ben.post(f"/api/v1/accounts/{a}/follow")
    said = await aoi.say("Loud")
    muted = await ben.post(f"/api/v1/accounts/{a}/mute", {"duration": 3600})
    assert (muted["muting"], muted["following"]) == (True, True)
    assert said["id"] not in await seen(ben)
    assert [each["id"] for each in await ben.get("/api/v1/mutes")] == [a]
    assert said["id"] in await seen(aoi)
    await ben.post(f"/api/v1/accounts/{a}/unmute")
    assert said["id"] in await seen(ben)


async def test_pins_come_first_and_are_ones_own(aoi: Api, ben: Api) -> None:
    a = await account_id(aoi)
    said = await aoi.say("Who I am")
    await aoi.say("Later")
    assert (await aoi.post(f"/api/v1/statuses/{said['id']}/pin"))["pinned"] is True
    assert await seen(ben, f"/api/v1/accounts/{a}/statuses?pinned=true") == [said["id"]]
    assert (await ben.http.post(f"/api/v1/statuses/{said['id']}/pin")).status_code in (404, 422)
    await aoi.post(f"/api/v1/statuses/{said['id']}/unpin")
    assert await seen(ben, f"/api/v1/accounts/{a}/statuses?pinned=true") == []


async def test_a_followed_tag_brings_its_posts_home(aoi: Api, ben: Api) -> None:
    assert (await ben.post("/api/v1/tags/雪/follow"))["following"] is True
    said = await aoi.say("今日の #雪")
    assert said["id"] in await seen(ben)
    assert [tag["name"] for tag in await ben.get("/api/v1/followed_tags")] == ["雪"]
    await ben.post("/api/v1/tags/雪/unfollow")
    assert said["id"] not in await seen(ben)


async def test_tags_can_be_asked_for_together(aoi: Api) -> None:
    one, both = await aoi.say("#tea"), await aoi.say("#tea #cake")
    path = "/api/v1/timelines/tag/tea"
    assert await seen(aoi, f"{path}?all[]=cake") == [both["id"]]
    assert await seen(aoi, f"{path}?none[]=cake") == [one["id"]]
    assert await seen(aoi, "/api/v1/timelines/tag/cake?any[]=tea") == [both["id"], one["id"]]


async def test_a_marker_keeps_how_far_one_has_read(aoi: Api, ben: Api) -> None:
    said = await aoi.say("Here")
    made = await aoi.post("/api/v1/markers", {"home": {"last_read_id": said["id"]}})
    assert made["home"]["last_read_id"] == said["id"]
    assert (await aoi.get("/api/v1/markers", [("timeline[]", "home")]))["home"]["last_read_id"] == said["id"]
    assert await ben.get("/api/v1/markers", [("timeline[]", "home")]) == {}
