"""Handles: what may be one, what passes for the server, what reads like another's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kizuna.ground.errors import Invalid
from kizuna.people.handles import RESERVED, check_display_name, check_handle, skeleton


@pytest.mark.parametrize(
    ("raw", "handle"),
    [("taro", "taro"), ("Taro_2", "taro_2"), ("0a1b2c3d4e", "0a1b2c3d4e"), ("a", "a"), ("x" * 30, "x" * 30)],
)
def test_good_handles_are_kept_in_lower_case(raw: str, handle: str) -> None:
    assert check_handle(raw) == handle


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "x" * 31,
        "x" * 100_000,
        "ta ro",
        "taro ",
        "taro\n",
        "taro\x00",
        "@taro",
        "taro~",
        "taro@example.com",
        "ta-ro",
        "ta.ro",
        "tаro",  # Cyrillic а
        "ｔａｒｏ",  # fullwidth
        "İstanbul",  # lowers to two code points
        "\u212ate",  # Kelvin sign, lowers to k
        "ſam",  # long s
        "太郎",
        "\ud800",
        "___",
        "admin",
        "Admin",
        "adm1n",
        "admln",
        "a_d_m_i_n",
        "adrnin",
        "r00t",
        "supp0rt",
        "wvvw",
        "kizuna",
    ],
)
def test_bad_handles_are_refused(raw: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_handle(raw)
    assert refused.value.field == "handle"
    assert str(refused.value)


def test_reserved_words_could_have_been_handles() -> None:
    assert all(word.isascii() and word.islower() and len(word) <= 30 for word in RESERVED)


@pytest.mark.parametrize(
    ("one", "other"), [("taro", "tar0"), ("mill", "mi1l"), ("amy", "arny"), ("wow", "vvovv")]
)
def test_look_alikes_share_a_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(("one", "other"), [("kai", "kal"), ("taro_1", "taro_2"), ("user_1", "user1")])
def test_different_handles_do_not(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


@given(st.text(max_size=40))
def test_an_accepted_handle_is_plain_and_stable(raw: str) -> None:
    try:
        handle = check_handle(raw)
    except Invalid:
        return
    assert handle.isascii()
    assert 1 <= len(handle) <= 30
    assert check_handle(handle) == handle


def test_names_are_clean_lines() -> None:
    assert check_display_name(" 花子 ") == "花子"
    assert check_display_name("\u3164") == ""  # nothing to see
    for bad in ("a\nb", "a\x00b", "a\u202eb", "花" * 31, "\ud800"):
        with pytest.raises(Invalid) as refused:
            check_display_name(bad)
        assert refused.value.field == "display_name"
