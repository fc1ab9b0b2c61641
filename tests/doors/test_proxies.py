"""Whose address counts: what trusted proxies say is believed, and nothing that a client invents."""

import pytest

from kizuna.doors.proxies import Proxies

TRUSTED = ("127.0.0.1", "10.0.0.0/8", "fd00::/8")


def seen(peer: str, *headers: tuple[str, str], trusted: tuple[str, ...] = TRUSTED) -> str:
    """The address that the server takes a request to come from."""
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers]
    return Proxies(trusted).placed({"client": (peer, 1), "headers": pairs})["client"][0]


def xff(value: str) -> tuple[str, str]:
    return ("X-Forwarded-For", value)


def fwd(value: str) -> tuple[str, str]:
    return ("Forwarded", value)


@pytest.mark.parametrize(
    ("peer", "headers", "address"),
    [
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", [xff("198.51.100.7")], "198.51.100.7"),
        ("127.0.0.1", [xff("198.51.100.7, 10.1.1.1")], "198.51.100.7"),
        ("127.0.0.1", [xff("198.51.100.7:4711")], "198.51.100.7"),
        ("127.0.0.1", [xff("[2001:db8::7]:4711")], "2001:db8::7"),
        ("::ffff:127.0.0.1", [xff("::ffff:198.51.100.7")], "198.51.100.7"),
        ("127.0.0.1", [xff("10.0.0.9, 10.0.0.8")], "10.0.0.9"),
        ("127.0.0.1", [fwd('for="[2001:db8::7]:80";proto=https, for=10.0.0.8')], "2001:db8::7"),
        ("127.0.0.1", [fwd("proto=http;By=10.0.0.8;FOR=198.51.100.7")], "198.51.100.7"),
        ("127.0.0.1", [fwd("for=198.51.100.7"), fwd("for=10.0.0.8")], "198.51.100.7"),
        ("127.0.0.1", [fwd("for=6.6.6.6"), xff("198.51.100.7")], "198.51.100.7"),
    ],
)
def test_the_rightmost_untrusted_address_counts(
    peer: str, headers: list[tuple[str, str]], address: str
) -> None:
    assert seen(peer, *headers) == address


@pytest.mark.parametrize(
    ("peer", "headers", "address"),
    [
        ("198.51.100.7", [xff("6.6.6.6")], "198.51.100.7"),  # no proxy at all
        ("127.0.0.1", [xff("6.6.6.6, 198.51.100.7")], "198.51.100.7"),
        ("127.0.0.1", [xff("6.6.6.6"), xff("198.51.100.7")], "198.51.100.7"),
        ("127.0.0.1", [xff("127.0.0.1, 198.51.100.7, 10.0.0.8")], "198.51.100.7"),
        ("127.0.0.1", [xff("6.6.6.6, unknown, 10.0.0.8")], "10.0.0.8"),
        ("127.0.0.1", [xff("6.6.6.6,, ")], "127.0.0.1"),
        ("127.0.0.1", [xff("6.6.6.6, fe80::1%a")], "127.0.0.1"),
        ("127.0.0.1", [fwd("for=6.6.6.6, for=198.51.100.7")], "198.51.100.7"),
        ("127.0.0.1", [fwd("for=6.6.6.6, for=_hidden")], "127.0.0.1"),
        ("127.0.0.1", [fwd('for=6.6.6.6, for=", for="[2001:db8::7]"')], "127.0.0.1"),
        ("127.0.0.1", [fwd('for=6.6.6.6;x=", for=198.51.100.7')], "127.0.0.1"),
        ("127.0.0.1", [fwd("for=198.51.100.7;for=6.6.6.6")], "127.0.0.1"),
        ("127.0.0.1", [fwd("for=6.6.6.6, proto=http")], "127.0.0.1"),
    ],
)
def test_nobody_chooses_an_address(peer: str, headers: list[tuple[str, str]], address: str) -> None:
    assert seen(peer, *headers) == address


def test_by_default_no_header_is_believed() -> None:
    assert seen("127.0.0.1", xff("6.6.6.6"), trusted=()) == "127.0.0.1"
    assert seen("127.0.0.1", fwd("for=6.6.6.6"), trusted=()) == "127.0.0.1"
