"""A client of the API for tests: requests through the whole server in this process, nothing of ours replaced."""

from collections.abc import Mapping
from typing import Any, Final

import httpx2

from kizuna.wiring import Server

PASSWORD: Final = "correct horse battery"
SCOPES: Final = "read write follow profile"
Json = Any  # whatever the server answered; the assertions say what it should be


class Api:
    """One caller: nobody, an app, or a person."""

    def __init__(self, server: Server, token: str | None = None, address: str = "192.0.2.1") -> None:
        transport = httpx2.ASGITransport(server.asgi, client=(address, 50_000))
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.token = token
        self.http = httpx2.AsyncClient(transport=transport, base_url=server.config.url, headers=headers)

    async def get(self, path: str, params: Mapping[str, Any] | list[tuple[str, Any]] | None = None) -> Json:
        """The JSON of a page that is there."""
        answer = await self.http.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> Json:
        """The JSON of what was done."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await self.http.post(path, json=body or {}, headers=named)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def delete(self, path: str) -> Json:
        """The JSON of what was deleted."""
        answer = await self.http.delete(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def say(self, text: str, **more: object) -> Json:
        """Post a status."""
        return await self.post("/api/v1/statuses", {"status": text, **more})


async def new_app(server: Server, **changes: str) -> Json:
    """A registered app with its secret."""
    body = {"client_name": "Testbird", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": SCOPES}
    return await Api(server).post("/api/v1/apps", {**body, "website": "https://bird.example", **changes})


async def app_token(server: Server, app: Mapping[str, str], scope: str = SCOPES) -> str:
    """A token of the app itself."""
    body = {"grant_type": "client_credentials", "scope": scope}
    ids = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
    return (await Api(server).post("/oauth/token", {**ids, **body}))["access_token"]


async def join(server: Server, handle: str) -> Api:
    """Sign somebody up through an app."""
    app = Api(server, await app_token(server, await new_app(server)))
    body = {"username": handle, "email": f"{handle}@example.com", "password": PASSWORD, "agreement": True}
    made = await app.post("/api/v1/accounts", {**body, "locale": "en"})
    return Api(server, made["access_token"])
