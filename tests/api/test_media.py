"""Pictures through the client API: staging, describing, attaching once, and what a client is told of them."""

import asyncio
import errno
import os
from dataclasses import replace
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa

from kizuna.ground.errors import Invalid
from kizuna.jobs.duties import Duty
from kizuna.media import actions
from kizuna.media.tables import UPLOAD
from kizuna.media.tasks import EXPIRE, expiring
from kizuna.square.actions import post
from kizuna.square.models import Draft
from kizuna.wiring import Server
from tests.media.corpus import GPS, SECRET, marked, plain, refused
from tests.wire import PASSWORD, Api, new_app

pytestmark = pytest.mark.anyio


async def upload(who: Api, content: bytes | None = None, **fields: str) -> httpx2.Response:
    """Send a picture as clients do."""
    files = {"file": ("a.jpg", content or plain(), "image/jpeg")}
    return await who.http.post("/api/v2/media", files=files, data=fields)


async def staged(who: Api, **fields: str) -> Any:
    answer = await upload(who, None, **fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_picture_is_staged_described_and_attached(aoi: Api, ben: Api, server: Server) -> None:
    made = await staged(aoi, description="A harbour", focus="-0.5,0.25")
    assert made["type"] == "image"
    assert made["description"] == "A harbour"
    assert made["meta"]["focus"] == {"x": -0.5, "y": 0.25}
    assert made["meta"]["original"] == {"width": 60, "height": 40, "size": "60x40", "aspect": 1.5}
    assert len(made["blurhash"]) == 28
    preview = await Api(server).http.get(made["preview_url"])
    assert preview.status_code == 200
    assert preview.headers["cache-control"] == "private, no-store"

    path = f"/api/v1/media/{made['id']}"
    changed = await aoi.http.put(path, json={"description": "A harbour at night"})
    assert changed.json()["description"] == "A harbour at night"
    assert changed.json()["meta"]["focus"] == {"x": -0.5, "y": 0.25}
    assert [(await ben.http.request(verb, path)).status_code for verb in ("GET", "PUT", "DELETE")] == [
        404
    ] * 3

    post = await aoi.say("", media_ids=[made["id"]])
    shown = post["media_attachments"][0]
    assert shown["description"] == "A harbour at night"
    assert shown["id"] != made["id"]
    answer = await Api(server).http.get(shown["url"])
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert (await ben.get(f"/api/v1/statuses/{post['id']}"))["media_attachments"] == [shown]
    assert (await Api(server).http.get(made["preview_url"])).status_code == 404
    assert (await aoi.http.get(path)).status_code == 404


async def test_uploads_that_are_not_there_for_somebody_are_refused_alike(aoi: Api, ben: Api) -> None:
    mine, used, gone = [(await staged(aoi))["id"] for _ in range(3)]
    await aoi.say("used", media_ids=[used])
    assert (await aoi.http.delete(f"/api/v1/media/{gone}")).status_code == 200
    bodies = {"used": used, "gone": gone, "never": "123", "no id": "../1"}
    answers = [
        await aoi.http.post("/api/v1/statuses", json={"status": "x", "media_ids": [one]})
        for one in bodies.values()
    ]
    answers.append(await ben.http.post("/api/v1/statuses", json={"status": "x", "media_ids": [mine]}))
    assert {(each.status_code, each.content) for each in answers} == {(422, answers[0].content)}
    both = await aoi.http.post("/api/v1/statuses", json={"status": "x", "media_ids": [mine, used]})
    assert both.status_code == 422
    assert len((await aoi.say("mine is free again", media_ids=[mine]))["media_attachments"]) == 1


async def test_a_refused_post_gives_its_pictures_back_and_a_repeat_has_them_once(aoi: Api) -> None:
    one = (await staged(aoi))["id"]
    refused_post = {"status": "x" * 501, "media_ids": [one]}
    assert (await aoi.http.post("/api/v1/statuses", json=refused_post)).status_code == 422
    gone = {"status": "x", "media_ids": [one], "in_reply_to_id": "1"}
    assert (await aoi.http.post("/api/v1/statuses", json=gone)).status_code == 404
    first = await aoi.post("/api/v1/statuses", {"status": "x", "media_ids": [one]}, Idempotency_Key="k")
    again = await aoi.post("/api/v1/statuses", {"status": "x", "media_ids": [one]}, Idempotency_Key="k")
    assert first["id"] == again["id"]
    assert len(again["media_attachments"]) == 1
    five = [(await staged(aoi))["id"] for _ in range(5)]
    assert (await aoi.http.post("/api/v1/statuses", json={"media_ids": five})).status_code == 422


async def test_pictures_stand_in_the_order_that_was_asked_for(aoi: Api) -> None:
    made = [await staged(aoi, description=f"number {n}") for n in range(4)]
    asked = [made[n] for n in (2, 0, 3, 1)]
    post = await aoi.say("four", media_ids=[each["id"] for each in asked])
    shown = [each["description"] for each in post["media_attachments"]]
    assert shown == [each["description"] for each in asked]


async def test_of_two_posts_at_once_one_gets_the_picture(aoi: Api) -> None:
    one = (await staged(aoi))["id"]
    bodies = [{"status": text, "media_ids": [one]} for text in ("a", "b")]
    answers = await asyncio.gather(*[aoi.http.post("/api/v1/statuses", json=body) for body in bodies])
    assert sorted(each.status_code for each in answers) == [200, 422]


async def test_what_is_no_picture_is_refused(aoi: Api) -> None:
    for content in (refused()["svg"], refused()["cut off"]):
        assert (await upload(aoi, content)).status_code == 422
    assert (await aoi.http.post("/api/v2/media", json={})).status_code == 422
    assert (await upload(aoi, description="x" * 1501)).status_code == 422
    assert [(await upload(aoi, focus=each)).status_code for each in ("2,0", "0", "a,b", "nan,0")] == [422] * 4
    large = await upload(aoi, plain() + b"\0" * (33 * 1024 * 1024))
    assert large.status_code == 413


async def test_only_who_is_signed_in_may_send_much(server: Server) -> None:
    answer = await upload(Api(server), plain() + b"\0" * 300_000)
    assert answer.status_code == 413


async def test_lists_of_what_has_pictures(aoi: Api, ben: Api) -> None:
    me = (await aoi.get("/api/v1/accounts/verify_credentials"))["id"]
    await aoi.say("no picture #harbour")
    seen = await aoi.say("picture #harbour", media_ids=[(await staged(aoi))["id"]])
    other = await ben.say("another", media_ids=[(await staged(ben))["id"], (await staged(ben))["id"]])
    await aoi.post(f"/api/v1/statuses/{other['id']}/reblog")
    for path, ids in (
        (f"/api/v1/accounts/{me}/statuses", [seen["id"]]),
        ("/api/v1/timelines/public", [other["id"], seen["id"]]),
        ("/api/v1/timelines/tag/harbour", [seen["id"]]),
    ):
        assert [each["id"] for each in await aoi.get(path, {"only_media": "true"})] == ids, path


async def test_avatar_and_header(aoi: Api, server: Server) -> None:
    files = {"avatar": ("a.png", plain("PNG"), "image/png"), "header": ("h.jpg", plain(), "image/jpeg")}
    answer = await aoi.http.patch(
        "/api/v1/accounts/update_credentials", files=files, data={"display_name": "Aoi"}
    )
    assert answer.status_code == 200, answer.text
    first = answer.json()
    assert first["display_name"] == "Aoi"
    for each in (first["avatar"], first["header"], first["avatar_static"]):
        assert (await Api(server).http.get(each)).status_code == 200
    assert (await aoi.say("hello"))["account"]["avatar"] == first["avatar"]
    empty = {"avatar": ("", b"", "application/octet-stream")}
    kept = await aoi.http.patch("/api/v1/accounts/update_credentials", files=empty)
    assert kept.json()["avatar"] == first["avatar"]
    too_long = await aoi.http.patch(
        "/api/v1/accounts/update_credentials", data={"note": "n" * 501}, files={"avatar": files["header"]}
    )
    assert too_long.status_code == 422
    assert (await aoi.get("/api/v1/accounts/verify_credentials"))["avatar"] == first["avatar"]
    none = await aoi.delete("/api/v1/profile/avatar")
    assert none["avatar"].endswith("/static/avatar.svg")
    assert none["header"] == first["header"]
    assert (await aoi.delete("/api/v1/profile/header"))["header"].endswith("/static/header.svg")
    await settled(server, first["avatar"])
    wrong = await aoi.http.patch("/api/v1/accounts/update_credentials", json={"avatar": "data:x"})
    assert wrong.status_code == 422


async def test_files_go_with_their_post_and_uploads_after_a_day(aoi: Api, server: Server) -> None:
    post = await aoi.say("x", media_ids=[(await staged(aoi))["id"]])
    url = post["media_attachments"][0]["url"]
    await aoi.delete(f"/api/v1/statuses/{post['id']}")
    await settled(server, url)
    left = await staged(aoi)
    await expiring(server.parts.media).handle(Duty(1, EXPIRE, b"{}", 1))
    assert (await Api(server).http.get(left["url"])).status_code == 200


async def settled(server: Server, url: str) -> None:
    """Wait until a file is gone."""
    for _ in range(400):
        if (await Api(server).http.get(url)).status_code == 404:
            return
        await server.ports.clock.sleep(0.05)
    raise AssertionError("the file stands")


async def test_a_server_says_what_it_takes(server: Server) -> None:
    limits = (await Api(server).get("/api/v2/instance"))["configuration"]["media_attachments"]
    assert limits["image_size_limit"] == 16 * 1024 * 1024
    assert "image/avif" in limits["supported_mime_types"]


async def test_parts_of_a_file(aoi: Api, server: Server) -> None:
    post = await aoi.say("x", media_ids=[(await staged(aoi))["id"]])
    url, reader = post["media_attachments"][0]["url"], Api(server).http
    whole = (await reader.get(url)).content
    for asked, answer, content in (
        ("bytes=0-9", "0-9", whole[:10]),
        ("bytes=10-", f"10-{len(whole) - 1}", whole[10:]),
        ("bytes=-5", f"{len(whole) - 5}-{len(whole) - 1}", whole[-5:]),
        ("bytes=0-999999999", f"0-{len(whole) - 1}", whole),
    ):
        part = await reader.get(url, headers={"Range": asked})
        assert part.status_code == 206, asked
        assert part.headers["content-range"] == f"bytes {answer}/{len(whole)}"
        assert part.content == content
    for asked in (f"bytes={len(whole)}-", "bytes=-0"):
        none = await reader.get(url, headers={"Range": asked})
        assert (none.status_code, none.headers["content-range"]) == (416, f"bytes */{len(whole)}")
    for asked in ("bytes=0-1,3-4", "lines=1-2", "bytes=5-2", "bytes=-", "bytes=a-b"):
        assert (await reader.get(url, headers={"Range": asked})).status_code == 200
    stale = await reader.get(url, headers={"Range": "bytes=0-1", "If-Range": '"other"'})
    assert stale.status_code == 200
    head = await reader.head(url)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole))
    for odd in ("0" * 40, "../circle", "a"):
        assert (await reader.get(f"/media/{odd}/small.jpg")).status_code == 404


async def test_a_token_without_the_scope_uploads_nothing(aoi: Api, server: Server) -> None:
    assert (await Api(server).http.post("/api/v2/media")).status_code == 401
    app = await new_app(server)
    asked = {
        "grant_type": "password",
        "username": "aoi",
        "password": PASSWORD,
        "scope": "read write:statuses",
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
    }
    narrow = Api(server, (await Api(server).post("/oauth/token", asked))["access_token"])
    made = (await staged(aoi))["id"]
    answers = [await upload(narrow), await narrow.http.get(f"/api/v1/media/{made}")]
    answers += [await narrow.http.request(verb, f"/api/v1/media/{made}") for verb in ("PUT", "DELETE")]
    assert [each.status_code for each in answers] == [403] * 4


async def test_what_is_served_has_nothing_of_what_was_sent(aoi: Api, server: Server) -> None:
    for name, sent in marked().items():
        post = await aoi.say("x", media_ids=[(await upload(aoi, sent)).json()["id"]])
        for address in ("url", "preview_url"):
            content = (await Api(server).http.get(post["media_attachments"][0][address])).content
            assert SECRET not in content, name
            assert GPS not in content, name
    directory = server.config.data / "files"
    kept = [path for path in directory.rglob("*") if path.is_file()]
    assert len(kept) == 2 * len(marked())
    assert not [path for path in kept if SECRET in path.read_bytes()]


async def test_bodies_that_end_too_early_are_refused_and_leave_nothing(aoi: Api, server: Server) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    whole = head + plain() + b"\r\n--x--\r\n"
    assert (await aoi.http.post("/api/v2/media", content=whole, headers=kind)).status_code == 200
    for cut in (b"", head, whole[:-8], whole[: len(head) + 300], head + b"\r\n--x--\r\n"):
        answer = await aoi.http.post("/api/v2/media", content=cut, headers=kind)
        assert answer.status_code in (400, 422), (len(cut), answer.text)
    assert len(list(server.parts.media.staged.list())) == 2


async def test_a_full_disk_is_told_and_nothing_stays(
    aoi: Api, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert (await upload(aoi)).status_code == 503
    monkeypatch.undo()
    assert not list(server.parts.media.staged.list())
    assert (await upload(aoi)).status_code == 200


async def test_an_edit_keeps_adds_orders_describes_and_takes_out(aoi: Api, ben: Api, server: Server) -> None:
    first, second = [await staged(aoi, description=text) for text in ("first", "second")]
    post = await aoi.say("two", media_ids=[first["id"], second["id"]])
    path = f"/api/v1/statuses/{post['id']}"
    one, two = post["media_attachments"]

    async def change(**body: Any) -> Any:
        answer = await aoi.http.put(path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    assert (await change(status="two, reworded"))["media_attachments"] == [one, two], "left out, they stay"
    again = await change(media_ids=[two["id"], one["id"]])
    assert [each["url"] for each in again["media_attachments"]] == [two["url"], one["url"]]
    told = await change(media_attributes=[{"id": one["id"], "description": "told", "focus": "0.5,0.5"}])
    assert [each["description"] for each in told["media_attachments"]] == ["second", "told"]
    assert told["media_attachments"][1]["meta"]["focus"] == {"x": 0.5, "y": 0.5}
    third = await staged(aoi, description="third")
    foreign = await staged(ben)
    for wrong in ([foreign["id"]], ["1"], [third["id"], foreign["id"]], [one["id"]] * 2 + ["9"] * 4):
        assert (await aoi.http.put(path, json={"media_ids": wrong})).status_code == 422
    assert (await ben.http.put(path, json={"media_ids": [foreign["id"]]})).status_code == 404
    grown = await change(media_ids=[third["id"], one["id"]])
    assert [each["description"] for each in grown["media_attachments"]] == ["third", "told"]
    assert (await ben.get(path))["media_attachments"] == grown["media_attachments"]
    await settled(server, two["url"])
    assert (await Api(server).http.get(one["url"])).status_code == 200

    blank = await change(status="")
    assert len(blank["media_attachments"]) == 2
    assert (await aoi.http.put(path, json={"media_ids": []})).status_code == 422, "nothing would be left"
    assert (await change(status="words", media_ids=[]))["media_attachments"] == []
    history = await ben.get(f"{path}/history")
    assert [len(each["media_attachments"]) for each in history] == [0] * len(history), "taken out is gone"
    await settled(server, one["url"])


async def test_the_history_tells_what_was_said_about_pictures(aoi: Api) -> None:
    post = await aoi.say("x", media_ids=[(await staged(aoi, description="before"))["id"]])
    picture = post["media_attachments"][0]
    words = [{"id": picture["id"], "description": "after"}]
    path = f"/api/v1/statuses/{post['id']}"
    assert (await aoi.http.put(path, json={"media_attributes": words})).status_code == 200
    history = await aoi.get(f"{path}/history")
    said = [[each["description"] for each in version["media_attachments"]] for version in history]
    assert said == [["before"], ["after"]]
    assert (await aoi.http.put(path, json={"media_attributes": words})).status_code == 200
    assert len(await aoi.get(f"{path}/history")) == 2, "the same again is no edit"


async def test_only_so_many_may_wait(aoi: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_STAGED", 2)
    first = await staged(aoi)
    await staged(aoi)
    full = await upload(aoi)
    assert (full.status_code, "wait to be attached" in full.text) == (422, True)
    assert (await aoi.http.delete(f"/api/v1/media/{first['id']}")).status_code == 200
    await staged(aoi)


async def test_unwelcome_words_are_found_in_descriptions(aoi: Api, server: Server) -> None:
    one = (await staged(aoi, description="an ugly word"))["id"]
    me = int((await aoi.get("/api/v1/accounts/verify_credentials"))["id"])

    async def check(*written: str) -> None:
        if any("ugly" in text for text in written):
            raise Invalid("This contains a word that is not welcome here.", field="status")

    strict = replace(server.parts.square, check_words=check)
    person = await server.stores.people.reads.scalar(sa.select(UPLOAD.c.person_id))
    chosen = actions.Chosen(server.parts.media, person, (int(one),))
    with pytest.raises(Invalid):
        await post(strict, me, Draft(text="a picture"), None, chosen)
    assert (await aoi.http.get(f"/api/v1/media/{one}")).status_code == 200, "it is free again"
