"""Somebody new who does too much is told when it goes on, by pages and by clients alike."""

from pathlib import Path

import pytest

from tests.api.faced import let_in
from tests.running import running
from tests.web.conftest import config_of
from tests.web.visitor import join

pytestmark = pytest.mark.anyio


async def test_the_pages_and_the_api_say_when_it_is_possible_again(
    tmp_path: Path, anyio_backend: str
) -> None:
    few = {"test_mode": False, "new_posts": 2, "new_requests": 0}
    async with running(config_of(tmp_path, **few)) as server:
        aoi = await join(server, "aoi")
        app = await let_in(aoi, ["square"])
        once = {"status": "one"}
        first = await app.post("/api/v1/statuses", once, Idempotency_Key="k")
        await app.say("two")
        repeat = await app.post("/api/v1/statuses", once, Idempotency_Key="k")
        assert repeat["id"] == first["id"], "a repeat is no new post"
        answer = await app.http.post("/api/v1/statuses", json={"status": "three"})
        assert answer.status_code == 429
        assert 1700 < int(answer.headers["Retry-After"]) <= 1800
        assert answer.json() == {
            "error": "Whoever is new here can do this 2 times an hour. It is possible again in 30 minutes."
        }
        page = await aoi.told("/", "/compose", 429, text="three", audience="public", do="send")
        assert "It is possible again in" in page.text
        assert "three" in page.html, "what was written is still there"
        ben = await join(server, "ben")
        asked = await ben.told("/c/aoi", "/c/aoi/request", 429)
        assert "It is possible in 72 hours" in asked.text
