"""Cookies: HttpOnly, SameSite=Lax, secure and host-bound wherever people come by https.

Ports don't separate cookies, so over plain http the port is part of the name: a square on :3000 and a circle on
:3001 of one machine keep their sessions apart.
"""

from typing import Final, Literal

from starlette.requests import Request
from starlette.responses import Response

from kizuna.ground.config import Config

Purpose = Literal["session", "form", "language", "step", "keys"]
YEAR: Final = 365 * 24 * 60 * 60


def cookie_name(config: Config, purpose: Purpose) -> str:
    """The name of a cookie on this server."""
    if config.secure:
        return f"__Host-kizuna-{purpose}"
    port = config.domain.rpartition(":")[2]
    return f"kizuna-{purpose}-{port}" if port.isdigit() else f"kizuna-{purpose}"


def read_cookie(config: Config, request: Request, purpose: Purpose) -> str | None:
    """The value the browser sent; None when absent, empty or absurdly long."""
    value = request.cookies.get(cookie_name(config, purpose), "")
    return value if 0 < len(value) <= 200 and value.isascii() else None


def set_cookie(
    config: Config, response: Response, purpose: Purpose, value: str, seconds: int | None = YEAR
) -> None:
    """Set a cookie for ``seconds``; None lets it end with the browser."""
    response.set_cookie(
        cookie_name(config, purpose),
        value,
        max_age=seconds,
        path="/",
        secure=config.secure,
        httponly=True,
        samesite="lax",
    )


def drop_cookie(config: Config, response: Response, purpose: Purpose) -> None:
    """Make the browser forget a cookie."""
    set_cookie(config, response, purpose, "", 0)
