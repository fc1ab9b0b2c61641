"""Forms are answered only for pages of this server, and cookies stay on it."""

from typing import cast

import pytest
from starlette.requests import Request
from starlette.responses import Response

from kizuna.blobs.disk import Blobs
from kizuna.doors.cookies import cookie_name, drop_cookie, read_cookie, set_cookie
from kizuna.doors.csrf import check_form, form_token, keep_form_cookie
from kizuna.doors.language import page_language
from kizuna.doors.parts import PublicParts
from kizuna.ground.clock import SystemClock
from kizuna.ground.config import Config
from kizuna.ground.errors import Forbidden
from kizuna.ground.randomness import SeededRandomness
from kizuna.people.ports import People
from kizuna.square.ports import Square
from kizuna.streaming.hub import Hub
from kizuna.streaming.seats import Seats

HTTP = Config(origin="http://localhost:3001", language="ja")
HTTPS = Config(origin="https://kizuna.example")
# Forms need nothing of the domain, so its parts are absent here.
NOBODY = cast(People, None)
NOWHERE = cast(Square, None)
NOTHING = cast(Blobs, None)


def request(cookies: dict[str, str] | None = None, **headers: str) -> Request:
    pairs = [
        ("host", "localhost:3001"),
        *((name.replace("_", "-"), value) for name, value in headers.items()),
    ]
    if cookies:
        pairs.append(("cookie", "; ".join(f"{name}={value}" for name, value in cookies.items())))
    raw = [(name.encode(), value.encode()) for name, value in pairs]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": raw, "query_string": b""})


@pytest.fixture
def parts(randomness: SeededRandomness) -> PublicParts:
    clock = SystemClock()
    streams = Hub(clock, b"", Seats())
    return PublicParts(
        config=HTTP,
        clock=clock,
        randomness=randomness,
        people=NOBODY,
        square=NOWHERE,
        streams=streams,
        pictures=NOTHING,
        staged=NOTHING,
    )


def test_a_visitors_form_is_bound_to_his_browser(parts: PublicParts) -> None:
    shown, page = request(), Response()
    token = form_token(parts, shown)
    assert form_token(parts, shown) == token
    keep_form_cookie(parts, shown, page)
    name, _, rest = page.headers["set-cookie"].partition("=")
    secret, _, flags = rest.partition(";")
    assert name == "kizuna-form-3001"
    assert secret not in token
    assert "httponly" in flags.lower()
    assert "samesite=lax" in flags.lower()
    check_form(parts, request({name: secret}, sec_fetch_site="same-origin"), token)
    for sent in (request(), request({name: "another"}), request({"kizuna-form-3000": secret})):
        with pytest.raises(Forbidden):
            check_form(parts, sent, token)


def test_a_session_has_a_token_of_its_own(parts: PublicParts) -> None:
    mine = {"kizuna-session-3001": "mine"}
    page = Response()
    token = form_token(parts, request(mine))
    assert "set-cookie" not in keep_form_cookie(parts, request(mine), page).headers
    check_form(parts, request(mine), token)
    for wrong in ("", "x", token + "x", form_token(parts, request({"kizuna-session-3001": "other"}))):
        with pytest.raises(Forbidden):
            check_form(parts, request(mine), wrong)


@pytest.mark.parametrize(
    ("headers", "fine"),
    [
        ({}, True),
        ({"sec_fetch_site": "same-origin"}, True),
        ({"sec_fetch_site": "none"}, True),
        ({"sec_fetch_site": "same-site"}, False),
        ({"sec_fetch_site": "cross-site", "origin": "http://localhost:3001"}, False),
        ({"origin": "http://localhost:3001"}, True),
        ({"origin": "http://localhost:3000"}, False),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": "http://["}, False),
    ],
)
def test_where_a_form_comes_from_is_checked(
    parts: PublicParts, headers: dict[str, str], *, fine: bool
) -> None:
    mine = {"kizuna-session-3001": "mine"}
    token = form_token(parts, request(mine))
    if fine:
        check_form(parts, request(mine, **headers), token)
    else:
        with pytest.raises(Forbidden):
            check_form(parts, request(mine, **headers), token)


def test_cookies_are_bound_to_the_host_where_that_is_possible() -> None:
    assert cookie_name(HTTP, "session") != cookie_name(replace_port(HTTP), "session")
    answer = Response()
    set_cookie(HTTPS, answer, "session", "value")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-kizuna-session=value;")
    assert {"httponly", "secure", "path=/", "samesite=lax"} <= {
        part.strip().lower() for part in cookie.split(";")
    }
    assert "domain" not in cookie.lower()
    gone = Response()
    drop_cookie(HTTPS, gone, "session")
    assert "Max-Age=0" in gone.headers["set-cookie"]


def replace_port(config: Config) -> Config:
    return Config(origin=config.origin.replace("3001", "3000"))


@pytest.mark.parametrize("value", ["", "x" * 300])
def test_absurd_cookies_are_no_cookies(value: str) -> None:
    assert read_cookie(HTTP, request({"kizuna-session-3001": value}), "session") is None


def test_the_language_is_chosen_by_the_person_then_the_browser() -> None:
    assert page_language(HTTP, request(), None) == "ja"
    assert page_language(HTTP, request(accept_language="fr, en;q=0.8, ja;q=0.5"), None) == "en"
    assert page_language(HTTP, request({"kizuna-language-3001": "ja"}, accept_language="en"), None) == "ja"
    assert page_language(HTTP, request({"kizuna-language-3001": "xx"}, accept_language="en"), None) == "en"
