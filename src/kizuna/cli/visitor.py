"""Somebody at the door, for the demo: signs in and fills in forms as a browser would, over HTTP."""

import html
import re
from typing import Final
from urllib.parse import urlencode, urljoin

import msgspec

from kizuna.fetch.port import Fetch, Request, Response

_COOKIE: Final = re.compile(r"(kizuna-[a-z]+-[0-9]+)=([A-Za-z0-9_-]*)")
_HIDDEN: Final = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)"')

_VOICE: Final = re.compile(r'href="(/v/[0-9]+)"')
_LINK: Final = re.compile(r'name="link\[\]" value="([0-9]+)"')


class Refused(Exception):
    """The server answered something else than the demo expects."""


class Visitor:
    """One person's browser: cookies by host, one page after another."""

    def __init__(self, fetch: Fetch, origin: str) -> None:
        self._fetch = fetch
        self.origin = origin
        self._cookies: dict[str, str] = {}

    async def get(self, path: str) -> str:
        """A page's HTML. Raises Refused."""
        answer = await self._send("GET", path, b"")
        if answer.status != 200:
            raise Refused(f"GET {self.origin}{path}: {answer.status}")
        return answer.body.decode()

    async def post(self, page: str, action: str, **fields: str) -> str:
        """Fill in the form on ``page``; answers where it leads to. Raises Refused."""
        hidden = dict(_HIDDEN.findall(await self.get(page)))
        body = urlencode({"csrf": hidden["csrf"], **fields}).encode()
        answer = await self._send("POST", action, body)
        if answer.status != 303:
            raise Refused(f"POST {self.origin}{action}: {answer.status}")
        return urljoin(f"{self.origin}{action}", answer.headers["location"])

    async def hidden(self, page: str) -> dict[str, str]:
        """The hidden fields of the form on a page, as they are to be sent back."""
        fields = _HIDDEN.findall(await self.get(page))
        return {name: html.unescape(value) for name, value in fields if name != "csrf"}

    async def follow(self, path: str) -> None:
        """Go where a redirect leads; the page may lead on. Raises Refused."""
        answer = await self._send("GET", path, b"")
        if answer.status not in (200, 303):
            raise Refused(f"GET {self.origin}{path}: {answer.status}")

    async def get_or_nothing(self, path: str) -> str:
        """A page's text, or an empty one where there is nothing for this person."""
        answer = await self._send("GET", path, b"")
        return html.unescape(answer.body.decode()) if answer.status == 200 else ""

    @staticmethod
    def voices(page: str) -> list[str]:
        """The paths of the voices on a page, in order."""
        return _VOICE.findall(page)

    @staticmethod
    def first_link(page: str) -> str:
        """The first place that a copy can be sent to."""
        found = _LINK.search(page)
        if found is None:
            raise Refused("there is no place for a copy")
        return found[1]

    async def sign_in(self, handle: str, password: str) -> None:
        """Sign in."""
        await self.post("/sign-in", "/sign-in", handle=handle, password=password)

    async def _send(self, method: str, path: str, body: bytes) -> Response:
        headers = {"cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if body:
            headers["content-type"] = "application/x-www-form-urlencoded"
        answer = await self._fetch.send(
            Request(method=method, url=f"{self.origin}{path}", headers=headers, body=body)
        )
        for name, value in _COOKIE.findall(answer.headers.get("set-cookie", "")):
            if value:
                self._cookies[name] = value
            else:
                self._cookies.pop(name, None)
        return answer


class Token(msgspec.Struct):
    """What the token endpoint answers, as far as the demo cares."""

    access_token: str


class App(msgspec.Struct):
    """What the registration of an app answers, as far as the demo cares."""

    client_id: str
    client_secret: str


class Speaker:
    """Posts to the square through the client API, with a token for each person."""

    def __init__(self, fetch: Fetch, origin: str, password: str) -> None:
        self._fetch = fetch
        self._origin = origin
        self._password = password
        self._app: App | None = None
        self._tokens: dict[str, str] = {}

    async def say(self, handle: str, text: str) -> None:
        """Post as somebody. Raises Refused."""
        await self.arrive(handle)
        await self._json("/api/v1/statuses", {"status": text}, self._tokens[handle])

    async def arrive(self, handle: str) -> None:
        """Have a token for somebody."""
        if handle not in self._tokens:
            self._tokens[handle] = await self._sign_in(handle)

    async def _sign_in(self, handle: str) -> str:
        if self._app is None:
            wanted = {
                "client_name": "Demo",
                "redirect_uris": "urn:ietf:wg:oauth:2.0:oob",
                "scopes": "read write",
            }
            self._app = msgspec.json.decode(await self._json("/api/v1/apps", wanted, None), type=App)
        asked = {
            "grant_type": "password",
            "client_id": self._app.client_id,
            "client_secret": self._app.client_secret,
            "username": handle,
            "password": self._password,
            "scope": "read write",
        }
        return msgspec.json.decode(await self._json("/oauth/token", asked, None), type=Token).access_token

    async def _json(self, path: str, value: object, token: str | None) -> bytes:
        headers = {"content-type": "application/json"}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        body = msgspec.json.encode(value)
        url = f"{self._origin}{path}"
        answer = await self._fetch.send(Request(method="POST", url=url, headers=headers, body=body))
        if answer.status != 200:
            raise Refused(f"POST {url}: {answer.status}")
        return answer.body
