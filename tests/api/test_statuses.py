"""Writing, reading, answering, favouring, boosting, deleting, as clients do it."""

import re

import pytest

from kizuna.wiring import Server
from tests.wire import Api

pytestmark = pytest.mark.anyio


async def test_a_status_has_what_strict_clients_need(aoi: Api) -> None:
    status = await aoi.say("こんにちは #絆 from @aoi", language="ja", spoiler_text="", visibility="public")
    needed = (
        "id account content created_at emojis reblogs_count favourites_count replies_count sensitive spoiler_text "
        "visibility media_attachments mentions tags application"
    )
    assert all(status[name] is not None for name in needed.split())
    assert all(
        status["account"][name] is not None
        for name in ["id", "username", "acct", "url", "avatar", "note", "bot", "emojis"]
    )
    assert re.fullmatch(r"http://localhost:3000/@aoi/\d+", status["url"])
    assert status["url"].endswith(status["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", status["created_at"])
    assert status["application"] == {"name": "Testbird", "website": "https://bird.example"}
    assert [tag["name"] for tag in status["tags"]] == ["絆"]
    assert [mention["acct"] for mention in status["mentions"]] == ["aoi"]


async def test_a_thread_holds_together(server: Server, aoi: Api, ben: Api) -> None:
    root = await aoi.say("root")
    reply = await ben.say("reply", in_reply_to_id=root["id"])
    leaf = await aoi.say("leaf", in_reply_to_id=reply["id"])
    around = await Api(server).get(f"/api/v1/statuses/{reply['id']}/context")
    assert [each["id"] for each in around["ancestors"]] == [root["id"]]
    assert [each["id"] for each in around["descendants"]] == [leaf["id"]]
    assert (await ben.get(f"/api/v1/statuses/{root['id']}"))["replies_count"] == 1


async def test_boosting_wraps_and_unboosting_answers_the_original(aoi: Api, ben: Api) -> None:
    status = await aoi.say("worth it")
    boost = await ben.post(f"/api/v1/statuses/{status['id']}/reblog")
    assert boost["id"] != status["id"]
    assert boost["reblog"]["id"] == status["id"]
    assert boost["reblog"]["reblogged"]
    again = await ben.post(f"/api/v1/statuses/{boost['id']}/reblog")
    assert again["id"] == boost["id"]
    who = await aoi.get(f"/api/v1/statuses/{status['id']}/reblogged_by")
    assert [each["acct"] for each in who] == ["ben"]
    back = await ben.post(f"/api/v1/statuses/{status['id']}/unreblog")
    assert (back["id"], back["reblog"], back["reblogged"], back["reblogs_count"]) == (
        status["id"],
        None,
        False,
        0,
    )


async def test_favouring_twice_counts_once(aoi: Api, ben: Api) -> None:
    status = await aoi.say("a heart")
    await ben.post(f"/api/v1/statuses/{status['id']}/favourite")
    seen = await ben.post(f"/api/v1/statuses/{status['id']}/favourite")
    assert (seen["favourited"], seen["favourites_count"]) == (True, 1)
    assert not (await aoi.get(f"/api/v1/statuses/{status['id']}"))["favourited"]
    who = await aoi.get(f"/api/v1/statuses/{status['id']}/favourited_by")
    assert [each["acct"] for each in who] == ["ben"]
    seen = await ben.post(f"/api/v1/statuses/{status['id']}/unfavourite")
    assert (seen["favourited"], seen["favourites_count"]) == (False, 0)


async def test_deleting_answers_the_source_and_then_it_is_gone(server: Server, aoi: Api, ben: Api) -> None:
    status = await aoi.say("oops <b>")
    path = f"/api/v1/statuses/{status['id']}"
    assert (await ben.http.delete(path)).status_code == 404
    assert (await aoi.get(f"{path}/source"))["text"] == "oops <b>"
    assert (await aoi.delete(path))["text"] == "oops <b>"
    for caller in (Api(server), aoi, ben):
        gone = await caller.http.get(path)
        assert (gone.status_code, gone.json()) == (404, {"error": "Record not found"})
    assert (await aoi.http.delete(path)).status_code == 404


async def test_a_repeat_with_the_same_key_makes_one_status(aoi: Api) -> None:
    first = await aoi.post("/api/v1/statuses", {"status": "once"}, Idempotency_Key="k1")
    again = await aoi.http.post(
        "/api/v1/statuses", data={"status": "once"}, headers={"Idempotency-Key": "k1"}
    )
    assert again.json()["id"] == first["id"]
    other = await aoi.http.post(
        "/api/v1/statuses", json={"status": "twice"}, headers={"Idempotency-Key": "k1"}
    )
    assert other.status_code == 422
    assert len(await aoi.get("/api/v1/timelines/home")) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"visibility": "private"}, "visibility"),
        ({"visibility": "direct"}, "visibility"),
        ({"visibility": "everybody"}, "visibility"),
        ({"media_ids": ["1"]}, "media_ids"),
        ({"poll": {"options": ["a", "b"], "expires_in": 60}}, "poll"),
        ({"scheduled_at": "2030-01-01T00:00:00Z"}, "scheduled_at"),
        ({"quoted_status_id": "1"}, "quoted_status_id"),
        ({"language": "klingon!"}, "language"),
        ({"status": "   "}, "status"),
    ],
)
async def test_what_cannot_be_kept_is_refused(still_aoi: Api, body: dict[str, object], field: str) -> None:
    answer = await still_aoi.http.post("/api/v1/statuses", json={"status": "x", **body})
    assert answer.status_code == 422
    assert list(answer.json()["details"]) == [field]
    assert len(await still_aoi.get("/api/v1/timelines/home")) == 3


async def test_several_statuses_at_once(server: Server, aoi: Api) -> None:
    one, two = await aoi.say("one"), await aoi.say("two")
    ids = [("id[]", two["id"]), ("id[]", one["id"]), ("id[]", "77"), ("id[]", "-1")]
    shown = await Api(server).get("/api/v1/statuses", ids)
    assert [each["id"] for each in shown] == [two["id"], one["id"]]
