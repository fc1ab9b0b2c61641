"""Requests of the Mastodon API as documented, and answers that are not what they should be."""

import pytest

from kizuna.fetch.port import Response
from kizuna.tie.delivery import posted, removed
from kizuna.tie.models import Limit
from kizuna.tie.partners import mastodon, wire
from kizuna.tie.states import Deleted, Happening, Lost, NotSent, Postponed, Refused, Stood

ORIGIN = "https://partner.test"


def answer(status: int, body: bytes = b"{}", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, named, body, ORIGIN)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b"null",
        b"[]",
        b"{",
        b'{"id": null}',
        b'{"id": ""}',
        b'{"id": {}}',
        b"\xff",
        b"[" * 99999,
        b'{"id": "' + b"9" * 101 + b'"}',
    ],
)
def test_answers_that_cannot_be_read_leave_it_open(body: bytes) -> None:
    assert isinstance(posted(answer(200, body)), Lost)
    with pytest.raises(mastodon.Malformed):
        mastodon.read(answer(200, body), wire.Posted)


@pytest.mark.parametrize(
    ("reply", "meaning"),
    [
        (answer(200, b'{"id": "7", "url": "https://a.b/7"}'), Stood("7", "https://a.b/7")),
        (answer(200, b'{"id": 7, "url": "javascript:x"}'), Stood("7", None)),
        (answer(422, b'{"error": "no\\u202e way"}'), Refused("no  way")),
        (answer(404, b"<html>"), Refused("HTTP 404")),
        (answer(301), Refused("HTTP 301")),
        (answer(401, b'{"error": "gone"}'), NotSent("gone")),
        (answer(429, retry_after="7"), NotSent("HTTP 429", 7000)),
        (answer(429, retry_after="999999"), NotSent("HTTP 429", 3_600_000)),
        (answer(429, retry_after="nan"), NotSent("HTTP 429", 0)),
        (answer(408), Lost("HTTP 408")),
        (answer(500), Lost("HTTP 500")),
        (answer(503, retry_after="5"), Lost("HTTP 503")),
    ],
)
def test_what_the_answer_to_a_send_means(reply: Response, meaning: Happening) -> None:
    assert posted(reply) == meaning


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (200, Deleted),
        (204, Deleted),
        (404, Deleted),
        (410, Deleted),
        (403, Refused),
        (422, Refused),
        (408, Postponed),
        (429, Postponed),
        (500, Postponed),
    ],
)
def test_what_the_answer_to_a_removal_means(status: int, kind: type[Happening]) -> None:
    assert isinstance(removed(answer(status)), kind)


def test_how_servers_count() -> None:
    def limit(text: str) -> Limit:
        return mastodon.limit_of(mastodon.read(answer(200, text.encode()), wire.Instance))

    told = '"configuration": {"statuses": {"max_characters": 300, "characters_reserved_per_url": 30}}'
    assert limit(f'{{"version": "4.5.0", {told}}}') == Limit(300, 30, "grapheme")
    assert limit(f'{{"version": "4.5.0 (compatible; Kizuna 0.1)", {told}}}') == Limit(300, 30, "point")
    assert limit('{"version": "2.7.2 (compatible; Pleroma 2.5)", "max_toot_chars": 5000}') == Limit(
        5000, None, "point"
    )
    assert limit("{}") == Limit(500, None, "point")


def test_the_same_text_is_known_again_whatever_the_server_made_of_it() -> None:
    text = "桜 #花見 https://example.com/a?b=c&d\n\n@\u2060mei <3"
    html = (
        '<p>桜 <a class="hashtag" href="x">#<span>花見</span></a> <a href="x"><span class="invisible">https://</span>'
        "<span>example.com/a?b=c&amp;d</span></a></p><p>@mei &lt;3</p>"
    )
    assert mastodon.same_text(html, text)
    assert not mastodon.same_text("<p>桜</p>", text)


def test_ids_are_compared_by_length_and_text() -> None:
    assert mastodon.newest(["99", "100", "9", "101"]) == "101"
    assert mastodon.newest([]) is None


def test_a_post_carries_its_key_and_nothing_of_the_circle() -> None:
    request = mastodon.post(ORIGIN, "secret", "a & b\n桜", "key")
    assert request.url == f"{ORIGIN}/api/v1/statuses"
    assert request.headers["idempotency-key"] == "key"
    assert request.headers["authorization"] == "Bearer secret"
    assert request.body == b"status=a+%26+b%0A%E6%A1%9C&visibility=public"
    assert "secret" not in request.url


def test_ids_of_partners_cannot_leave_their_place_in_the_path() -> None:
    assert mastodon.delete(ORIGIN, "t", "../x?y#z").url == f"{ORIGIN}/api/v1/statuses/..%2Fx%3Fy%23z"


def test_granted_scopes() -> None:
    wanted = mastodon.scopes_for(copies_out=True, home_in=True)
    assert mastodon.covers("read write", wanted)
    assert mastodon.covers("write:statuses read:accounts read:statuses", wanted)
    assert not mastodon.covers("read", wanted)
