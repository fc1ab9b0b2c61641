"""A browser or an API client without a socket: cookies, forms, tokens. Also for ordinary tests of the doors."""

from collections.abc import Awaitable, Callable, Mapping
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

import msgspec

from tests.sim.asgi import Answer, App, Call, exchange

Transport = Callable[[Call], Awaitable[Answer]]
Fields = Mapping[str, str | list[str]]
REDIRECTS = (301, 302, 303, 307, 308)


def straight_to(app: App) -> Transport:
    """The transport of ordinary tests: no network in between."""
    return lambda call: exchange(app, call)


class Form(msgspec.Struct):
    """A form of a page: where it goes, and the values a browser would send if nothing were changed."""

    action: str
    method: str
    fields: list[tuple[str, str]]


class Client:
    """Speaks to one server. ``bearer`` is an access token; cookies are kept as a browser keeps them."""

    def __init__(
        self,
        transport: Transport,
        origin: str,
        *,
        bearer: str | None = None,
        address: str = "203.0.113.7",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.cookies: dict[str, str] = {}
        self.origin = origin
        self.bearer = bearer
        self.headers = dict(headers or {})
        self._transport = transport
        self.address = address

    async def request(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Answer:
        """Send one request; redirects are not followed."""
        split = urlsplit(urljoin(self.origin, path))
        target = (split.path or "/") + (f"?{split.query}" if split.query else "")
        sent = {**self.headers, **(headers or {})}
        if self.bearer is not None:
            sent["authorization"] = f"Bearer {self.bearer}"
        if self.cookies:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = await self._transport(
            Call(method, split.netloc, target, tuple(sent.items()), body, self.address, split.scheme)
        )
        self._keep_cookies(answer)
        return answer

    async def get(self, path: str, **headers: str) -> Answer:
        """Read a path of this server."""
        return await self.request("GET", path, headers=headers)

    async def visit(self, path: str) -> Answer:
        """Read a page, following redirects within this server."""
        return await self.follow(await self.get(path))

    async def follow(self, answer: Answer) -> Answer:
        """Go where redirects lead, while they stay on this server."""
        for _ in range(10):
            place = answer.header("location")
            if answer.status not in REDIRECTS or place is None:
                return answer
            if not urljoin(self.origin + "/", place).startswith(self.origin):
                return answer
            answer = await self.get(place)
        raise AssertionError(f"redirected in circles: {answer.header('location')}")

    async def post_json(self, path: str, value: object, headers: Mapping[str, str] | None = None) -> Answer:
        """Send a JSON body."""
        kind = {"content-type": "application/json", **(headers or {})}
        return await self.request("POST", path, headers=kind, body=msgspec.json.encode(value))

    async def post_form(self, path: str, fields: Fields, headers: Mapping[str, str] | None = None) -> Answer:
        """Send an urlencoded form; a list gives a field several times."""
        kind = {"content-type": "application/x-www-form-urlencoded", **(headers or {})}
        return await self.request("POST", path, headers=kind, body=urlencode(fields, doseq=True).encode())

    async def delete(self, path: str) -> Answer:
        """Delete what stands there."""
        return await self.request("DELETE", path)

    async def submit(self, page: Answer, action: str, **changed: str | list[str]) -> Answer:
        """Send the form of ``page`` whose action ends with ``action``, with some fields changed."""
        form = find_form(page, action)
        fields: dict[str, str | list[str]] = {}
        for name, value in form.fields:
            held = fields.get(name, [])
            fields[name] = [*held, value] if isinstance(held, list) else [held, value]
        return await self.post_form(form.action, {**fields, **changed})

    def _keep_cookies(self, answer: Answer) -> None:
        for name, value in answer.headers:
            if name != "set-cookie":
                continue
            for key, morsel in SimpleCookie(value).items():
                if morsel["max-age"] == "0" or not morsel.value:
                    self.cookies.pop(key, None)
                else:
                    self.cookies[key] = morsel.value


def find_form(page: Answer, action: str) -> Form:
    """The first form of a page whose action, without its query, ends with ``action``."""
    parser = _FormParser()
    parser.feed(page.text)
    for form in parser.forms:
        if urlsplit(form.action).path.endswith(action):
            return form
    raise AssertionError(f"no form to {action} among {[form.action for form in parser.forms]}")


class _FormParser(HTMLParser):
    """Collects forms with what a browser would send of them: no buttons, and boxes only where checked."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._area: str | None = None
        self._text = ""
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        name = values.get("name") or ""
        if tag == "form":
            self.forms.append(Form(values.get("action") or "", (values.get("method") or "get").lower(), []))
        elif tag == "input" and name and self.forms:
            self._input(name, values)
        elif tag == "textarea":
            self._area, self._text = name, ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in values and self.forms:
            self.forms[-1].fields.append((self._select, values.get("value") or ""))

    def _input(self, name: str, values: dict[str, str | None]) -> None:
        kind = values.get("type") or "text"
        if kind in ("submit", "button", "image", "file") or (
            kind in ("checkbox", "radio") and "checked" not in values
        ):
            return
        self.forms[-1].fields.append((name, values.get("value") or ("on" if kind == "checkbox" else "")))

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area is not None and self.forms:
            self.forms[-1].fields.append((self._area, self._text))
            self._area = None
        elif tag == "select":
            self._select = None
