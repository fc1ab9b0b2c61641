"""What people type for a partner (pure): `localhost:3000`, `https://example.social`, `@me@example.social`."""

from collections.abc import Collection
from urllib.parse import urlsplit

from kizuna.ground.errors import Invalid

_MOST_CHARACTERS = 300
_USUAL = {"http": 80, "https": 443}


def origin_of(typed: str, allow: Collection[str]) -> str:
    """The origin that is meant, such as `https://example.social`. Raises Invalid.

    Servers are spoken to by https. Those that the administrator allows by host and port (the demo, a partner in one's
    own network) are spoken to by http unless https is typed. Whether the address may be called at all is for `fetch`.
    """
    text = typed.strip()
    scheme, mark, rest = text.partition("://")
    if not mark:
        scheme, rest = "", text.removeprefix("acct:")
    rest = rest.split("/", 1)[0].rpartition("@")[2].lower()
    host, port = _host_and_port(rest, len(text))
    name = f"{host}:{port}" if port is not None else host
    inner = (name if port is not None else f"{host}:80") in {entry.lower() for entry in allow}
    if not inner and port is None and "." not in host:
        raise Invalid("This is not the address of a server.", field="address")
    scheme = scheme.lower() or ("http" if inner else "https")
    if scheme not in _USUAL or (scheme == "http" and not inner):
        raise Invalid("This server can only be reached by https.", field="address")
    return f"{scheme}://{host}" if port in (None, _USUAL[scheme]) else f"{scheme}://{name}"


def host_of(origin: str) -> str:
    """What people call a partner: its host, and the port where it is not the usual one."""
    return urlsplit(origin).netloc


def _host_and_port(rest: str, length: int) -> tuple[str, int | None]:
    bad = Invalid("This is not the address of a server.", field="address")
    if length > _MOST_CHARACTERS:
        raise bad
    try:
        parts = urlsplit(f"//{rest}")
        # The dot of the root changes nothing in DNS; kept, it would make a second place of the same server.
        host, port = (parts.hostname or "").removesuffix("."), parts.port
        ascii_host = host if ":" in host else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError) as error:
        raise bad from error
    plain = ascii_host.replace("-", "").replace(".", "").replace("_", "")
    if not plain.isalnum() or parts.query or parts.fragment or port == 0:
        raise bad
    return ascii_host, port
