"""From a URL to addresses that may be called, or a refusal.

The name is resolved here, once per hop, and the adapter connects to exactly the addresses that were checked: a name
that answers differently the next moment (DNS rebinding) gains nothing.
"""

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Collection, Sequence
from ipaddress import ip_address

import httpx2
import msgspec

from kizuna.fetch.addresses import Address, is_public
from kizuna.fetch.port import FetchFailed, FetchRefused

#: Name and port to addresses, in the order to try. Raises FetchFailed when there are none.
Resolver = Callable[[str, int], Awaitable[Sequence[Address]]]

_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(rb"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")
#: Addresses of one name that are tried in turn.
_TRIES = 4


class Target(msgspec.Struct, frozen=True):
    """Where one hop goes: the URL as asked, and what its name stands for at this moment."""

    url: httpx2.URL
    host: str
    port: int
    addresses: tuple[Address, ...]


async def resolve(host: str, port: int) -> Sequence[Address]:
    """Ask the system. It also reads short and numeric spellings (127.1, 0x7f000001), so these are checked as well."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchFailed(f"{host}: this name is not known") from error
    # IPv6 answers are (address, port, flow, scope); a scope makes it link-local and stays visible in the text.
    return [ip_address(str(entry[4][0])) for entry in found]


class Guard:
    """Checks each hop. `allow` names host:port pairs that skip the rules: tests, the demo, one's own network."""

    def __init__(self, allow: Collection[str] = (), resolver: Resolver = resolve) -> None:
        self._allow = frozenset(entry.lower() for entry in allow)
        self._resolver = resolver

    async def check(self, text: str) -> Target:
        """The addresses that may be called for this URL. Raises FetchRefused or FetchFailed.

        Public services are called on the ports 80 and 443 only: other ports of other machines are no place for a web
        server to knock at on a stranger's word.
        """
        url = parse(text)
        # The ASCII form: what goes into DNS, Host and SNI is what was checked.
        host = url.raw_host.decode("ascii").lower()
        port = url.port or _PORTS[url.scheme]
        name = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        allowed = name in self._allow
        if not allowed and port not in _PORTS.values():
            raise FetchRefused(f"{name}: only the ports 80 and 443 may be called")
        found = await self._resolver(host, port)
        usable = tuple(dict.fromkeys(address for address in found if allowed or is_public(address)))
        if not usable:
            raise FetchRefused(f"{host}: not a public address")
        return Target(url, host, port, usable[:_TRIES])


def parse(text: str) -> httpx2.URL:
    """An absolute http or https URL without credentials in it. Raises FetchRefused."""
    try:
        url = httpx2.URL(text)
    except httpx2.InvalidURL as error:
        raise FetchRefused("not a valid address") from error
    if url.scheme not in _PORTS or not _HOST.fullmatch(url.raw_host):
        raise FetchRefused("only http and https addresses with a host may be called")
    if url.userinfo:
        raise FetchRefused("the address carries a user name or password")
    return url
