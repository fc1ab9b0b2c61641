"""Apps and tokens: every grant, both ways of showing the client's secret, revocation."""

import base64

import pytest

from kizuna.people.models import Ask, FaceChoice
from kizuna.people.oauth import authorize
from kizuna.people.pkce import challenge_of
from kizuna.people.sessions import sign_in
from kizuna.wiring import Server
from tests.wire import PASSWORD, SCOPES, Api, Json, app_token, new_app

pytestmark = pytest.mark.anyio
OOB = "urn:ietf:wg:oauth:2.0:oob"
VERIFIER = "v" * 50


async def code_for(server: Server, app: Json, **changes: str) -> str:
    people = server.parts.people
    session = await sign_in(people, "aoi", PASSWORD, "192.0.2.1", "test")
    asked = {
        "response_type": "code",
        "client_id": app["client_id"],
        "redirect_uri": OOB,
        "scope": "read write",
    }
    return await authorize(
        people, session.viewer, Ask(**{**asked, **changes}), FaceChoice(square=True, circle=False)
    )


async def test_an_app_is_registered_with_all_that_clients_read(server: Server) -> None:
    app = await new_app(server)
    assert app["redirect_uri"] == OOB
    assert app["redirect_uris"] == [OOB]
    assert set(app["scopes"]) == set(SCOPES.split())
    assert {"id", "name", "website", "client_id", "client_secret", "client_secret_expires_at"} <= app.keys()
    several = await new_app(server, redirect_uris=["https://a.example/cb", "https://b.example/cb"])  # type: ignore[arg-type] # a list, as newer clients send it
    assert several["redirect_uris"] == ["https://a.example/cb", "https://b.example/cb"]


@pytest.mark.usefixtures("aoi")
async def test_a_code_becomes_a_token_once(server: Server) -> None:
    app = await new_app(server)
    code = await code_for(server, app, code_challenge=challenge_of(VERIFIER), code_challenge_method="S256")
    body = {"grant_type": "authorization_code", "code": code, "redirect_uri": OOB, "code_verifier": VERIFIER}
    basic = base64.b64encode(f"{app['client_id']}:{app['client_secret']}".encode()).decode()
    answer = await Api(server).http.post(
        "/oauth/token", data=body, headers={"Authorization": f"Basic {basic}"}
    )
    token = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert (token["token_type"], token["scope"]) == ("Bearer", "read write")
    assert isinstance(token["created_at"], int)
    person = Api(server, token["access_token"])
    assert (await person.get("/api/v1/accounts/verify_credentials"))["acct"] == "aoi"
    again = await Api(server).http.post(
        "/oauth/token", data=body, headers={"Authorization": f"Basic {basic}"}
    )
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert (await person.http.get("/api/v1/accounts/verify_credentials")).status_code == 401


@pytest.mark.usefixtures("aoi")
async def test_revoking_answers_an_empty_object_and_holds_at_once(server: Server, aoi: Api) -> None:
    app = await new_app(server)
    ids = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
    code = await code_for(server, app)
    grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": OOB}
    token = (await Api(server).post("/oauth/token", {**ids, **grant}))["access_token"]
    person = Api(server, token)
    assert (await person.http.get("/api/v1/timelines/home")).status_code == 200
    foreign = await Api(server).http.post("/oauth/revoke", json={**ids, "token": aoi.token})
    assert (foreign.status_code, foreign.json()["error"]) == (403, "unauthorized_client")
    for _ in range(2):
        assert await Api(server).post("/oauth/revoke", {**ids, "token": token}) == {}
        assert (await person.http.get("/api/v1/timelines/home")).status_code == 401


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"grant_type": "implicit"}, 400, "unsupported_grant_type"),
        ({"client_id": "nobody"}, 401, "invalid_client"),
        ({"client_id": ""}, 401, "invalid_client"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"scope": "everything"}, 400, "invalid_scope"),
        ({"scope": "push"}, 400, "invalid_scope"),
        ({"grant_type": "authorization_code", "code": "x"}, 400, "invalid_grant"),
        ({"grant_type": "password", "username": "aoi", "password": "wrong"}, 400, "invalid_grant"),
    ],
)
async def test_bad_token_requests_have_oauths_error(
    still: Server, changes: dict[str, str], status: int, error: str
) -> None:
    app = await new_app(still)
    body = {
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "grant_type": "client_credentials",
    }
    answer = await Api(still).http.post("/oauth/token", json={**body, **changes})
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["error_description"]


async def test_the_server_describes_its_oauth(server: Server, aoi: Api) -> None:
    known = await Api(server).get("/.well-known/oauth-authorization-server")
    assert known["code_challenge_methods_supported"] == ["S256"]
    assert known["authorization_response_iss_parameter_supported"] is True
    assert known["token_endpoint"] == "http://localhost:3000/oauth/token"
    info = await aoi.get("/oauth/userinfo")
    assert (info["preferred_username"], info["sub"]) == ("aoi", "http://localhost:3000/@aoi")


async def test_an_app_token_cannot_reach_beyond_its_app(server: Server) -> None:
    app = await new_app(server, scopes="read")
    assert await app_token(server, app, "read:statuses")
    with pytest.raises(AssertionError, match="invalid_scope"):
        await app_token(server, app, "write")
