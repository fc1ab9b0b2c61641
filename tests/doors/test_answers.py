"""Headers that clients of the field depend on, letter by letter."""

from kizuna.doors.answers import link_header, page_policy, rate_headers
from kizuna.ground.config import Config
from kizuna.people.limits import Standing

CONFIG = Config(origin="https://square.example")


def test_the_link_header_is_absolute_with_next_first() -> None:
    link = link_header(CONFIG, "/api/v1/timelines/tag/a", [("limit", "2"), ("any[]", "b,c")], "7", "9")
    assert link == (
        '<https://square.example/api/v1/timelines/tag/a?limit=2&any%5B%5D=b%2Cc&max_id=7>; rel="next", '
        '<https://square.example/api/v1/timelines/tag/a?limit=2&any%5B%5D=b%2Cc&min_id=9>; rel="prev"'
    )


def test_a_list_ends() -> None:
    assert link_header(CONFIG, "/a", [], None, "9") == '<https://square.example/a?min_id=9>; rel="prev"'
    assert link_header(CONFIG, "/a", [], None, None) == ""


def test_rate_limits_are_told_with_an_iso_date() -> None:
    headers = dict(rate_headers(Standing(True, 300, 299, 1_762_000_000_123, 0.0)))
    assert headers == {
        b"x-ratelimit-limit": b"300",
        b"x-ratelimit-remaining": b"299",
        b"x-ratelimit-reset": b"2025-11-01T12:26:40.123Z",
    }


def test_pages_run_nothing_inline() -> None:
    policy = page_policy(["https://app.example"])
    assert "unsafe" not in policy
    assert "form-action 'self' https://app.example;" in policy
    assert "frame-ancestors 'none'" in policy
