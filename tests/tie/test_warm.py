"""Home lists in memory answer exactly what the store would, or say that they cannot."""

from hypothesis import given
from hypothesis import strategies as st

from kizuna.square.models import Page
from kizuna.tie.warm import WarmLists

ME, FRIEND, STRANGER, OTHER = 1, 2, 3, 4


def expected(ids: list[int], page: Page) -> list[int]:
    inside = [one for one in sorted(ids) if page.above < one < page.below]
    return (inside[: page.limit] if page.min_id is not None else inside[-page.limit :])[::-1]


ids = st.sets(st.integers(1, 200), max_size=120)
bound = st.none() | st.integers(0, 210)
pages = st.builds(Page, limit=st.integers(1, 20), max_id=bound, since_id=bound, min_id=bound)


@given(ids, st.integers(0, 200), pages, st.integers(2, 30))
def test_a_page_is_what_the_store_would_answer_or_none(
    everything: set[int], cut: int, page: Page, kept: int
) -> None:
    lists = WarmLists(kept=kept)
    stored = sorted(one for one in everything if one <= cut)
    later = sorted(one for one in everything if one > cut)
    lists.put(ME, {ME, FRIEND}, stored[::-1][:kept])
    for one in later:
        lists.add(FRIEND, one, None)
    answer = lists.page(ME, page)
    assert answer is None or answer == expected(list(everything), page)
    if page.max_id is None and page.min_id is None and page.limit <= min(kept, len(everything)):
        wanted = expected(list(everything), page)
        assert answer == wanted or len(wanted) < page.limit


def test_the_newest_page_is_always_there() -> None:
    lists = WarmLists(kept=10)
    lists.put(ME, {ME, FRIEND}, list(range(10, 0, -1)))
    for one in range(11, 60):
        lists.add(FRIEND, one, None)
    assert lists.page(ME, Page(limit=3)) == [59, 58, 57]


def test_replies_are_for_their_author_and_those_who_follow_both_sides() -> None:
    lists = WarmLists()
    for reader in (ME, OTHER):
        lists.put(reader, {reader, FRIEND}, [])
    lists.add(STRANGER, 10, None)
    lists.add(FRIEND, 11, STRANGER)
    lists.add(FRIEND, 12, FRIEND)
    lists.add(FRIEND, 13, ME)
    lists.add(ME, 14, STRANGER)
    assert lists.page(ME, Page()) == [14, 13, 12]
    assert lists.page(OTHER, Page()) == [12]


def test_a_dropped_list_is_cold_and_hears_nothing() -> None:
    lists = WarmLists()
    lists.put(ME, {FRIEND}, [1])
    lists.drop(ME)
    lists.drop(ME)
    lists.add(FRIEND, 2, None)
    assert lists.page(ME, Page()) is None


def test_only_so_many_people_are_kept() -> None:
    lists = WarmLists(people=2)
    for reader in (1, 2):
        lists.put(reader, {reader}, [])
    assert lists.page(1, Page()) == []
    lists.put(3, {3}, [])
    assert lists.page(2, Page()) is None
    assert lists.page(1, Page()) == []
