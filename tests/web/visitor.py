"""Somebody with a browser that runs no scripts: opens pages, fills in the forms that are there, keeps cookies."""

from typing import Final
from urllib.parse import urlencode

import httpx2

from kizuna.wiring import Server
from tests.web.sheet import Form, Sheet

PASSWORD: Final = "correct horse battery"
Answers = str | list[str]


class Visitor:
    """One browser at one server."""

    def __init__(self, server: Server, language: str = "en", address: str = "192.0.2.1") -> None:
        transport = httpx2.ASGITransport(server.asgi, client=(address, 50_000))
        self.server = server
        self.http = httpx2.AsyncClient(
            transport=transport,
            base_url=server.config.url,
            headers={"Accept-Language": language, "User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/140.0"},
        )

    async def open(self, path: str, status: int = 200) -> Sheet:
        """The page at a path."""
        answer = await self.http.get(path)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.headers.get('location')}"
        return Sheet(answer.text, path)

    async def leads(self, path: str) -> str:
        """Where a path redirects to."""
        answer = await self.http.get(path)
        assert answer.status_code == 303, f"{path}: {answer.status_code}"
        return answer.headers["location"]

    async def send(self, page: Sheet | str, action: str, **answers: Answers) -> httpx2.Response:
        """Fill in the form of a page and send it; answers whatever comes back."""
        sheet = await self.open(page) if isinstance(page, str) else page
        return await self.post(sheet.form(action), **answers)

    async def post(self, form: Form, **answers: Answers) -> httpx2.Response:
        """Send a form."""
        fields = form.filled({name.rstrip("_"): value for name, value in answers.items()})
        return await self.raw(form.action, fields)

    async def raw(self, path: str, fields: list[tuple[str, str]], **headers: str) -> httpx2.Response:
        """Send fields as a form."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.post(path, content=urlencode(fields), headers=kind | named)

    async def do(self, page: Sheet | str, action: str, **answers: Answers) -> str:
        """Fill in and send a form that has to succeed; answers where it leads."""
        answer = await self.send(page, action, **answers)
        assert answer.status_code == 303, f"{action}: {answer.status_code} {Sheet(answer.text).text[:600]}"
        return answer.headers["location"]

    async def told(self, page: Sheet | str, action: str, status: int, **answers: Answers) -> Sheet:
        """Fill in and send a form that answers with a page."""
        answer = await self.send(page, action, **answers)
        assert answer.status_code == status, f"{action}: {answer.status_code} {Sheet(answer.text).text[:600]}"
        return Sheet(answer.text, action)

    async def token(self, page: str = "/about") -> str:
        """A form token that counts for this browser."""
        return dict((await self.open(page)).form("/language").fields)["csrf"]

    async def say(self, text: str, audience: str, people: list[str] | None = None) -> str:
        """Write something on the home page; answers the path where it can be read."""
        person: dict[str, Answers] = {"person[]": people} if people else {}
        await self.do("/", "/compose", text=text, audience=audience, do="send", **person)
        home = await self.open("/")
        marker = "/v/" if audience in ("me", "friends", "people") else "/@"
        return next(link for link in home.links if link.startswith(marker) and link.count("/") == 2)


async def join(server: Server, handle: str, name: str = "", language: str = "en") -> Visitor:
    """Somebody who has just signed up through the pages."""
    visitor = Visitor(server, language)
    where = await visitor.do(
        "/sign-up", "/sign-up", handle=handle, name=name or handle.title(), password=PASSWORD
    )
    assert where == "/"
    return visitor


async def befriend(one: Visitor, other: Visitor) -> None:
    """Two become friends by an invite link."""
    made = await one.told("/invites", "/invites", 200)
    link = made.words_of("code")[0].removeprefix(one.server.config.url)
    assert await other.do(link, link) == "/friends"
