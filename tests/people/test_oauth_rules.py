"""The pure rules of the OAuth server: scopes, PKCE, redirect addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.ground.errors import Invalid
from kizuna.people.pkce import challenge_of, check_challenge, proves
from kizuna.people.redirects import OUT_OF_BAND, check_redirect_uris, with_query
from kizuna.people.refusals import InvalidRequest, InvalidScope
from kizuna.people.scopes import EVERYTHING, KNOWN, allows, covers, parse_scopes, scope_text

# RFC 7636, appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_scopes_are_read_and_written() -> None:
    assert parse_scopes(None) == parse_scopes("  ") == {"read"}
    assert scope_text(parse_scopes("push write  read read:statuses")) == "read write push read:statuses"


@pytest.mark.parametrize(
    "bad", ["admin", "read:everything", "READ", "read,write", "read\x00", "read " * 1000, "*"]
)
def test_unknown_scopes_are_refused(bad: str) -> None:
    with pytest.raises(InvalidScope):
        parse_scopes(bad)


@pytest.mark.parametrize(
    ("granted", "needed", "fine"),
    [
        ("read", "read:statuses", True),
        ("read:statuses", "read:statuses", True),
        ("read:statuses", "read", False),
        ("read", "write", False),
        ("write", "write:media", True),
        ("follow", "write:follows", True),
        ("follow", "write:statuses", False),
        ("read", "profile", True),
        ("profile", "read:accounts", False),
        ("write", "push", False),
        ("read", "readiness", False),
    ],
)
def test_a_scope_allows_its_parts(granted: str, needed: str, fine: bool) -> None:
    assert allows(parse_scopes(granted), needed) is fine


@given(st.sets(st.sampled_from(KNOWN), min_size=1), st.sets(st.sampled_from(KNOWN), min_size=1))
def test_covering_is_order(one: set[str], other: set[str]) -> None:
    granted, wanted = frozenset(one), frozenset(other)
    assert covers(granted, granted)
    assert covers(EVERYTHING, wanted)
    assert covers(granted | wanted, wanted)
    assert covers(granted, wanted) == all(allows(granted, scope) for scope in wanted)
    assert parse_scopes(scope_text(granted)) == granted


def test_the_example_of_the_standard_proves() -> None:
    assert challenge_of(VERIFIER) == CHALLENGE
    assert proves(CHALLENGE, VERIFIER)


@pytest.mark.parametrize(
    "verifier", [None, "", VERIFIER[:-1], VERIFIER[:-1] + "l", VERIFIER + "é", "x" * 129, CHALLENGE]
)
def test_anything_else_does_not(verifier: str | None) -> None:
    assert not proves(CHALLENGE, verifier)


def test_a_verifier_without_a_challenge_is_refused() -> None:
    assert proves(None, None)
    assert not proves(None, VERIFIER)


@pytest.mark.parametrize(
    ("challenge", "method"),
    [
        (CHALLENGE, "plain"),
        (CHALLENGE, None),
        (CHALLENGE[:-1], "S256"),
        (CHALLENGE + "=", "S256"),
        (None, "S256"),
    ],
)
def test_only_s256_is_taken(challenge: str | None, method: str | None) -> None:
    with pytest.raises(InvalidRequest):
        check_challenge(challenge, method)


def test_redirect_addresses_may_be_lines_or_a_list() -> None:
    two = ("https://app.example/cb?x=1", OUT_OF_BAND)
    assert check_redirect_uris("\n".join(two) + "\r\n" + two[0]) == two
    assert check_redirect_uris(list(two)) == two


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example",
        "http://localhost:8080/cb",
        "http://[::1]:3000/cb",
        "com.example.app://callback",
        "oauth2redirect.com.keylesspalace.tusky:/login",
    ],
)
def test_web_and_native_addresses_are_taken(uri: str) -> None:
    assert check_redirect_uris(uri) == (uri,)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/cb",
        "//app.example/cb",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:https://app.example/1",
        "urn:ietf:wg:oauth:2.0:oob:auto",
        "https://",
        "https:///cb",
        "https://app.example@evil.example/cb",
        "https://app.example/cb#fragment",
        "https://app.example/cb#",
        "https://app.example:99999/cb",
        "https://app.example/\x00",
        "https://app.example/<script>",
        "https://日本語.example/cb",
        "app:",
        "https://app.example/" + "x" * 2000,
        "https://[::1/cb",
        "https://app.example;sandbox/cb",
        "https://app.example,evil.example/cb",
        "https://app'example/cb",
        "https://*.example/cb",
    ],
)
def test_dangerous_addresses_are_refused(uri: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_redirect_uris([uri])
    assert refused.value.field == "redirect_uris"


def test_there_are_not_too_many() -> None:
    with pytest.raises(Invalid):
        check_redirect_uris([f"https://app.example/{number}" for number in range(21)])


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://app.example/cb", "https://app.example/cb?code=a%2Bb&state=%E7%B5%86"),
        ("https://app.example/cb?x=1", "https://app.example/cb?x=1&code=a%2Bb&state=%E7%B5%86"),
        ("com.example.app://callback", "com.example.app://callback?code=a%2Bb&state=%E7%B5%86"),
        ("com.example.app:/login", "com.example.app:/login?code=a%2Bb&state=%E7%B5%86"),
    ],
)
def test_answers_are_added_to_the_address(uri: str, expected: str) -> None:
    assert with_query(uri, [("code", "a+b"), ("state", "絆")]) == expected
