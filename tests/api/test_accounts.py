"""Accounts: registering, profiles, looking up, following, searching."""

import pytest

from kizuna.wiring import Server
from tests.wire import PASSWORD, Api, app_token, join, new_app

pytestmark = pytest.mark.anyio


async def my_id(api: Api) -> str:
    return (await api.get("/api/v1/accounts/verify_credentials"))["id"]


async def test_a_new_account_is_usable_at_once(aoi: Api) -> None:
    mine = await aoi.get("/api/v1/accounts/verify_credentials")
    assert (mine["username"], mine["acct"], mine["url"]) == ("aoi", "aoi", "http://localhost:3000/@aoi")
    assert mine["source"]["privacy"] == "public"
    assert mine["avatar"].startswith("http://localhost:3000/")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": "a" * 31}, "username"),
        ({"username": "аdmin"}, "username"),
        ({"username": "admin"}, "username"),
        ({"username": "a-b"}, "username"),
        ({"username": ""}, "username"),
        ({"username": "ａｏｉ"}, "username"),
        ({"username": "aoi"}, "username"),
        ({"username": "AOI"}, "username"),
        ({"username": "a0i"}, "username"),
        ({"username": 5}, "username"),
        ({"password": "short"}, "password"),
        ({"password": "x" * 300}, "password"),
        ({"email": "nowhere"}, "email"),
        ({"agreement": False}, "agreement"),
    ],
)
@pytest.mark.usefixtures("still_aoi")
async def test_bad_registrations_name_their_field(
    still: Server, changes: dict[str, object], field: str
) -> None:
    app = Api(still, await app_token(still, await new_app(still)))
    body = {"username": "chika", "email": "c@example.com", "password": PASSWORD, "agreement": True}
    answer = await app.http.post("/api/v1/accounts", json={**body, **changes})
    assert answer.status_code == 422
    assert list(answer.json()["details"]) == [field]


async def test_only_an_app_registers_people(server: Server, aoi: Api) -> None:
    body = {"username": "chika", "email": "c@example.com", "password": PASSWORD, "agreement": True}
    assert (await Api(server).http.post("/api/v1/accounts", json=body)).status_code == 401
    assert (await aoi.http.post("/api/v1/accounts", json=body)).status_code == 403


async def test_a_profile_is_changed_in_part(aoi: Api) -> None:
    path = "/api/v1/accounts/update_credentials"
    changed = (await aoi.http.patch(path, data={"display_name": "葵"})).json()
    assert (changed["display_name"], changed["note"]) == ("葵", "")
    changed = (await aoi.http.patch(path, json={"note": 'It\'s "me" & <b>'})).json()
    assert changed["display_name"] == "葵"
    assert changed["source"]["note"] == 'It\'s "me" & <b>'
    assert "<b>" not in changed["note"]
    kept = {"source[privacy]": "public", "locked": "false", "fields_attributes[0][name]": ""}
    assert (await aoi.http.patch(path, data=kept)).status_code == 200
    for body in ({"locked": "true"}, {"source[privacy]": "private"}):
        assert (await aoi.http.patch(path, data=body)).status_code == 422
    lines = {"fields_attributes[0][name]": "Site", "fields_attributes[0][value]": "https://aoi.example <b>"}
    changed = (await aoi.http.patch(path, data={"bot": "1", "source[sensitive]": "true", **lines})).json()
    assert (changed["bot"], changed["source"]["sensitive"]) == (True, True)
    assert changed["source"]["fields"][0]["value"] == lines["fields_attributes[0][value]"]
    assert "<b>" not in changed["fields"][0]["value"]
    picture = await aoi.http.patch(path, files={"avatar": ("a.png", b"\x89PNG", "image/png")})
    assert picture.status_code == 422
    assert (await aoi.http.patch(path, json={"display_name": "x" * 31})).status_code == 422


async def test_accounts_are_looked_up_by_name(server: Server, aoi: Api) -> None:
    public = Api(server)
    account_id = await my_id(aoi)
    for acct in ("aoi", "@aoi", "AOI", "aoi@localhost:3000"):
        assert (await public.get("/api/v1/accounts/lookup", {"acct": acct}))["id"] == account_id
    for acct in ("ghost", "aoi@elsewhere.example", "", "аoi"):
        assert (await public.http.get("/api/v1/accounts/lookup", params={"acct": acct})).status_code == 404
    assert (await public.get(f"/api/v1/accounts/{account_id}"))["acct"] == "aoi"
    shown = await public.get("/api/v1/accounts", [("id[]", account_id), ("id[]", "5")])
    assert [each["id"] for each in shown] == [account_id]


async def test_following_shows_on_both_sides(server: Server, aoi: Api, ben: Api) -> None:
    ours, theirs = await my_id(aoi), await my_id(ben)
    relation = await aoi.post(f"/api/v1/accounts/{theirs}/follow", {"reblogs": True})
    assert (relation["id"], relation["following"], relation["followed_by"]) == (theirs, True, False)
    there = await ben.get("/api/v1/accounts/relationships", [("id[]", ours), ("id[]", ours), ("id[]", "5")])
    assert [(each["id"], each["following"], each["followed_by"]) for each in there] == [(ours, False, True)]
    assert [each["id"] for each in await ben.get("/api/v1/accounts/relationships", {"id": ours})] == [ours]
    public = Api(server)
    assert [each["acct"] for each in await public.get(f"/api/v1/accounts/{theirs}/followers")] == ["aoi"]
    assert [each["acct"] for each in await public.get(f"/api/v1/accounts/{ours}/following")] == ["ben"]
    assert (await aoi.http.post(f"/api/v1/accounts/{ours}/follow")).status_code == 403
    assert (await aoi.http.post("/api/v1/accounts/5/follow")).status_code == 404
    back = await aoi.post(f"/api/v1/accounts/{theirs}/unfollow")
    assert back["following"] is False


async def test_what_an_account_posts_can_be_narrowed(server: Server, aoi: Api, ben: Api) -> None:
    ours = await my_id(aoi)
    plain = await aoi.say("plain #tea")
    other = await ben.say("ben's")
    reply = await aoi.say("reply", in_reply_to_id=other["id"])
    boost = await aoi.post(f"/api/v1/statuses/{other['id']}/reblog")
    public, path = Api(server), f"/api/v1/accounts/{ours}/statuses"
    everything = [boost["id"], reply["id"], plain["id"]]
    for params, ids in (
        ({}, everything),
        ({"exclude_replies": "true"}, [boost["id"], plain["id"]]),
        ({"exclude_reblogs": "1"}, [reply["id"], plain["id"]]),
        ({"only_media": "true"}, []),
        ({"pinned": "true"}, []),
        ({"tagged": "TEA"}, [plain["id"]]),
    ):
        assert [each["id"] for each in await public.get(path, params)] == ids, params


async def test_search_finds_people_tags_and_addresses(server: Server, aoi: Api) -> None:
    await join(server, "aoba")
    status = await aoi.say("#tea #teapot #coffee")
    found = await aoi.get("/api/v2/search", {"q": "@ao", "resolve": "true"})
    assert [each["acct"] for each in found["accounts"]] == ["aoba", "aoi"]
    assert [each["acct"] for each in await aoi.get("/api/v1/accounts/search", {"q": "aoi"})] == ["aoi"]
    found = await Api(server).get("/api/v2/search", {"q": "#tea", "type": "hashtags"})
    assert [each["name"] for each in found["hashtags"]] == ["tea", "teapot"]
    found = await aoi.get("/api/v2/search", {"q": status["url"], "resolve": "true", "type": "statuses"})
    assert [each["id"] for each in found["statuses"]] == [status["id"]]
    found = await aoi.get("/api/v2/search", {"q": "http://localhost:3000/@aoi"})
    assert [each["acct"] for each in found["accounts"]] == ["aoi"]
    for nothing in (
        "https://elsewhere.example/@aoi",
        "http://localhost:3000/@aoi/999",
        "@aoi@elsewhere.example",
    ):
        assert not any((await aoi.get("/api/v2/search", {"q": nothing})).values()), nothing
