"""Whatever is sent: the right 4xx as JSON, and not one row written."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from kizuna.doors.bodies import BODY_LIMIT
from kizuna.store.schema import METADATA
from kizuna.store.tables import OUTBOX
from kizuna.wiring import Server
from tests.wire import Api

pytestmark = pytest.mark.anyio
POST = "/api/v1/statuses"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
MULTI = {"Content-Type": "multipart/form-data; boundary=X"}


async def rows(server: Server) -> dict[str, int]:
    """How many rows every table of the server holds, once what happened before is delivered."""
    for _ in range(1000):
        left = [
            await store.reads.scalar(sa.select(OUTBOX[store.name].c.id)) for store in server.stores.each()
        ]
        if left == [None] * 4:
            break
        await asyncio.sleep(0.01)
    counted: dict[str, int] = {}
    for store in server.stores.each():
        for table in METADATA[store.name].tables.values():
            found = await store.reads.scalar(sa.select(sa.func.count()).select_from(table))
            counted[f"{store.name}.{table.name}"] = found
    return counted


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (JSON, b'{"status": "' + b"x" * BODY_LIMIT + b'"}', 413),
        (JSON, b'{"status": "broken', 400),
        (JSON, b'["status"]', 400),
        (JSON, b'{"status": "\xff\xfe"}', 400),
        (JSON, b'{"status": "\\ud83d"}', 400),
        (JSON, b'{"status": "a\\u0000b"}', 422),
        (JSON, b'{"status": 7}', 422),
        (JSON, b'{"status": {"a": "b"}}', 422),
        (JSON, b'{"status": null}', 422),
        (JSON, b'{"status": "x", "sensitive": "maybe"}', 422),
        (JSON, b'{"status": "x", "media_ids": "1"}', 422),
        (JSON, b'{"status": "x", "status": "y"}', 400),
        (JSON, b'{"a":' * 2000 + b"1" + b"}" * 2000, 400),
        (JSON, b'{"status": "' + b"x" * 501 + b'"}', 422),
        (JSON, b'{"status": "x", "in_reply_to_id": "-5"}', 404),
        (JSON, b'{"status": "x", "in_reply_to_id": "9223372036854775807"}', 404),
        (JSON, b'{"status": "x", "in_reply_to_id": "99999999999999999999"}', 404),
        (JSON, b'{"status": "x", "in_reply_to_id": 5}', 422),
        (FORM, b"status=%ff", 400),
        (FORM, b"status=a%00b", 422),
        (FORM, b"status=a&status=b", 422),
        (FORM, b"&".join(b"media_ids[]=1" for _ in range(2000)), 413),
        (FORM, b"", 422),
        (MULTI, b'--X\r\nContent-Disposition: form-data; name="status"\r\n\r\nx', 400),
        ({"Content-Type": "text/plain"}, b"status=x", 400),
        ({**JSON, "Idempotency-Key": "k" * 300}, b'{"status": "x"}', 422),
    ],
)
async def test_bad_posts_write_nothing(
    still: Server, still_aoi: Api, headers: Mapping[str, str], body: bytes, status: int
) -> None:
    before = await rows(still)
    answer = await still_aoi.http.post(POST, content=body, headers=dict(headers))
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json()["error"]
    assert await rows(still) == before


async def test_ten_thousand_hashtags_are_too_long_and_write_nothing(still: Server, still_aoi: Api) -> None:
    before = await rows(still)
    text = " ".join(f"#t{number}" for number in range(10_000))
    answer = await still_aoi.http.post(POST, json={"status": text})
    assert answer.status_code == 422
    assert await rows(still) == before


@pytest.mark.parametrize(
    "bad", ["-1", "0", "abc", "1.5", "9223372036854775808", "1" * 400, "%00", "１", "9223372036854775807"]
)
async def test_ids_that_cannot_be_are_absent(still: Server, still_aoi: Api, bad: str) -> None:
    before = await rows(still)
    expected = (400,) if bad == "%00" else (404,)
    for method, path in (
        ("GET", f"/api/v1/statuses/{bad}"),
        ("GET", f"/api/v1/statuses/{bad}/context"),
        ("DELETE", f"/api/v1/statuses/{bad}"),
        ("POST", f"/api/v1/statuses/{bad}/favourite"),
        ("POST", f"/api/v1/statuses/{bad}/reblog"),
        ("POST", f"/api/v1/accounts/{bad}/follow"),
        ("GET", f"/api/v1/accounts/{bad}/statuses"),
    ):
        answer = await still_aoi.http.request(method, path)
        assert answer.status_code in expected, (method, path)
        assert answer.json()["error"]
    assert await rows(still) == before


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/api/v1/timelines/home", {"limit": "many"}),
        ("/api/v1/timelines/home", {"limit": "-1"}),
        ("/api/v1/timelines/home", {"max_id": "-5"}),
        ("/api/v1/timelines/home", {"max_id": "１"}),
        ("/api/v1/timelines/home", {"max_id": "9" * 40}),
        ("/api/v1/timelines/public", {"local": "perhaps"}),
        ("/api/v2/search", {}),
        ("/api/v2/search", {"q": "a", "type": "everything"}),
        ("/api/v2/search", {"q": "a", "offset": "-1"}),
        ("/api/v2/search", {"q": "x" * 5000}),
        ("/api/v1/accounts/relationships", [("id[]", str(number)) for number in range(1, 60)]),
    ],
)
async def test_bad_queries_are_refused(still_aoi: Api, path: str, params: Any) -> None:
    answer = await still_aoi.http.get(path, params=params)
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]


async def test_unknown_parameters_are_ignored(aoi: Api) -> None:
    status = await aoi.say("x", federate=True, content_type="text/markdown", preview={"a": ["b"]})
    assert status["content"] == "<p>x</p>"


async def test_nothing_is_done_with_somebody_elses_token(server: Server, aoi: Api, ben: Api) -> None:
    status = await aoi.say("mine")
    before = await rows(server)
    assert (await ben.http.delete(f"{POST}/{status['id']}")).status_code == 404
    assert (await ben.http.get(f"{POST}/{status['id']}/source")).status_code == 404
    for token in (str(aoi.token) + "x", str(aoi.token)[:-1], "null"):
        assert (await Api(server, token).http.post(POST, json={"status": "x"})).status_code == 401
    assert (await Api(server).http.post(POST, json={"status": "x"})).status_code == 401
    assert await rows(server) == before
