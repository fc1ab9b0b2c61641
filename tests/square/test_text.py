"""Mentions and hashtags are found where a reader sees them, and what was written is what is read."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.ground.errors import Invalid
from kizuna.ground.text import html_to_text
from kizuna.square.text import MOST_MARKS, checked, fold_tag, marked, mentioned

TEXTS = Path(__file__).parents[3] / "shared" / "data" / "text"
ORIGIN = "http://localhost:3000"
DOMAIN = "localhost:3000"
KNOWN = frozenset({"hana", "ken", *(f"u{number}" for number in range(100))})

fragments = st.sampled_from(
    ["@hana", "@ken@localhost:3000", "@x@y.example", "#東京", "＃ｶﾅ", "#", "@", "https://a.example/#b?c=@hana", " ",
     "  ", "\t", "\n", "\n\n", "\n\n\n", "<script>", "&amp;", "\"", "'", "。", "👨‍👩‍👧", "\u0301", "・", "(", ")"]
)  # fmt: skip
written = st.lists(fragments | st.text(max_size=5), min_size=1).map("".join)


def marks(text: str) -> tuple[list[str], list[str]]:
    found = marked(text, ORIGIN, DOMAIN, KNOWN)
    assert html_to_text(found.html) == text
    return list(found.handles), list(found.tags)


@given(written)
def test_what_was_written_is_what_is_read(text: str) -> None:
    try:
        cleaned, _ = checked(text)
    except Invalid:
        return
    html = marked(cleaned, ORIGIN, DOMAIN, KNOWN).html
    assert html_to_text(html) == cleaned
    assert "<script" not in html
    assert set(marked(cleaned, ORIGIN, DOMAIN, KNOWN).handles) <= set(mentioned(cleaned, DOMAIN))


@pytest.mark.parametrize("name", ["rohan_ja_odd.txt", "fortunes_en_computers_wisdom.txt"])
def test_real_texts_survive(name: str) -> None:
    file = TEXTS / name
    if not file.exists():
        pytest.skip("the shared text collection is not beside this checkout")
    for line in file.read_text("utf-8").split("\n"):
        assert html_to_text(marked(line, ORIGIN, DOMAIN, KNOWN).html) == line


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("@hana", ["hana"]),
        ("@HANA @hana, @ken.", ["hana", "ken"]),
        ("ねえ@hanaさん、@ken@localhost:3000。", ["hana", "ken"]),
        ("(@hana) 「@ken」", ["hana", "ken"]),
        ("@hana@LOCALHOST:3000.", ["hana"]),
        ("@hana@elsewhere.example @nobody", []),
        ("mail hana@ken.example or x@hana", []),
        ("https://a.example/@hana", []),
        ("@hana_ @hana2 @@hana /@hana @" + "h" * 31, []),
        ("＠hana @ｈａｎａ", []),
    ],
)
def test_mentions(text: str, handles: list[str]) -> None:
    assert marks(text)[0] == handles


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#tag", ["tag"]),
        ("#東京 ＃きずな #カタカナー", ["東京", "きずな", "カタカナー"]),
        ("#Tokyo ＃ＴＯＫＹＯ #tokyo", ["tokyo"]),
        ("#ｶﾞｷﾞ #ガギ", ["ガギ"]),
        ("「#絆」、#友だち。(#a)", ["絆", "友だち", "a"]),
        ("#コーヒー・紅茶・ #2026年", ["コーヒー・紅茶", "2026年"]),
        ("#が", [fold_tag("が")]),
        ("#1 #123 ## # #・ #_ #️⃣", []),
        ("今日は#東京 a#b /#c &#39; =#d", []),
        ("https://a.example/#b", []),
        ("#" + "a" * 101, []),
        ("#a-b #c.d #e'f", ["a", "c", "e"]),
    ],
)
def test_hashtags(text: str, tags: list[str]) -> None:
    assert marks(text)[1] == tags


def test_markup_is_that_of_the_field() -> None:
    html = marked("@Hana ＃東京 <b>", ORIGIN, DOMAIN, KNOWN).html
    assert html == (
        '<p><span class="h-card" translate="no"><a href="http://localhost:3000/@hana" class="u-url mention">'
        '@<span>Hana</span></a></span> <a href="http://localhost:3000/tags/%E6%9D%B1%E4%BA%AC" '
        'class="mention hashtag" rel="tag">＃<span>東京</span></a> &lt;b&gt;</p>'
    )


def test_marks_beyond_thirty_stay_text() -> None:
    handles, tags = marks(" ".join(f"@u{number} #t{number}" for number in range(60)))
    assert len(tags) == MOST_MARKS
    assert len(mentioned(" ".join(f"@u{number}" for number in range(60)), DOMAIN)) == MOST_MARKS
    assert len(handles) == 60, "those that are linked are chosen by mentioned()"


@given(st.text())
def test_folding_twice_is_folding_once(name: str) -> None:
    assert fold_tag(fold_tag(name)) == fold_tag(name)


def test_five_hundred_characters_as_seen() -> None:
    a_link_counts_as_23 = "あ" * 470 + " https://example.com/" + "x" * 200
    for text in ("あ" * 500, "👨‍👩‍👧" * 500, a_link_counts_as_23):
        assert checked(text) == (text, "")
    assert checked("a" * 400, "b" * 100) == ("a" * 400, "b" * 100)
    for text, warning in (("あ" * 501, ""), ("a" * 401, "b" * 100), ("e" + "\u0301" * 4001, "")):
        with pytest.raises(Invalid):
            checked(text, warning)


def test_ten_thousand_hashtags_are_refused() -> None:
    with pytest.raises(Invalid):
        checked(" ".join(f"#t{number}" for number in range(10_000)))


@pytest.mark.parametrize("text", ["", " \n ", "\u200b", "a\0b", "a\ud800"])
def test_what_cannot_be_posted(text: str) -> None:
    with pytest.raises(Invalid):
        checked(text)


@pytest.mark.parametrize(
    "pattern", ["#", "@a", "@a@", "@a@a-", "#あ・", "https://", "https://a.", "a@", "＃", "&#", "@a@b.c:1"]
)
def test_time_is_linear(pattern: str) -> None:
    """Ten times as long takes about ten times as long, not a hundred times."""

    def seconds(length: int) -> float:
        text = pattern * (length // len(pattern))
        started = time.process_time()
        marked(text, ORIGIN, DOMAIN, KNOWN)
        mentioned(text, DOMAIN)
        return time.process_time() - started

    seconds(1000)
    assert min(seconds(40_000) for _ in range(5)) < 40 * max(min(seconds(4_000) for _ in range(5)), 0.0005)
