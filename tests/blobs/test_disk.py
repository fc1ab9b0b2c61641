"""Blobs on disk: whole or absent, and no key leads out of the directory."""

from pathlib import Path

import pytest

from kizuna.blobs.disk import DiskBlobs


def test_content_comes_back_is_replaced_and_forgotten(tmp_path: Path) -> None:
    blobs = DiskBlobs(tmp_path)
    assert blobs.get("circle/4f/picture.webp") is None
    blobs.put("circle/4f/picture.webp", b"one")
    blobs.put("circle/4f/picture.webp", b"two")
    assert blobs.get("circle/4f/picture.webp") == b"two"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["picture.webp"]
    blobs.delete("circle/4f/picture.webp")
    blobs.delete("circle/4f/picture.webp")
    assert blobs.get("circle/4f/picture.webp") is None


@pytest.mark.parametrize(
    "key", ["", "../x", "a/../b", "/etc/passwd", "a//b", "A", "a\0b", "a/", ".a", "a" * 201]
)
def test_a_key_that_could_lead_elsewhere_is_refused(tmp_path: Path, key: str) -> None:
    blobs = DiskBlobs(tmp_path)
    with pytest.raises(ValueError, match="blob key"):
        blobs.get(key)
    with pytest.raises(ValueError, match="blob key"):
        blobs.put(key, b"")
    with pytest.raises(ValueError, match="blob key"):
        blobs.delete(key)
