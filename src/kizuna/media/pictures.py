"""From the bytes of an upload to a new picture. Pure; run where it can hurt nobody (child.py).

Nothing of what was sent is kept but pixels: the picture is decoded, turned upright, brought into sRGB, shrunk and
encoded anew, so that neither metadata nor anything hidden before, between or after its parts survives. Of an animation
the first frame is kept.
"""

import io
import math
import warnings
from typing import Final

from PIL import Image, ImageCms, ImageOps

from kizuna.media.blurhash import blurhash
from kizuna.media.models import Developed, Use

MOST_BYTES: Final = 16 * 1024 * 1024
MOST_PIXELS: Final = 33_177_600  # 7680 x 4320
LONGEST_SIDE: Final = 20_000
KEPT_PIXELS: Final = 8_294_400  # 3840 x 2160
LONGEST_KEPT: Final = 8192  # WebP ends at 16,383
SMALL_PIXELS: Final = 230_400  # 640 x 360
AVATAR: Final = (400, 400)
HEADER: Final = (1500, 500)
QUALITY: Final = 85
SHARP_QUALITY: Final = 90
_ACROSS, _DOWN, _HASHED = 4, 3, 32
_SRGB: Final = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - Pillow types the C object as unknown
_DECODERS: Final = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")


class Unreadable(Exception):
    """This is no picture that can be taken. The message tells the uploader why."""


def sniff(data: bytes) -> str | None:
    """The media type by the first bytes, of those that are taken; None for everything else (SVG, TIFF, HTML, …)."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:12] in (b"ftypavif", b"ftypavis"):
        return "image/avif"
    return None


def develop(data: bytes, use: Use) -> Developed:
    """Decode and make anew. Raises Unreadable; a broken decoder may raise anything else, which means the same."""
    Image.MAX_IMAGE_PIXELS = None  # checked here, before anything is decoded
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of odd metadata, none of which is used
        with Image.open(io.BytesIO(data), formats=_DECODERS) as source:
            width, height = source.size
            if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
                raise Unreadable("too many pixels")
            sharp = source.format in ("PNG", "GIF")
            source.draft(
                "RGB", _within(width, height, KEPT_PIXELS)
            )  # a JPEG is decoded no larger than needed
            source.load()
            picture = _in_srgb(ImageOps.exif_transpose(source))
    match use:
        case "avatar":
            picture = _cropped(picture, AVATAR)
        case "header":
            picture = _cropped(picture, HEADER)
        case "picture":
            picture = _shrunk(picture, KEPT_PIXELS)
    small = _shrunk(picture, SMALL_PIXELS)
    media_type = "image/webp" if sharp or picture.mode == "RGBA" else "image/jpeg"
    return Developed(
        media_type=media_type,
        original=_encode(picture, media_type, sharp=sharp),
        small=_encode(small, media_type, sharp=sharp),
        width=picture.width,
        height=picture.height,
        small_width=small.width,
        small_height=small.height,
        blurhash=_hash(small),
    )


def _within(width: int, height: int, pixels: int) -> tuple[int, int]:
    scale = min(1.0, math.sqrt(pixels / (width * height)), LONGEST_KEPT / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _in_srgb(picture: Image.Image) -> Image.Image:
    """RGB or, where something shows through, RGBA, in the colours that every screen means."""
    profile = picture.info.get("icc_profile")
    clear = picture.has_transparency_data
    if picture.mode.startswith("I;16"):
        grey = picture.point(lambda value: value / 256)  # pyright: ignore[reportUnknownMemberType] - ``lut`` may be an array of NumPy too
        picture = grey.convert("L")  # which alone would cut off what is above 255
    if picture.mode not in ("RGB", "RGBA", "CMYK", "L") or (clear and picture.mode != "RGBA"):
        picture = picture.convert("RGBA" if clear else "RGB")
    if profile:
        picture = _converted(picture, profile)
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema()[0] == 255:
        clear = False
    return picture.convert("RGBA" if clear else "RGB")


def _converted(picture: Image.Image, profile: bytes) -> Image.Image:
    target = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        done = ImageCms.profileToProfile(picture, source, _SRGB, outputMode=target)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture  # a profile that is broken, or not for this kind of picture, says nothing about its colours
    assert done is not None, "not asked to work in place"
    return done


def _shrunk(picture: Image.Image, pixels: int) -> Image.Image:
    size = _within(picture.width, picture.height, pixels)
    if size == picture.size:
        return picture
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)  # pyright: ignore[reportUnknownMemberType] - ``size`` may be an array of NumPy too


def _cropped(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    return ImageOps.fit(picture, size, Image.Resampling.LANCZOS)


def _encode(picture: Image.Image, media_type: str, *, sharp: bool) -> bytes:
    picture.info.clear()  # encoders copy comments and profiles out of it by themselves
    made = io.BytesIO()
    if media_type == "image/jpeg":
        picture.save(made, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    else:
        picture.save(made, "WEBP", quality=SHARP_QUALITY if sharp else QUALITY, method=4)
    return made.getvalue()


def _hash(picture: Image.Image) -> str:
    tiny = Image.new("RGB", picture.size, "white")
    tiny.paste(picture, mask=picture.getchannel("A") if picture.mode == "RGBA" else None)
    tiny.thumbnail((_HASHED, _HASHED))
    raw = tiny.tobytes()
    pixels = [(raw[at], raw[at + 1], raw[at + 2]) for at in range(0, len(raw), 3)]
    return blurhash(pixels, tiny.width, tiny.height, _ACROSS, _DOWN)
