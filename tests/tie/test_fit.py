"""Fitting: golden files (what it does), and what must hold for every text."""

import json
from pathlib import Path
from typing import Any

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from kizuna.ground import text as texts
from kizuna.tie.fit import ELLIPSIS, cost, defused, fit
from kizuna.tie.models import Limit

GOLDEN = [
    pytest.param(case, id=f"{file.stem}: {case['about']}")
    for file in sorted((Path(__file__).parent / "golden").glob("*.json"))
    for case in json.loads(file.read_text("utf-8"))
]
WESTERN = [
    "https://example.com/",
    "a" * 40,
    "#tag",
    "@mei",
    "@ken@other.test",
    " ",
    "\n",
    "e\u0301",
    ".",
    "x",
    "#",
    "@",
]
EASTERN = ["#花見", "桜", "が", "\u3099", "👩‍👩‍👧", "🇯🇵", "✋🏽", "\u200d", "שלום", "مرحبا"]
LIMITS = st.builds(
    Limit,
    most=st.integers(1, 60),
    url=st.sampled_from([None, 23]),
    unit=st.sampled_from(["grapheme", "point"]),
)
TEXTS = st.one_of(
    st.lists(st.sampled_from(WESTERN + EASTERN), max_size=40).map("".join),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80),
)


@pytest.mark.parametrize("case", GOLDEN)
def test_golden(case: dict[str, Any]) -> None:
    limit = Limit(**case.get("limit", {}))
    fitted = fit(case["text"], limit, case.get("suffix", ""))
    assert {"fitted": fitted.text, "cut": fitted.cut, "cost": cost(fitted.text, limit)} == {
        name: case[name] for name in ("fitted", "cut", "cost")
    }


@given(TEXTS, LIMITS)
@example("e\u0301" * 40, Limit(most=5))
def test_it_fits_and_is_a_beginning_cut_between_clusters(text: str, limit: Limit) -> None:
    fitted = fit(text, limit)
    whole = defused(texts.clean(text))
    assert cost(fitted.text, limit) <= limit.most
    if not fitted.cut:
        assert fitted.text == whole
        return
    if not fitted.text:
        return
    kept = fitted.text.removesuffix(ELLIPSIS).rstrip(" ")
    assert whole.startswith(kept)
    ends = {0} | {cluster.end() for cluster in regex.finditer(r"\X", whole)}
    assert len(kept) in ends


@given(TEXTS, LIMITS)
@example("https://example.com/ #https://example.com/", Limit(most=23, url=None, unit="grapheme"))
def test_no_link_and_no_tag_is_cut(text: str, limit: Limit) -> None:
    fitted = fit(text, limit)
    whole = defused(texts.clean(text))
    if not fitted.cut or not fitted.text:
        return
    end = len(fitted.text.removesuffix(ELLIPSIS).rstrip(" "))
    runs = [*texts.links(whole), *(found.span() for found in regex.finditer(r"(?<![\w&/])#[\w·・]+", whole))]
    links = list(texts.links(whole))
    for start, stop in runs:
        # What stands in a link is no tag, and neither is a # in front of one.
        no_tag = any(link.start < start < link.end or start < link.start < stop for link in links)
        assert no_tag or not start < end < stop


@given(TEXTS, LIMITS)
def test_links_stay_the_links_they_were(text: str, limit: Limit) -> None:
    fitted = fit(text, limit)
    before = [text[start:end] for text in [defused(texts.clean(text))] for start, end in texts.links(text)]
    now = [fitted.text[start:end] for start, end in texts.links(fitted.text)]
    assert now == before[: len(now)]


@given(TEXTS, LIMITS)
def test_fitting_again_changes_nothing(text: str, limit: Limit) -> None:
    once = fit(text, limit)
    assert once.text == "" or fit(once.text, limit).text == once.text


@given(TEXTS)
def test_no_handle_outside_links_is_left(text: str) -> None:
    rest, at = "", 0
    whole = defused(text)
    for link in texts.links(whole):
        rest += whole[at : link.start] + " "
        at = link.end
    assert not regex.search(r"(?<![A-Za-z0-9_/=])@[A-Za-z0-9_]", rest + whole[at:])


def test_names_are_told() -> None:
    assert fit("@mei と .@ken@x.test、a@b.test", Limit()).names == ("@mei", "@ken@x.test")
