"""Timelines and their pages."""

import re

import pytest

from kizuna.wiring import Server
from tests.wire import Api

pytestmark = pytest.mark.anyio


async def test_home_public_and_tag(server: Server, aoi: Api, ben: Api) -> None:
    mine = await aoi.say("mine")
    theirs = await ben.say("theirs #Tea")
    unlisted = await ben.say("quiet #tea", visibility="unlisted")
    public = Api(server)

    async def ids(api: Api, path: str) -> list[str]:
        return [each["id"] for each in await api.get(path)]

    assert await ids(aoi, "/api/v1/timelines/home") == [mine["id"]]
    account = (await ben.get("/api/v1/accounts/verify_credentials"))["id"]
    await aoi.post(f"/api/v1/accounts/{account}/follow")
    assert await ids(aoi, "/api/v1/timelines/home") == [unlisted["id"], theirs["id"], mine["id"]]
    for path in ("/api/v1/timelines/public", "/api/v1/timelines/public?local=true"):
        assert await ids(public, path) == [theirs["id"], mine["id"]]
    assert await ids(public, "/api/v1/timelines/public?remote=true") == []
    for tag in ("tea", "TEA", "%EF%BC%B4ea"):
        assert await ids(public, f"/api/v1/timelines/tag/{tag}") == [theirs["id"]]


async def test_flags_are_the_viewers_own(server: Server, aoi: Api, ben: Api) -> None:
    status = await aoi.say("flag")
    await ben.post(f"/api/v1/statuses/{status['id']}/favourite")
    for api, flag in ((aoi, False), (ben, True), (Api(server), False)):
        shown = await api.get("/api/v1/timelines/public")
        assert (shown[0]["favourited"], shown[0]["favourites_count"]) == (flag, 1)
    assert not (await aoi.get("/api/v1/timelines/home"))[0]["favourited"]


@pytest.mark.parametrize(
    "path", ["/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v1/timelines/tag/n"]
)
async def test_pages_are_followed_by_their_link(aoi: Api, path: str) -> None:
    made = [(await aoi.say(f"{number} #n"))["id"] for number in range(5)]
    seen: list[str] = []
    url, link = f"{path}?limit=2", ""
    while url:
        answer = await aoi.http.get(url)
        seen += [each["id"] for each in answer.json()]
        link = answer.headers["link"]
        following = re.match(r'<(http://localhost:3000[^>,]+limit=2[^>,]*)>; rel="next"', link)
        url = following[1] if following else ""
    assert seen == made[::-1]
    newer = re.search(r'<([^>,]+)>; rel="prev"', link)
    assert newer is not None
    assert [each["id"] for each in await aoi.get(newer[1])] == [made[2], made[1]]


async def test_an_empty_page_has_no_link(aoi: Api) -> None:
    answer = await aoi.http.get("/api/v1/timelines/home")
    assert (answer.json(), "link" in answer.headers) == ([], False)


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({"limit": "1000"}, 3),
        ({"max_id": "9223372036854775807"}, 3),
        ({"max_id": "99999999999999999999"}, 3),
        ({"since_id": "0"}, 3),
        ({"min_id": ""}, 3),
        ({"min_id": "99999999999999999"}, 3),
        ({"since_id": "9223372036854775807"}, 0),
        ({"unknown": "x"}, 3),
    ],
)
async def test_cursors_need_not_exist(still_aoi: Api, params: dict[str, str], count: int) -> None:
    assert len(await still_aoi.get("/api/v1/timelines/home", params)) == count
    assert len(await still_aoi.get("/api/v1/timelines/public", params)) == count
