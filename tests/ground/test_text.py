"""What people write survives, and nothing they write becomes markup."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.ground.errors import Invalid
from kizuna.ground.text import check_length, clean, clean_line, html_to_text, is_blank, length, links, to_html

TEXTS = Path(__file__).parents[3] / "shared" / "data" / "text"

fragments = st.sampled_from(
    [
        "https://example.com/a",
        "http://日本語.jp/?q=1&b=2",
        "です。",
        "\n",
        "\n\n",
        "\r\n",
        "<b>",
        "&amp;",
        "&#x27;",
        '"',
        "(",
        ")",
        "👨‍👩‍👧",
        "\t",
    ]
)
written = st.lists(
    fragments | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
).map("".join)


@given(written)
def test_what_was_written_is_what_is_read(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert html_to_text(to_html(cleaned)) == cleaned


@given(written)
def test_only_our_own_tags_appear(text: str) -> None:
    html = to_html(clean(text))
    for tag in ("<p>", "</p>", "<br />", "</a>", ' rel="nofollow noopener noreferrer" target="_blank">'):
        html = html.replace(tag, "")
    assert html.replace('<a href="http', "").count("<") == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("見てhttps://example.com/aです", ["https://example.com/a"]),
        ("https://example.comを見て", ["https://example.com"]),
        ("「https://example.com/x」と", ["https://example.com/x"]),
        ("(https://example.com/a_(b)).", ["https://example.com/a_(b)"]),
        ("https://日本語.jp/路、", ["https://日本語.jp/"]),
        ("https://www.日本語.jp", ["https://www.日本語.jp"]),
        ("http://localhost:3000/@hana/1!", ["http://localhost:3000/@hana/1"]),
        ("HTTPS://EXAMPLE.COM?a=1&b=2", ["HTTPS://EXAMPLE.COM?a=1&b=2"]),
        ("https://a.example/1,https://b.example/2", ["https://a.example/1,https://b.example/2"]),
        ("https://a.example/1、https://b.example/2。", ["https://a.example/1", "https://b.example/2"]),
        ("https://bank.example@evil.example/", []),
        ("https://bank.example:443@evil.example/", []),
        ("xhttps://example.com javascript:alert(1) ftp://example.com", []),
        ("https:// https://a https://-a.example https://a.example:99999999/", []),
        ('https://example.com/"onmouseover="x', ["https://example.com/"]),
    ],
)
def test_links_end_where_a_reader_would_end_them(text: str, found: list[str]) -> None:
    assert [text[start:end] for start, end in links(text)] == found


def test_a_link_is_escaped_in_both_places() -> None:
    assert to_html("https://example.com/?a='1'&b") == (
        '<p><a href="https://example.com/?a=&#x27;1&#x27;&amp;b" rel="nofollow noopener noreferrer" target="_blank">'
        "https://example.com/?a='1'&amp;b</a></p>"
    )


def test_paragraphs_and_breaks() -> None:
    assert to_html("a\nb\n\nc") == "<p>a<br />b</p><p>c</p>"
    assert to_html("") == ""


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_what_no_store_can_carry_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        clean(text)


@pytest.mark.parametrize("name", ["a\nb", "a\x07", "a\u202eb", "a\u2028b", "\0"])
def test_a_line_holds_nothing_that_breaks_or_reorders_it(name: str) -> None:
    with pytest.raises(Invalid):
        clean_line(name, "display_name")
    assert clean_line(" 花子 ", "display_name") == "花子"


@pytest.mark.parametrize("text", ["", " \n\t", "\u3000", "\u200b\u200d", "\u3164", "\u2800", "\u0301"])
def test_nothing_to_see(text: str) -> None:
    assert is_blank(text)
    assert not is_blank(text + "あ")


def test_characters_are_counted_as_seen() -> None:
    assert length("👨‍👩‍👧が") == 2
    check_length("👨‍👩‍👧" * 10, 10)
    with pytest.raises(Invalid):
        check_length("あ" * 11, 10)
    with pytest.raises(Invalid):
        check_length("a" + "\u0301" * 100, 10)


@pytest.mark.parametrize("name", ["rohan_ja_odd.txt", "fortunes_en_computers_wisdom.txt"])
def test_real_texts_survive(name: str) -> None:
    file = TEXTS / name
    if not file.exists():
        pytest.skip("the shared text collection is not beside this checkout")
    for line in file.read_text("utf-8").split("\n"):
        assert html_to_text(to_html(clean(line))) == line
