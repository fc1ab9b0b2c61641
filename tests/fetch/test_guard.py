"""URLs that must never be called, whatever they look like."""

import asyncio

import pytest

from kizuna.fetch.guard import Guard, Target
from kizuna.fetch.port import FetchFailed, FetchRefused
from tests.fetch.wire import Names


def check(guard: Guard, url: str) -> Target:
    return asyncio.run(guard.check(url))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.social/",
        "file:///etc/passwd",
        "gopher://example.social/",
        "//example.social/",
        "/etc/passwd",
        "",
        "https://",
        "https:///path",
        "https://user:secret@example.social/",
        "https://user@example.social/",
        "https://example.social:bad/",
        "https://exa mple.social/",
        "https://[::1/",
        "https://example.social:22/",
        "http://example.social:3000/",
        "https://example.social\x00/",
    ],
)
def test_malformed_and_unwanted_urls_are_refused_without_a_lookup(url: str) -> None:
    names = Names(example_social=["1.1.1.1"])
    with pytest.raises(FetchRefused):
        check(Guard(resolver=names), url)
    assert names.asked == []


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "localhost",
        "0",
    ],
)
def test_every_spelling_of_this_machine_is_refused(host: str) -> None:
    with pytest.raises((FetchRefused, FetchFailed)):
        check(Guard(), f"http://{host}/")


def test_only_the_public_ones_of_several_addresses_are_kept() -> None:
    names = Names(mixed_example=["10.0.0.1", "1.1.1.1", "::1", "1.1.1.1", "2606:4700::1111"])
    target = check(Guard(resolver=names), "https://mixed.example/a?b=c")
    assert [str(address) for address in target.addresses] == ["1.1.1.1", "2606:4700::1111"]
    assert (target.host, target.port, str(target.url)) == (
        "mixed.example",
        443,
        "https://mixed.example/a?b=c",
    )


def test_a_name_with_private_addresses_only_is_refused() -> None:
    with pytest.raises(FetchRefused):
        check(Guard(resolver=Names(inner_example=["10.0.0.1", "fd00::1"])), "https://inner.example/")


def test_the_allow_list_names_host_and_port() -> None:
    guard = Guard(["localhost:3000"], Names(localhost=["127.0.0.1"]))
    assert check(guard, "http://LOCALHOST:3000/x").port == 3000
    for url in ("http://localhost:3001/", "http://localhost/", "http://127.0.0.1:3000/"):
        with pytest.raises(FetchRefused):
            check(guard, url)


def test_an_international_name_is_checked_in_its_ascii_form() -> None:
    names = Names(**{"xn--wgv71a119e_jp": ["1.1.1.1"]})
    assert check(Guard(resolver=names), "https://日本語.jp/").host == "xn--wgv71a119e.jp"


def test_an_unknown_name_surely_was_not_called() -> None:
    with pytest.raises(FetchFailed):
        check(Guard(), "https://no-such-name.invalid/")
