"""Pictures for tests, harmless and hostile, all made here."""

import io
import struct
import zlib
from typing import Any, Final

from PIL import Image, PngImagePlugin

GPS: Final = b"34.3955N,132.4536E"
SECRET: Final = b"kizuna-secret-marker"


def plain(kind: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **more: Any) -> bytes:
    """A picture whose left half is red and right half blue."""
    picture = Image.new("RGB", size, (220, 30, 30))
    picture.paste((30, 30, 220), (size[0] // 2, 0, size[0], size[1]))
    made = io.BytesIO()
    picture.convert(mode).save(made, kind, **more)
    return made.getvalue()


def exif(orientation: int = 1) -> Image.Exif:
    """Camera, place, and which way is up."""
    made = Image.Exif()
    made[0x0112] = orientation
    made[0x010F] = SECRET.decode()
    made.get_ifd(0x8825)[29] = GPS.decode()
    return made


def marked() -> dict[str, bytes]:
    """Pictures with something planted in every place that a format has for it."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", SECRET.decode())
    info.add_itxt("XML:com.adobe.xmp", SECRET.decode() + GPS.decode())
    jpeg = plain("JPEG", exif=exif(), comment=SECRET, quality=95)
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x>" + SECRET + GPS + b"</x>"
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x14" + SECRET
    return {
        "jpeg": _segment(_segment(jpeg, 0xE1, xmp), 0xED, iptc) + SECRET + GPS,
        "jpeg profile": _segment(jpeg, 0xE2, b"ICC_PROFILE\0\x01\x01" + SECRET * 8),
        "png": plain("PNG", exif=exif(), pnginfo=info) + SECRET,
        "png chunks": _chunked(plain("PNG")),
        "gif": plain("GIF", comment=SECRET) + SECRET,
        "webp": plain("WEBP", exif=exif(), xmp=SECRET + GPS),
        "avif": plain("AVIF", exif=exif(), xmp=SECRET + GPS),
    }


def animations() -> dict[str, bytes]:
    """Three frames, the first of them red, in every format that moves; and a camera's file of two pictures."""
    frames = [Image.new("RGB", (10, 10), each) for each in ("red", "green", "blue")]
    made: dict[str, bytes] = {}
    for kind in ("GIF", "PNG", "WEBP", "AVIF", "MPO"):
        sent = io.BytesIO()
        frames[0].save(sent, kind, save_all=True, append_images=frames[1:])
        made[kind] = sent.getvalue()
    return made


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few kilobytes that says it is enormous."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 4_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def refused() -> dict[str, bytes]:
    """What is no picture that is taken, however it looks."""
    whole = plain("JPEG", (600, 400), quality=95)
    return {
        "nothing": b"",
        "html": b"<!doctype html><script>alert(1)</script>",
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "tiff": plain("TIFF", exif=exif()),
        "pdf": b"%PDF-1.7\n" + whole,
        "cut off": whole[: len(whole) // 2],
        "only a head": whole[:40],
        "png bomb": bomb(),
        "long png": bomb(30_000, 1),
        "gif bomb": b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + b"\0\0\0" + plain("GIF")[13:],
        "webp of nothing": b"RIFF\x10\0\0\0WEBPVP8 \0\0\0\0",
        "avif of nothing": b"\0\0\0\x18ftypavif\0\0\0\0avifmif1",
    }


def _segment(jpeg: bytes, marker: int, content: bytes) -> bytes:
    return jpeg[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content + jpeg[2:]


def _chunk(kind: bytes, content: bytes) -> bytes:
    body = kind + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def _chunked(png: bytes) -> bytes:
    """Private chunks before the picture and after it."""
    return png[:33] + _chunk(b"prVt", SECRET) + png[33:-12] + _chunk(b"loCa", GPS + SECRET) + png[-12:]
