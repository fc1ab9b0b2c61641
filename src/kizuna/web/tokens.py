"""The tokens of the design, read from `tokens.css`: the one place where they are written down."""

import re
from collections.abc import Mapping

import msgspec

from kizuna.web.assets import STATIC

_COLOUR = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")
_MEASURE = re.compile(r"--([a-z-]+): ([\d.]+(?:rem|px));")
_DARK = "@media (prefers-color-scheme: dark)"


class Colour(msgspec.Struct, frozen=True):
    """A colour by its name, on light and on dark ground."""

    name: str
    light: str
    dark: str


def read_tokens() -> str:
    """The file."""
    return (STATIC / "css" / "tokens.css").read_text("utf-8")


def schemes(css: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The colours by name: light, and dark (which takes over whatever it does not change)."""
    light, dark = css.split(_DARK)
    usual = dict(_COLOUR.findall(light))
    return usual, usual | dict(_COLOUR.findall(dark))


def colours(css: str) -> tuple[Colour, ...]:
    """All colours, in the order of the file."""
    light, dark = schemes(css)
    return tuple(Colour(name, value, dark[name]) for name, value in light.items())


def measures(css: str) -> tuple[tuple[str, str], ...]:
    """Radii, gaps, columns, and how large is what one touches."""
    return tuple(_MEASURE.findall(css.split(_DARK, maxsplit=1)[0]))
