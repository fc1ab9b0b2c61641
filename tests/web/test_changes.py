"""What changed between two wordings: both can be read out of it, and no pair of texts is dear."""

import time
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kizuna.web.changes import Change, changes

TEXTS = st.text(alphabet="abい雨 \n#\N{COMBINING ACUTE ACCENT}", max_size=40)


@given(TEXTS, TEXTS)
def test_both_wordings_are_in_it(old: str, new: str) -> None:
    found = changes(old, new)
    assert "".join(part.text for part in found if part.kind != "new") == old
    assert "".join(part.text for part in found if part.kind != "gone") == new
    assert all(part.text for part in found)
    assert all(one.kind != other.kind for one, other in pairwise(found))


@given(TEXTS)
def test_nothing_changes_where_nothing_changed(text: str) -> None:
    assert all(part.kind == "same" for part in changes(text, text))


def test_words_change_as_words_and_japanese_letter_by_letter() -> None:
    assert changes("Snow at noon", "Rain at noon") == (
        Change("gone", "Snow"),
        Change("new", "Rain"),
        Change("same", " at noon"),
    )
    assert changes("午後は雪", "午後は大雨") == (
        Change("same", "午後は"),
        Change("gone", "雪"),
        Change("new", "大雨"),
    )


def test_no_pair_of_texts_is_dear() -> None:
    pairs = [("あい" * 2000, "いあう" * 1300), ("a " * 2000, "b " * 2000), ("あ" * 4000, "い" * 4000)]
    began = time.process_time()
    for old, new in pairs:
        changes(old, new)
    assert time.process_time() - began < 1.0
