"""Answers: JSON, the Link header of pages, errors, and the headers that every answer of a family carries."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote, urlencode

import msgspec
from starlette.responses import Response

from kizuna.ground.clock import iso
from kizuna.ground.config import Config
from kizuna.people.limits import Standing

JSON_TYPE: Final = "application/json; charset=utf-8"
Headers = Sequence[tuple[bytes, bytes]]

CORS: Final[Headers] = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"Link, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset"),
)
PREFLIGHT: Final[Headers] = (
    (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, PATCH, DELETE"),
    (b"access-control-allow-headers", b"Authorization, Content-Type, Idempotency-Key"),
    (b"access-control-max-age", b"86400"),
)
SECURITY: Final[Headers] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
API_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"


class ErrorBody(msgspec.Struct, omit_defaults=True):
    """What every failed API call answers. ``error_description`` is OAuth's; ``details`` names fields at sign-up."""

    error: str
    error_description: str | None = None
    details: dict[str, list[dict[str, str]]] | None = None


def json_answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A value as JSON."""
    return raw_answer(msgspec.json.encode(value), status, headers)


def raw_answer(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON that is encoded already."""
    return Response(body, status, headers, JSON_TYPE)


def rate_headers(standing: Standing) -> Headers:
    """The X-RateLimit headers; the reset is an ISO date, as the clients of the field read it."""
    return (
        (b"x-ratelimit-limit", str(standing.limit).encode()),
        (b"x-ratelimit-remaining", str(standing.remaining).encode()),
        (b"x-ratelimit-reset", iso(standing.reset_ms).encode()),
    )


def page_policy(form_targets: Sequence[str] = ()) -> str:
    """The Content-Security-Policy of a page: nothing inline, nothing from elsewhere.

    Browsers apply ``form-action`` to the redirect that answers a form, so a page whose form leads to another site
    (an app's redirect, a partner's authorise page) names it in ``form_targets``.
    """
    targets = " ".join(["'self'", *form_targets])
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action {targets}; frame-ancestors 'none'"
    )


def link_header(
    config: Config, path: str, kept: Sequence[tuple[str, str]], older: str | None, newer: str | None
) -> str:
    """The Link header of a page of a list, ``rel="next"`` first, absolute and without commas inside.

    ``kept`` are the parameters of this request that the next page needs too; ``older`` becomes its ``max_id``,
    ``newer`` the ``min_id`` of the previous page. Empty when there is neither.
    """
    address = f"{config.url}{quote(path)}?{urlencode(kept)}{'&' if kept else ''}"
    links: list[str] = []
    for rel, name, cursor in (("next", "max_id", older), ("prev", "min_id", newer)):
        if cursor is not None:
            links.append(f'<{address}{name}={quote(cursor)}>; rel="{rel}"')
    return ", ".join(links)
