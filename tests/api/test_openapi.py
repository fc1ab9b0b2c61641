"""The description and the routes tell the same story."""

import re

import pytest

from kizuna.api import table
from kizuna.ground.config import Config
from kizuna.wiring import Server
from tests.wire import Api

pytestmark = pytest.mark.anyio


async def test_every_route_is_described(still: Server) -> None:
    described = await Api(still).get("/api/openapi.json")
    assert described["openapi"].startswith("3.1")
    public, member = table.routes(still.config)
    for route in [*public, *member]:
        path = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)
        operation = described["paths"][path][route.method.lower()]
        assert operation["summary"]
        answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
        assert answer
    # A route for anybody whose members' twin stands at the same address is one operation.
    addresses = {(route.method, route.path) for route in [*public, *member]}
    assert sum(map(len, described["paths"].values())) == len(addresses)
    post = described["components"]["schemas"]["NewStatus"]["properties"]
    assert {"status", "in_reply_to_id", "media_ids"} <= post.keys()


async def test_every_reference_leads_somewhere(still: Server) -> None:
    described = await Api(still).get("/api/openapi.json")
    references = set(re.findall(r"#/components/schemas/(\w+)", str(described)))
    assert references
    assert references <= described["components"]["schemas"].keys()


def test_a_server_without_the_square_has_no_client_api() -> None:
    assert table.routes(Config(planes=("circle",))) == ([], [])
