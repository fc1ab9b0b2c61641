"""The colours carry their text: WCAG 2.2 AA, computed from tokens.css (success criteria 1.4.3 and 1.4.11)."""

import re

import pytest

from kizuna.web.tokens import read_tokens, schemes

TOKENS = read_tokens()
LIGHT, DARK = schemes(TOKENS)
TEXT, PART = 4.5, 3.0
GROUNDS = ("paper", "surface", "sunk")
CIRCLE_GROUNDS = (*GROUNDS, "vermilion-tint", "vermilion-wash")

PAIRS = [
    *[("ink", ground, TEXT) for ground in (*CIRCLE_GROUNDS, "indigo-tint", "gold-tint", "alert-tint")],
    *[("soft", ground, TEXT) for ground in (*CIRCLE_GROUNDS, "indigo-tint")],
    *[("indigo", ground, TEXT) for ground in (*CIRCLE_GROUNDS, "indigo-tint")],
    *[("vermilion", ground, TEXT) for ground in CIRCLE_GROUNDS],
    *[("alert", ground, TEXT) for ground in (*CIRCLE_GROUNDS, "alert-tint")],
    ("gold", "gold-tint", TEXT),
    *[("gold", ground, PART) for ground in CIRCLE_GROUNDS],  # the focus ring
    *[("edge", ground, PART) for ground in (*GROUNDS, "vermilion-wash")],  # the border of fields and buttons
    ("on-fill", "indigo", TEXT),
    ("on-fill", "vermilion", TEXT),
    ("paper", "ink", TEXT),
]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_is_the_standards() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
def test_text_and_parts_stand_out(scheme: str, front: str, ground: str, least: float) -> None:
    tokens = LIGHT if scheme == "light" else DARK
    assert contrast(tokens[front], tokens[ground]) >= least


def test_every_ink_for_faces_carries_white_letters() -> None:
    inks = re.findall(r"--face: (#[0-9a-f]{6})", TOKENS)
    assert len(inks) == 12
    assert {ink for ink in inks if contrast(ink, "#ffffff") < TEXT} == set()
