"""People as the doors see them: a browser on one server, an app on another, and what they do there.

A deed returns when it is acknowledged and raises when it is refused. What is not answered may be sent again with the
same key, as a browser's form or a client's queue does.
"""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec

from tests.sim.asgi import Answer
from tests.sim.client import Client, find_form

SECRET = "correct horse battery staple"  # everybody's password here


class RefusedError(Exception):
    """The server answered, and said no."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.status} {answer.body[:300].decode(errors='replace')}")
        self.answer = answer


class Browser:
    """Somebody at the pages of one server."""

    def __init__(self, client: Client, handle: str) -> None:
        self.client = client
        self.handle = handle
        self.csrf = ""

    async def sign_up(self, **more: str) -> None:
        """Make an account, be signed in."""
        page = await self.client.get("/sign-up")
        fields = {"handle": self.handle, "name": self.handle, "password": SECRET, **more}
        accepted(await self.client.submit(page, "/sign-up", **fields))
        await self.arrive()

    async def arrive(self) -> None:
        """Remember the form token of this session."""
        page = await self.client.visit("/compose")
        self.csrf = dict(find_form(page, "/compose").fields)["csrf"]

    async def send(self, path: str, **fields: str | Sequence[str]) -> Answer:
        """Send a form as its page would. Raises RefusedError."""
        given = {name: value if isinstance(value, str) else list(value) for name, value in fields.items()}
        return accepted(await self.client.post_form(path, {"csrf": self.csrf, **given}))

    async def say(
        self,
        text: str,
        key: str,
        audience: str = "friends",
        people: Sequence[str] = (),
        **more: Sequence[str],
    ) -> int:
        """Write a voice; answers its id. ``more`` are fields of its audience: groups, exceptions."""
        fields: dict[str, Sequence[str]] = {"person": people, **more}
        await self.send("/compose", text=text, audience=audience, key=key, do="send", **fields)
        return await self._newest()

    async def _newest(self) -> int:
        page = accepted(await self.client.get(f"/c/{self.handle}"))
        newest = re.search(r'href="/v/(\d+)"', page.text)
        assert newest is not None, page.text
        return int(newest[1])

    async def show(self, text: str, key: str, person: str, picture: bytes) -> int:
        """Write a voice with a picture to one friend; answers its id."""
        fields = {"csrf": self.csrf, "text": text, "audience": "people", "person": person, "key": key}
        accepted(await _with_file(self.client, "/compose", {**fields, "do": "send"}, "picture[]", picture))
        return await self._newest()

    async def reply(self, voice_id: int, text: str, key: str) -> None:
        """Reply in a room."""
        await self.send(f"/v/{voice_id}/reply", text=text, key=key)

    async def copy(self, voice_id: int, link_id: int, text: str, key: str) -> None:
        """Make a public copy of a voice."""
        await self.send(f"/v/{voice_id}/copy", link=str(link_id), text=text, key=key)

    async def recall(self, copy_id: int) -> None:
        """Take a copy back."""
        await self.send(f"/copies/{copy_id}/recall")

    async def tie_faces(self) -> int:
        """Tie both faces on one server; answers the link's id."""
        answer = await self.send("/settings/ties/square", out="1")
        return int((answer.header("location") or "").rpartition("/")[2])

    async def change(self, voice_id: int, copy_id: int, text: str) -> None:
        """Have a standing copy say something else."""
        await self.send(f"/v/{voice_id}/copy", update=str(copy_id), text=text)

    async def delete(self, voice_id: int) -> None:
        """Delete a voice, and with it its copies."""
        await self.send(f"/v/{voice_id}/delete")

    async def befriend(self, other: "Browser") -> None:
        """Ask, and be accepted."""
        await self.send(f"/c/{other.handle}/request", note="")
        await other.send(f"/c/{self.handle}/accept")

    async def forget(self) -> None:
        """Ask for a new password by mail, as somebody who is not signed in."""
        page = await self.client.get("/reset")
        accepted(await self.client.submit(page, "/reset", email=f"{self.handle}@mail.example"))

    async def unfriend(self, other: "Browser") -> None:
        """End it."""
        await self.send(f"/c/{other.handle}/remove")

    async def unlink(self, link_id: int, copies: str) -> None:
        """Cut a tie; ``copies`` is keep or recall."""
        await self.send(f"/settings/ties/{link_id}/unlink", copies=copies)


class AppUser:
    """Somebody with an app on a server of the Mastodon API."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def post(
        self,
        text: str,
        key: str,
        in_reply_to_id: str | None = None,
        media_ids: Sequence[str] = (),
        **more: str,
    ) -> str:
        """Post a status; answers its id. ``more`` are other parameters of it."""
        body: dict[str, object] = {"status": text, "media_ids": media_ids, **more}
        body |= {"in_reply_to_id": in_reply_to_id} if in_reply_to_id else {}
        answer = accepted(await self.client.post_json("/api/v1/statuses", body, {"idempotency-key": key}))
        return str(answer.json()["id"])

    async def upload(self, picture: bytes) -> str:
        """Stage a picture; answers its id."""
        answer = accepted(await _with_file(self.client, "/api/v2/media", {}, "file", picture))
        return str(answer.json()["id"])

    async def act(self, status_id: str, verb: str) -> None:
        """Favourite, reblog, or undo it."""
        accepted(await self.client.post_json(f"/api/v1/statuses/{status_id}/{verb}", {}))

    async def edit(self, status_id: str, text: str) -> None:
        """Have a status say something else."""
        body = msgspec.json.encode({"status": text})
        kind = {"content-type": "application/json"}
        accepted(await self.client.request("PUT", f"/api/v1/statuses/{status_id}", headers=kind, body=body))

    async def follow(self, handle: str) -> None:
        """Follow an account of this server."""
        found = accepted(await self.client.get(f"/api/v1/accounts/lookup?acct={handle}")).json()
        accepted(await self.client.post_json(f"/api/v1/accounts/{found['id']}/follow", {}))

    async def delete(self, status_id: str) -> None:
        """Delete a status of one's own; that it is gone already is fine."""
        answer = await self.client.delete(f"/api/v1/statuses/{status_id}")
        if answer.status != 404:
            accepted(answer)


async def token_for(client: Client, handle: str) -> str:
    """An access token of an app for somebody, by the password grant of test mode."""
    scopes = "read write follow"
    app = accepted(
        await client.post_json(
            "/api/v1/apps",
            {"client_name": "sim", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob", "scopes": scopes},
        )
    ).json()
    grant = {
        "grant_type": "password",
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "username": handle,
        "password": SECRET,
        "scope": scopes,
    }
    return str(accepted(await client.post_form("/oauth/token", grant)).json()["access_token"])


async def allowed_token(browser: Browser, *faces: str) -> str:
    """An access token of an app for somebody, given on the authorise page, for these faces or those it proposes."""
    scopes = "read write follow"
    asked = {"client_name": "sim", "redirect_uris": "http://localhost:9/app", "scopes": scopes}
    app = accepted(await browser.client.post_json("/api/v1/apps", asked)).json()
    known = {"client_id": app["client_id"], "redirect_uri": "http://localhost:9/app", "scope": scopes}
    page = await browser.client.get(f"/oauth/authorize?{urlencode({'response_type': 'code', **known})}")
    chosen = {"face[]": list(faces)} if faces else {}
    back = accepted(await browser.client.submit(page, "/oauth/authorize", decision="allow", **chosen)).header(
        "location"
    )
    code = parse_qs(urlsplit(back or "").query)["code"][0]
    grant = {"grant_type": "authorization_code", "client_secret": app["client_secret"], "code": code, **known}
    return str(accepted(await browser.client.post_form("/oauth/token", grant)).json()["access_token"])


async def link(here: Browser, there: Browser) -> int:
    """Tie a face here to an account there through the real pages of both; answers the link's id."""
    answer = await here.send("/settings/ties", address=there.client.origin, out="1", **{"in": "1"})
    ask = answer.header("location") or ""
    assert ask.startswith(f"{there.client.origin}/oauth/authorize"), ask
    page = await there.client.visit(ask.removeprefix(there.client.origin))
    back = (
        accepted(await there.client.submit(page, "/oauth/authorize", decision="allow")).header("location")
        or ""
    )
    assert back.startswith(f"{here.client.origin}/ties/callback"), back
    landed = await here.client.visit(back.removeprefix(here.client.origin))
    found = re.search(r"/settings/ties/(\d+)", landed.text)
    assert found is not None, landed.text
    return int(found[1])


def accepted(answer: Answer) -> Answer:
    """The answer, if the server did it. Raises RefusedError."""
    if answer.status >= 400:
        raise RefusedError(answer)
    return answer


async def _with_file(client: Client, path: str, fields: Mapping[str, str], name: str, file: bytes) -> Answer:
    parts = [f'Content-Disposition: form-data; name="{key}"\r\n\r\n{value}' for key, value in fields.items()]
    body = "".join(f"--sim\r\n{part}\r\n" for part in parts)
    head = f'Content-Disposition: form-data; name="{name}"; filename="a.png"\r\nContent-Type: image/png'
    whole = f"{body}--sim\r\n{head}\r\n\r\n".encode() + file + b"\r\n--sim--\r\n"
    kind = {"content-type": "multipart/form-data; boundary=sim"}
    return await client.request("POST", path, headers=kind, body=whole)
