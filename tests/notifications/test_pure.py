"""The rules of notifications that need no server: quiet hours, groups, pages that are filled up."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.ground.errors import Invalid
from kizuna.ground.ids import first_id_at
from kizuna.notifications.filling import filled
from kizuna.notifications.groups import SPAN_MS, group_key, span_of
from kizuna.notifications.models import SquareNotification
from kizuna.notifications.quiet import DAY_MINUTES, QuietTime, check_quiet, ends_at, is_quiet
from kizuna.square.models import Page

NIGHT = QuietTime("Asia/Tokyo", 22 * 60, 7 * 60)


def at(zone: str, *moment: int) -> int:
    year, month, day, hour, minute = moment
    return round(datetime(year, month, day, hour, minute, tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("hour", "minute", "quiet"),
    [(21, 59, False), (22, 0, True), (3, 0, True), (6, 59, True), (7, 0, False)],
)
def test_a_night_goes_over_midnight(hour: int, minute: int, quiet: bool) -> None:
    now = at("Asia/Tokyo", 2026, 12, 24, hour, minute)
    assert is_quiet(NIGHT, now) is quiet
    assert is_quiet(QuietTime("Asia/Tokyo", 7 * 60, 22 * 60), now) is not quiet
    assert not is_quiet(None, now)
    if quiet:
        day = 25 if hour > 12 else 24
        assert ends_at(NIGHT, now) == at("Asia/Tokyo", 2026, 12, day, 7, 0)


def test_hours_follow_the_clocks_of_their_place() -> None:
    night = QuietTime("Europe/Berlin", 22 * 60, 7 * 60)
    winter, summer = (at("Europe/Berlin", 2026, month, 15, 23, 0) for month in (1, 7))
    assert is_quiet(night, winter)
    assert is_quiet(night, summer)
    before_the_change = at("Europe/Berlin", 2026, 3, 28, 23, 0)
    assert ends_at(night, before_the_change) - before_the_change == 7 * 3600 * 1000, "an hour is left out"


MINUTES = st.integers(0, DAY_MINUTES - 1)


@given(MINUTES, MINUTES, st.integers(1_700_000_000_000, 1_900_000_000_000))
def test_they_end_when_they_say(start: int, end: int, now: int) -> None:
    quiet = QuietTime("America/New_York", start, end)
    if start == end:
        with pytest.raises(Invalid):
            check_quiet(quiet)
    elif is_quiet(check_quiet(quiet), now):
        over = ends_at(quiet, now)
        assert now < over <= now + 26 * 3600 * 1000


def test_a_group_is_found_again_by_its_key() -> None:
    first = first_id_at(SPAN_MS * 3_000) | 5
    for kind, post in (("favourite", 77), ("reblog", 77), ("follow", None)):
        one = SquareNotification(first, kind, 9, post)  # pyright: ignore[reportArgumentType] - a kind by name
        span = span_of(group_key(one))
        assert span is not None
        assert (span.kind, span.post_id) == (kind, post or 0)
        assert span.first <= one.id <= span.last
        assert not span.first <= first_id_at(SPAN_MS * 3_001) <= span.last
    mention = SquareNotification(first, "mention", 9, 77)
    alone = span_of(group_key(mention))
    assert alone is not None
    assert (alone.kind, alone.first, alone.last) == (None, first, first)
    for wrong in (
        "",
        "favourite",
        "favourite-3000",
        "follow-77-3000",
        "ungrouped-",
        "ungrouped-x",
        "poll-1-1",
        "favourite-77-" + "9" * 8,
    ):
        assert span_of(wrong) is None, wrong


@given(st.sets(st.integers(1, 80)), st.sets(st.integers(1, 80)), st.integers(1, 9))
def test_pages_that_are_filled_up_lose_and_double_nothing(
    every: set[int], hidden: set[int], limit: int
) -> None:
    asyncio.run(walk_both_ways(every, hidden, limit))


async def walk_both_ways(every: set[int], hidden: set[int], limit: int) -> None:
    made = [SquareNotification(one, "follow", 1, None) for one in sorted(every, reverse=True)]

    async def rows(page: Page) -> Sequence[SquareNotification]:
        found = [one for one in made if page.above < one.id < page.below]
        return found[: page.limit] if page.min_id is None else found[-page.limit :]

    async def keep(read: Sequence[SquareNotification]) -> list[SquareNotification]:
        return [one for one in read if one.id not in hidden]

    wanted = sorted(every - hidden, reverse=True)
    down: list[int] = []
    page: Page | None = Page(limit=limit)
    while page is not None:
        part = await filled(page, rows, keep)
        down += [one.id for one in part.found]
        page = None if part.older is None else Page(limit=limit, max_id=part.older)
    assert down == wanted
    up: list[int] = []
    above: int | None = 0
    while above is not None:
        part = await filled(Page(limit=limit, min_id=above), rows, keep)
        up = [*(one.id for one in part.found), *up]
        above = part.newest
    assert up == wanted
