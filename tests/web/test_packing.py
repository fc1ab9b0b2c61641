"""Compressed pages: whole again when unpacked, and of a length that tells nothing."""

import gzip
from collections.abc import Callable

import pytest

from kizuna.web.packing import pack

ITEM = "<li><article><p>{}</p></article></li>"
TOKEN = (
    '<form><input type="hidden" name="csrf" value="{}"><input type="hidden" name="back" value="{}"></form>'
)
SECRET = "We meet on Sunday at the harbour"
OTHER = "Ew teem no Yadnus ta eht ruobrah"


def test_a_packed_page_is_the_page() -> None:
    page = ("<!doctype html><title>港</title>" + ITEM.format("海へ行く。" * 20) * 20).encode()
    assert gzip.decompress(pack(page)) == page
    assert len(pack(page)) < len(page)
    assert gzip.decompress(pack(b"")) == b""


@pytest.mark.parametrize("shape", [ITEM + ITEM, TOKEN, "<section>{}</section><blockquote>{}</blockquote>"])
def test_a_right_guess_gains_nothing_over_a_wrong_one(shape: str) -> None:
    def gains(size: Callable[[bytes], int], secret: str) -> int:
        """How many bytes guessing SECRET saves over guessing OTHER."""
        return size(shape.format(secret, OTHER).encode()) - size(shape.format(secret, SECRET).encode())

    usual = [gains(lambda page: len(gzip.compress(page)), secret) for secret in (SECRET, OTHER)]
    assert usual[0] > usual[1], "compressed as usual, the right guess would show"
    apart = [gains(lambda page: len(pack(page)), secret) for secret in (SECRET, OTHER)]
    assert apart[0] == apart[1]
