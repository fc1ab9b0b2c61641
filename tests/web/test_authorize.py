"""The authorise page tells the app who answered, so that it takes the code to nobody else (RFC 9207)."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.web.conftest import ORIGIN, Cast
from tests.wire import new_app

pytestmark = pytest.mark.anyio
BACK = "https://bird.example/cb"


@pytest.mark.parametrize(("decision", "told"), [("allow", "code"), ("deny", "error")])
async def test_the_answer_names_this_server(still: Cast, decision: str, told: str) -> None:
    app = await new_app(still.server, redirect_uris=BACK)
    asked = {"response_type": "code", "client_id": app["client_id"], "redirect_uri": BACK, "scope": "read"}
    page = await still.aoi.open(f"/oauth/authorize?{urlencode({**asked, 'state': 's'})}")
    where = await still.aoi.do(page, "/oauth/authorize", decision=decision)
    assert where.startswith(f"{BACK}?")
    answer = parse_qs(urlsplit(where).query)
    assert answer["iss"] == [f"{ORIGIN}/"]
    assert answer["state"] == ["s"]
    assert told in answer
