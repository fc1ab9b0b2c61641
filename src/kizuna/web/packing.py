"""Compressing pages without letting their length tell anything. Pure.

Where text that somebody else can choose is compressed together with a secret, the length of the result says whether
the one repeats the other (BREACH). So a page is cut before every element that may begin another person's words, or a
token, and nothing of one piece may refer back into another (Z_FULL_FLUSH, RFC 1951): the length of the whole is a sum
of lengths that each depend on one piece alone. A page of posts becomes half as large, instead of an eighth.
"""

import re
import zlib
from typing import Final

LEVEL: Final = 6
GZIP: Final = 16 + zlib.MAX_WBITS
_CUTS: Final = re.compile(
    rb"(?=<(?:title|main|section|aside|li|form|input|textarea|blockquote|footer)\b)|(?<!<li>)(?=<article\b)"
)


def pack(page: bytes) -> bytes:
    """A page of HTML as gzip, each piece for itself."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
    parts: list[bytes] = []
    for piece in _CUTS.split(page):
        parts += (packer.compress(piece), packer.flush(zlib.Z_FULL_FLUSH))
    return b"".join([*parts, packer.flush()])
