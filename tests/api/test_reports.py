"""Reports by clients: they carry what their reporter saw, reach the staff once, and tell nobody else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from kizuna.moderation import closed_queries, queries
from kizuna.moderation.models import Report
from kizuna.people.limits import REPORT
from kizuna.wiring import Server
from tests.api.faced import Faced, arrive, friends, let_in
from tests.running import running
from tests.web.conftest import config_of
from tests.web.visitor import join
from tests.wire import Api

pytestmark = pytest.mark.anyio
PATH = "/api/v1/reports"


@dataclass(frozen=True)
class Town:
    """mei and ken are friends; rin is nobody's friend. mei posted and said something."""

    server: Server
    mei: Faced
    ken: Faced
    rin: Faced
    post: Any
    voice: Any


@pytest.fixture
async def town(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Town]:
    async with running(config_of(tmp_path)) as server:
        mei, ken = await friends(server, "mei", "ken")
        rin = await arrive(server, "rin")
        post, voice = await mei.both.say("pills"), await mei.both.say("rude", visibility="private")
        yield Town(server, mei, ken, rin, post, voice)


async def open_reports(server: Server) -> list[Report]:
    """As the staff finds them, with what they quote."""
    square, circle = server.parts.people.store.reads, server.parts.circle.store.reads
    found = [await queries.report(square, one.id) for one in await queries.reports(square, open_only=True)]
    closed = [
        await closed_queries.report(circle, one.id)
        for one in await closed_queries.reports(circle, open_only=True)
    ]
    return [one for one in found if one] + [pair[0] for pair in closed if pair]


def told(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.text


async def test_a_report_is_answered_as_mastodon_does(town: Town) -> None:
    account = town.post["account"]
    body = {"account_id": account["id"], "status_ids": [town.post["id"]], "comment": "Ads", "forward": True}
    made = await town.rin.square.post(PATH, {**body, "category": "spam", "rule_ids": ["1"]})
    assert made.pop("target_account")["acct"] == "mei"
    (report,) = await open_reports(town.server)
    assert made == {
        "id": str(report.id),
        "action_taken": False,
        "action_taken_at": None,
        "category": "spam",
        "comment": "Ads",
        "forwarded": False,
        "created_at": made["created_at"],
        "status_ids": [town.post["id"]],
        "rule_ids": None,
    }
    assert [one.text for one in report.items] == ["pills"]
    assert (await town.ken.square.post(PATH, {"account_id": account["id"]}))["category"] == "other"


async def test_what_cannot_be_is_refused(town: Town) -> None:
    of_ken = await town.ken.square.say("another's")
    me = town.post["account"]["id"]
    for body, status in (
        ({}, 404),
        ({"account_id": "x"}, 404),
        ({"account_id": "1"}, 404),
        ({"account_id": me, "status_ids": ["1"]}, 404),
        ({"account_id": me, "status_ids": [of_ken["id"]]}, 404),
        ({"account_id": me, "category": "violation", "rule_ids": ["1"]}, 422),
        ({"account_id": me, "category": "boredom"}, 422),
        ({"account_id": me, "comment": "x" * 1001}, 422),
        ({"account_id": me, "status_ids": [str(one) for one in range(1, 22)]}, 422),
    ):
        answer = await town.rin.square.http.post(PATH, json=body)
        assert answer.status_code == status, (body, answer.text)
        assert answer.json()["error"]
    assert (await town.mei.square.http.post(PATH, json={"account_id": me})).status_code == 403
    assert (await Api(town.server).http.post(PATH, json={"account_id": me})).status_code == 401
    assert await open_reports(town.server) == []


async def test_a_voice_is_reported_by_a_token_with_the_circle_face(town: Town) -> None:
    seen = await town.ken.both.get(f"/api/v1/statuses/{town.voice['id']}")
    body = {"account_id": seen["account"]["id"], "status_ids": [town.voice["id"]], "category": "violation"}
    made = await town.ken.both.post(PATH, body)
    assert made["target_account"]["acct"] == "mei.circle"
    assert made["status_ids"] == [town.voice["id"]]
    (report,) = await open_reports(town.server)
    assert (report.plane, [one.text for one in report.items]) == ("circle", ["rude"])
    mixed = {**body, "status_ids": [town.voice["id"], town.post["id"]]}
    assert (await town.ken.both.http.post(PATH, json=mixed)).status_code == 404
    also = await town.ken.both.post(PATH, {"account_id": town.post["account"]["id"]})
    assert also["target_account"]["acct"] == "mei", "the same token, about an account"


async def test_what_one_may_not_read_is_reported_like_what_never_was(town: Town) -> None:
    seen = await town.ken.both.get(f"/api/v1/statuses/{town.voice['id']}")
    face, never = seen["account"]["id"], str(int(town.voice["id"]) + 1)
    for api in (town.rin.both, town.rin.circle):
        answers = [
            told(await api.http.post(PATH, json={"account_id": face, "status_ids": [one]}))
            for one in (town.voice["id"], never)
        ]
        assert answers[0] == answers[1]
        assert answers[0][0] == 404
    for api in (town.ken.square, town.rin.square):
        answers = [
            told(await api.http.post(PATH, json={"account_id": one})) for one in (face, str(int(face) + 1))
        ]
        assert answers[0] == answers[1], "without the circle face there is no such face"
    await town.mei.pages.do("/c/ken/remove", "/c/ken/remove")
    late = {"account_id": face, "status_ids": [town.voice["id"]]}
    assert (await town.ken.both.http.post(PATH, json=late)).status_code == 404
    assert await open_reports(town.server) == []


async def test_a_repeat_makes_no_second_report(town: Town) -> None:
    body = {"account_id": town.post["account"]["id"], "status_ids": [town.post["id"]], "category": "spam"}
    first = await town.rin.square.post(PATH, body)
    assert await town.rin.square.post(PATH, body) == first
    assert (await town.rin.square.post(PATH, body, Idempotency_Key="k")) == first
    other = await town.rin.square.post(PATH, {**body, "comment": "more"})
    assert other["id"] != first["id"]
    again = await town.rin.square.http.post(
        PATH, json={**body, "comment": "x"}, headers={"Idempotency-Key": "k"}
    )
    assert again.status_code == 422, "the key was used with another body"
    assert len(await open_reports(town.server)) == 2
    seen = await town.ken.both.get(f"/api/v1/statuses/{town.voice['id']}")
    closed = {"account_id": seen["account"]["id"], "status_ids": [town.voice["id"]]}
    assert await town.ken.both.post(PATH, closed) == await town.ken.both.post(PATH, closed)
    assert len(await open_reports(town.server)) == 3


async def test_reports_are_limited(tmp_path: Path, anyio_backend: str) -> None:
    async with running(config_of(tmp_path, "square", test_mode=False)) as server:
        aoi, ben = [await let_in(await join(server, handle), ["square"]) for handle in ("aoi", "ben")]
        me = (await aoi.get("/api/v1/accounts/verify_credentials"))["id"]
        for number in range(REPORT.limit):
            await ben.post(PATH, {"account_id": me, "comment": str(number)})
        answer = await ben.http.post(PATH, json={"account_id": me, "comment": "one more"})
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.json() == {"error": "Too many requests"}
