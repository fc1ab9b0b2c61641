"""Sealed files: what went in comes out, and nothing else is ever taken for it."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kizuna.ground.randomness import SeededRandomness
from kizuna.ground.sealing import CHUNK, HEADER, MAGIC, SALT, TAG, SealedReader, SealedWriter, SealError

PASSPHRASE = "correct horse battery"
CHEAP = 10
PIECE = CHUNK + TAG
SIZES = st.sampled_from([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7])


def seal(content: bytes, *, salt: int = 1, step: int = 50_000) -> bytes:
    target = io.BytesIO()
    writer = SealedWriter(target, PASSPHRASE, SeededRandomness(salt).bytes(SALT), CHEAP)
    for start in range(0, len(content), step):
        writer.write(content[start : start + step])
    writer.finish()
    return target.getvalue()


def opened(sealed: bytes, passphrase: str = PASSPHRASE, step: int = 70_000) -> bytes:
    reader = SealedReader(io.BytesIO(sealed), passphrase)
    return b"".join(iter(lambda: reader.read(step), b""))


@settings(max_examples=30, deadline=None)
@given(SIZES, st.integers(1_000, 3 * CHUNK), st.integers(1_000, 3 * CHUNK))
def test_what_went_in_comes_out(size: int, written: int, read: int) -> None:
    content = SeededRandomness(size).bytes(size)
    assert opened(seal(content, step=written), step=read) == content


@settings(max_examples=60, deadline=None)
@given(SIZES, st.data())
def test_no_changed_byte_is_taken(size: int, data: st.DataObject) -> None:
    sealed = bytearray(seal(bytes(size)))
    place = data.draw(st.integers(0, len(sealed) - 1).filter(lambda at: at != len(MAGIC)))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealError):
        opened(bytes(sealed))


@settings(max_examples=60, deadline=None)
@given(SIZES, st.data())
def test_no_part_of_it_is_taken(size: int, data: st.DataObject) -> None:
    sealed = seal(bytes(size))
    chunks = [HEADER + PIECE, HEADER + 2 * PIECE, len(sealed) - 1]
    length = data.draw(
        st.integers(0, len(sealed) - 1) | st.sampled_from(chunks).filter(lambda at: at < len(sealed))
    )
    with pytest.raises(SealError):
        opened(sealed[:length])


def test_chunks_in_another_order_twice_or_of_another_file_are_refused() -> None:
    sealed = seal(bytes(3 * CHUNK + 5))
    header, chunks = sealed[:HEADER], [sealed[at : at + PIECE] for at in range(HEADER, len(sealed), PIECE)]
    other = seal(bytes(3 * CHUNK + 5), salt=2)
    first, second, third, last = chunks
    for wrong in (
        [second, first, third, last],
        [first, third, last],
        [first, second, second, third, last],
        [first, second, third, last, last],
        [first, other[HEADER + PIECE : HEADER + 2 * PIECE], third, last],
    ):
        with pytest.raises(SealError):
            opened(header + b"".join(wrong))
    with pytest.raises(SealError):
        opened(other[:HEADER] + sealed[HEADER:])
    with pytest.raises(SealError):
        opened(sealed + b"x")


def test_another_passphrase_or_a_costly_header_is_refused() -> None:
    sealed = seal(b"what friends said")
    with pytest.raises(SealError, match="passphrase"):
        opened(sealed, PASSPHRASE + "s")
    costly = bytearray(sealed)
    costly[len(MAGIC)] = 30
    with pytest.raises(SealError, match="not a sealed file"):
        opened(bytes(costly))


def test_nothing_of_the_content_can_be_read() -> None:
    assert b"friends" not in seal(b"what friends said" * 10_000)
    assert seal(b"same", salt=1)[HEADER:] != seal(b"same", salt=2)[HEADER:]
