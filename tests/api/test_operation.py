"""What whoever runs the server asks it, and from which address requests count."""

import msgspec
import pytest

from kizuna.ground.config import Config
from kizuna.wiring import Server
from tests.running import running
from tests.wire import Api

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("path", ["/health", "/ready", "/ready/"])
async def test_probes_tell_that_all_is_well_and_nothing_else(still: Server, path: str) -> None:
    http = Api(still, "nobody").http  # a bad token is not even looked at
    answer = await http.get(path, headers={"Cookie": "kizuna-session-3000=x", "Host": "10.0.0.1"})
    assert (answer.status_code, answer.text) == (200, "ok\n")
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    assert (await http.head(path)).content == b""
    assert (await http.post(path)).status_code == 405


async def test_a_store_that_does_not_answer_makes_it_not_ready(config: Config) -> None:
    async with running(config) as server:
        http = Api(server).http
        assert (await http.get("/ready")).status_code == 200
        server.stores.letters.abandon()
        answer = await http.get("/ready")
        assert (answer.status_code, answer.text) == (503, "not ready\n")
        assert (await http.get("/health")).status_code == 200


@pytest.mark.parametrize(("trusted", "apart"), [((), False), (("192.0.2.1",), True)])
async def test_limits_count_the_address_that_a_trusted_proxy_names(
    config: Config, trusted: tuple[str, ...], apart: bool
) -> None:
    behind = msgspec.structs.replace(config, test_mode=False, trusted_proxies=trusted)
    async with running(behind) as server:
        http = Api(server).http

        async def left(claimed: str) -> int:
            answer = await http.get("/api/v2/instance", headers={"X-Forwarded-For": claimed})
            return int(answer.headers["x-ratelimit-remaining"])

        first = await left("198.51.100.7")
        assert await left("6.6.6.6, 198.51.100.7") == first - 1
        assert await left("198.51.100.8") == (first if apart else first - 2)
