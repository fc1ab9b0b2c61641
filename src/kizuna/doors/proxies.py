"""From which address a request comes, when proxies stand in front of the server.

What a header says is believed only as far as trusted proxies wrote it. Each proxy adds, on the right, the address that
it was called from; so the rightmost one that is not itself a trusted proxy is the client's, and what stands left of it
may be invented.
"""

import ipaddress
import re
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from starlette.types import Scope

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
# RFC 7239, 4: forwarded-pair, with the quoted string whole, so that a comma inside it divides nothing.
_PAIR: Final = re.compile(
    r'\s*(?:([!#$%&\'*+.^_`|~\w-]+)=("(?:[^"\\]|\\.)*"|[^\s;,"]+))?\s*([;,]|$)', re.ASCII
)
_PORT: Final = re.compile(r"\[([^\]]*)\](?::\d{1,5})?|([\d.]+):\d{1,5}", re.ASCII)


class Proxies:
    """The proxies that are trusted, by their networks."""

    def __init__(self, networks: Sequence[str]) -> None:
        self._networks: list[Network] = [ipaddress.ip_network(text) for text in networks]

    def placed(self, scope: Scope) -> Scope:
        """The scope with the client's own address, so that everybody behind us sees the same one."""
        client = scope.get("client")
        if not self._networks or not client:
            return scope
        return {**scope, "client": (self._address(client[0], scope["headers"]), client[1])}

    def _address(self, peer: str, headers: Sequence[tuple[bytes, bytes]]) -> str:
        here = read_address(peer)
        if here is None or not self._trusts(here):
            return peer
        for hop in _hops(headers):
            if (
                hop is None
            ):  # unknown or hidden: whatever stands further left was told by somebody we cannot name
                break
            here = hop
            if not self._trusts(here):
                break
        return str(here)

    def _trusts(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


def read_address(text: str) -> Address | None:
    """An address as proxies write it, perhaps with a port; None for anything else."""
    text = text.strip()
    if with_port := _PORT.fullmatch(text):
        text = with_port[1] or with_port[2] or ""
    if "%" in text:
        return None
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def _hops(headers: Sequence[tuple[bytes, bytes]]) -> Iterator[Address | None]:
    """Who called whom, the nearest first. X-Forwarded-For wins; Forwarded is read only where it is absent."""
    lists = [value.decode("latin-1") for name, value in headers if name.lower() == b"x-forwarded-for"]
    if lists:
        for text in reversed(",".join(lists).split(",")):
            yield read_address(text)
        return
    for name, value in reversed(headers):
        if name.lower() == b"forwarded":
            yield from reversed(_elements(value.decode("latin-1")))


def _elements(text: str) -> list[Address | None]:
    """The ``for`` of each element of a Forwarded header; one unknown hop when it is not well formed."""
    found: list[Address | None] = []
    names: dict[str, str] = {}
    position = 0
    while True:
        pair = _PAIR.match(text, position)
        if pair is None or (pair[1] or "").lower() in names:
            return [None]
        if pair[1]:
            names[pair[1].lower()] = re.sub(r"\\(.)", r"\1", pair[2].strip('"'))
        position = pair.end()
        if pair[3] != ";":
            found.append(read_address(names.get("for", "")))
            names = {}
        if not pair[3]:
            return found
