"""Blurhash: a picture as some thirty characters, shown until it has arrived (https://blurha.sh). Pure."""

import math
from collections.abc import Sequence
from typing import Final

_DIGITS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
Colour = tuple[float, float, float]


def blurhash(pixels: Sequence[tuple[int, int, int]], width: int, height: int, across: int, down: int) -> str:
    """The hash of rows of sRGB pixels, with ``across`` by ``down`` components (1 to 9 each)."""
    linear = [(_linear(r), _linear(g), _linear(b)) for r, g, b in pixels]
    waves = [_wave(linear, width, height, i, j) for j in range(down) for i in range(across)]
    first, rest = waves[0], waves[1:]
    strongest = max((abs(part) for wave in rest for part in wave), default=0.0)
    step = max(0, min(82, math.floor(strongest * 166 - 0.5))) if rest else 0
    scale = (step + 1) / 166
    head = _digits(across - 1 + (down - 1) * 9, 1) + _digits(step, 1) + _digits(_direct(first), 4)
    return head + "".join(_digits(_alternating(wave, scale), 2) for wave in rest)


def _wave(linear: Sequence[Colour], width: int, height: int, i: int, j: int) -> Colour:
    """How strongly one cosine is in the picture, per channel."""
    rows = [math.cos(math.pi * j * y / height) for y in range(height)]
    columns = [math.cos(math.pi * i * x / width) for x in range(width)]
    red = green = blue = 0.0
    for y, vertical in enumerate(rows):
        for x, horizontal in enumerate(columns):
            weight = vertical * horizontal
            r, g, b = linear[y * width + x]
            red, green, blue = red + weight * r, green + weight * g, blue + weight * b
    share = (1 if i == j == 0 else 2) / (width * height)
    return red * share, green * share, blue * share


def _direct(colour: Colour) -> int:
    red, green, blue = (_srgb(part) for part in colour)
    return red << 16 | green << 8 | blue


def _alternating(colour: Colour, scale: float) -> int:
    red, green, blue = (_nineteenth(part / scale) for part in colour)
    return red * 361 + green * 19 + blue


def _nineteenth(value: float) -> int:
    root = math.copysign(math.sqrt(abs(value)), value)
    return max(0, min(18, math.floor(root * 9 + 9.5)))


def _linear(value: int) -> float:
    part = value / 255
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _srgb(value: float) -> int:
    part = max(0.0, min(1.0, value))
    encoded = part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055
    return int(encoded * 255 + 0.5)


def _digits(value: int, length: int) -> str:
    return "".join(_DIGITS[value // 83 ** (length - place) % 83] for place in range(1, length + 1))
