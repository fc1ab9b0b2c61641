"""The language of an answer: what the reader asked for, as far as we speak it."""

import pytest

from kizuna.ground.i18n import choose_locale


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        (None, "ja"),
        ("", "ja"),
        ("fr, de;q=0.5", "ja"),
        ("en", "en"),
        ("en-GB,ja;q=0.8", "en"),
        ("en;q=0.5, ja;q=0.9", "ja"),
        ("ja;q=x, en;q=0.1", "en"),
        ("*;q=1", "ja"),
        ("," * 10_000 + "en", "ja"),
    ],
)
def test_the_first_language_we_speak_wins(header: str | None, chosen: str) -> None:
    assert choose_locale(header, "ja") == chosen
