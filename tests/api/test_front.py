"""What holds for every answer: headers, methods, both forms of an address, errors as JSON."""

from collections.abc import Mapping

import msgspec
import pytest

from kizuna.ground.config import Config
from kizuna.wiring import Server
from tests.wire import Api, app_token, new_app

pytestmark = pytest.mark.anyio
HOME = "/api/v1/timelines/home"


@pytest.mark.parametrize(
    "path", ["/api/v2/instance", "/api/v1/nothing", HOME, "/oauth/token", "/.well-known/nodeinfo"]
)
async def test_browsers_of_any_origin_may_read_answers_and_errors(still: Server, path: str) -> None:
    answer = await Api(still).http.get(path, headers={"Origin": "https://client.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Link" in answer.headers["access-control-expose-headers"]
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/api/v1/statuses", "/api/v1/statuses/", "/oauth/token", "/.well-known/nodeinfo"]
)
async def test_preflights_are_answered_without_redirect(still: Server, path: str) -> None:
    answer = await Api(still).http.options(path, headers={"Access-Control-Request-Method": "POST"})
    assert answer.status_code == 200
    assert {"GET", "POST", "PUT", "PATCH", "DELETE"} <= set(
        answer.headers["access-control-allow-methods"].split(", ")
    )
    assert {"Authorization", "Content-Type", "Idempotency-Key"} == set(
        answer.headers["access-control-allow-headers"].split(", ")
    )


async def test_both_forms_of_an_address_are_served(aoi: Api) -> None:
    made = await aoi.http.post("/api/v1/statuses/", json={"status": "slash"})
    assert made.status_code == 200
    assert [each["id"] for each in await aoi.get(HOME + "/")] == [made.json()["id"]]


async def test_head_is_get_without_the_body(still: Server) -> None:
    public = Api(still).http
    got, head = await public.get("/api/v2/instance"), await public.head("/api/v2/instance")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"] == str(len(got.content))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api", 404),
        ("PUT", "/api/v2/instance", 405),
        ("GET", "/oauth/revoke", 405),
        ("GET", "/.well-known/nothing", 404),
        ("BREW", "/api/v2/instance", 405),
        ("GET", "/api/v1/" + "a" * 3000, 400),
        ("GET", "/api/v1/%00", 400),
        ("GET", "/api/v1/%5C", 400),
        ("GET", "/api/v1/%FF", 400),
    ],
)
async def test_the_frameworks_own_errors_are_json(still: Server, method: str, path: str, status: int) -> None:
    answer = await Api(still).http.request(method, path)
    assert answer.status_code == status
    assert list(answer.json()) == ["error"]


async def test_a_bug_is_json_too_and_says_nothing_of_its_content(
    still: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr("kizuna.api.wellknown.count_queries.counts", broken)
    answer = await Api(still).http.get("/nodeinfo/2.0")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    logged = capsys.readouterr()
    assert "RuntimeError" in logged.out + logged.err
    assert "secret" not in logged.out + logged.err


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer nobody"}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({"Authorization": "Basic YTpi"}, 401),
        ({"Authorization": "Bearer " + "x" * 300}, 401),
        ({"X-Filler": "x" * 40_000}, 400),
    ],
)
async def test_bad_credentials_are_refused(still: Server, headers: Mapping[str, str], status: int) -> None:
    answer = await Api(still).http.get(HOME, headers=dict(headers))
    assert answer.status_code == status
    if status == 401:
        assert answer.json() == {"error": "The access token is invalid"}
        assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_bad_token_is_refused_even_where_none_is_needed(still: Server) -> None:
    assert (await Api(still, "nobody").http.get("/api/v2/instance")).status_code == 401


async def test_a_session_cookie_opens_nothing_in_the_api(still: Server, still_aoi: Api) -> None:
    answer = await Api(still).http.get(HOME, headers={"Cookie": f"kizuna-session-3000={still_aoi.token}"})
    assert answer.status_code == 401


async def test_an_app_by_itself_is_nobody(still: Server) -> None:
    app = Api(still, await app_token(still, await new_app(still)))
    for method, path in (
        ("GET", HOME),
        ("POST", "/api/v1/statuses"),
        ("GET", "/api/v1/accounts/verify_credentials"),
    ):
        answer = await app.http.request(method, path)
        assert (answer.status_code, answer.json()["error"]) == (
            422,
            "This method requires an authenticated user",
        )
    assert (await app.get("/api/v1/apps/verify_credentials"))["name"] == "Testbird"


async def test_scopes_are_enforced(still: Server, still_aoi: Api) -> None:
    status = (await still_aoi.get(HOME))[0]
    app = await new_app(still)
    body = {
        "grant_type": "password",
        "username": "aoi",
        "password": "correct horse battery",
        "scope": "read:accounts",
    }
    ids = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
    token = (await Api(still).post("/oauth/token", {**ids, **body}))["access_token"]
    narrow = Api(still, token).http
    assert (await narrow.get("/api/v1/accounts/verify_credentials")).status_code == 200
    for method, path in (
        ("GET", HOME),
        ("POST", "/api/v1/statuses"),
        ("GET", f"/api/v1/statuses/{status['id']}"),
        ("DELETE", f"/api/v1/statuses/{status['id']}"),
    ):
        answer = await narrow.request(method, path)
        assert (answer.status_code, answer.json()["error"]) == (
            403,
            "This action is outside the authorized scopes",
        )


async def test_private_answers_are_never_stored(still: Server, still_aoi: Api) -> None:
    assert (await still_aoi.http.get(HOME)).headers["cache-control"] == "no-store"
    assert "cache-control" not in (await Api(still).http.get("/api/v2/instance")).headers


async def test_errors_are_translated_when_asked_for(still: Server) -> None:
    answer = await Api(still).http.get("/api/v1/statuses/7", headers={"Accept-Language": "ja"})
    assert answer.status_code == 404


async def test_lifespan_is_answered(still: Server) -> None:
    sent: list[str] = []
    asked = iter(["lifespan.startup", "lifespan.shutdown"])

    async def receive() -> dict[str, str]:
        return {"type": next(asked)}

    async def send(message: Mapping[str, str]) -> None:
        sent.append(message["type"])

    await still.asgi({"type": "lifespan"}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


class TestRateLimits:
    """The limits of the field, when test mode is off."""

    @pytest.fixture
    def config(self, config: Config) -> Config:
        return msgspec.structs.replace(config, test_mode=False)

    async def test_the_limit_is_told_and_kept_per_address(self, server: Server) -> None:
        caller, other = Api(server).http, Api(server, address="192.0.2.2").http
        first = await caller.get("/api/v2/instance")
        assert (first.headers["x-ratelimit-limit"], first.headers["x-ratelimit-remaining"]) == ("300", "299")
        assert first.headers["x-ratelimit-reset"].endswith("Z")
        answers = [
            await caller.get("/api/v1/nothing") for _ in range(330)
        ]  # the bucket refills while we empty it
        refused = [answer for answer in answers if answer.status_code == 429]
        assert refused
        assert refused[0].headers["x-ratelimit-remaining"] == "0"
        assert int(refused[0].headers["retry-after"]) >= 1
        assert refused[0].json() == {"error": "Too many requests"}
        assert (await other.get("/api/v2/instance")).status_code == 200
