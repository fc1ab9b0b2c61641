"""What comes out of the darkroom: pixels, the right way up and in the right colours, and nothing else."""

import io
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kizuna.ground.errors import Invalid, TooLarge, Unavailable
from kizuna.media.blurhash import blurhash
from kizuna.media.darkroom import ChildDarkroom
from kizuna.media.pictures import KEPT_PIXELS, MOST_BYTES, SMALL_PIXELS, develop
from tests.media.corpus import GPS, SECRET, animations, bomb, exif, marked, plain, refused

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The event loop of the tests."""
    return "asyncio"


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def colour(picture: Image.Image, at: tuple[int, int]) -> tuple[int, ...]:
    found = picture.convert("RGB").getpixel(at)
    assert isinstance(found, tuple)
    return found


@pytest.mark.parametrize("name", sorted(marked()))
def test_nothing_that_was_planted_survives(name: str) -> None:
    sent = marked()[name]
    assert SECRET in sent
    made = develop(sent, "picture")
    for content in (made.original, made.small):
        assert SECRET not in content
        assert GPS not in content
        shown = opened(content)
        assert not shown.getexif()
        assert {"exif", "xmp", "icc_profile", "comment", "photoshop"}.isdisjoint(shown.info)


@given(place=st.integers(2, 400), content=st.binary(min_size=1, max_size=200), marker=st.integers(0xE0, 0xEF))
@settings(max_examples=40, deadline=None)
def test_bytes_planted_in_a_jpeg_leave_no_trace(place: int, content: bytes, marker: int) -> None:
    clean, planted = plain("JPEG", quality=95), SECRET + content
    segment = bytes([0xFF, marker]) + struct.pack(">H", len(planted) + 2) + planted
    try:
        made = develop(clean[:2] + segment + clean[2:] + planted[:place], "picture")
    except (OSError, ValueError, SyntaxError):
        return  # a segment that Pillow reads, and finds broken
    assert SECRET not in made.original + made.small


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_turned_upright(kind: str) -> None:
    made = develop(plain(kind, exif=exif(orientation=6)), "picture")
    assert (made.width, made.height) == (40, 60)
    shown = opened(made.original)
    assert colour(shown, (20, 8))[0] > 150 > colour(shown, (20, 52))[0]


@pytest.mark.parametrize("mode", ["L", "CMYK", "P", "1", "I;16", "RGBA", "LA"])
def test_every_mode_becomes_rgb_or_rgba(mode: str) -> None:
    sent = io.BytesIO()
    Image.new(mode, (20, 20)).save(sent, "JPEG" if mode == "CMYK" else "PNG")
    assert opened(develop(sent.getvalue(), "picture").original).mode in ("RGB", "RGBA")


def test_a_broken_colour_profile_says_nothing() -> None:
    made = develop(plain("JPEG", icc_profile=b"nonsense"), "picture")
    assert (made.width, made.height) == (60, 40)
    assert b"nonsense" not in made.original


def test_large_pictures_shrink_and_small_ones_stay() -> None:
    made = develop(plain("JPEG", (5000, 4000)), "picture")
    assert made.width * made.height <= KEPT_PIXELS * 1.01
    assert made.small_width * made.small_height <= SMALL_PIXELS * 1.01
    assert made.width / made.height == pytest.approx(1.25, abs=0.01)
    tiny = develop(plain("PNG", (2, 1)), "picture")
    assert (tiny.width, tiny.height, tiny.small_width) == (2, 1, 2)
    assert develop(plain("PNG", (19_000, 20)), "picture").small_height >= 1


def test_portraits_are_cut_to_their_form() -> None:
    avatar, header = develop(plain("PNG", (900, 300)), "avatar"), develop(plain("PNG", (90, 30)), "header")
    assert (avatar.width, avatar.height) == (400, 400)
    assert (header.width, header.height) == (1500, 500)


@pytest.mark.parametrize("kind", sorted(animations()))
def test_of_an_animation_the_first_frame_is_kept(kind: str) -> None:
    sent = animations()[kind]
    assert getattr(opened(sent), "n_frames", 1) == 3
    made = opened(develop(sent, "picture").original)
    assert getattr(made, "n_frames", 1) == 1
    assert colour(made, (5, 5))[0] > 200 > 100 > colour(made, (5, 5))[2]


def test_deep_grey_stays_grey() -> None:
    sent = io.BytesIO()
    Image.new("I;16", (20, 20), 32_768).save(sent, "PNG")
    assert colour(opened(develop(sent.getvalue(), "picture").original), (10, 10))[0] in range(125, 132)


def test_see_through_stays_see_through() -> None:
    sent = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 200, 0, 0)).save(sent, "PNG")
    made = develop(sent.getvalue(), "picture")
    assert made.media_type == "image/webp"
    assert opened(made.original).mode == "RGBA"


def test_a_blurhash_is_that_of_the_published_algorithm() -> None:
    assert blurhash([(0, 0, 0)] * 16, 4, 4, 4, 3) == "L00000fQfQfQfQfQfQfQfQfQfQfQ"
    assert len(blurhash([(255, 0, 0), (0, 0, 255)], 2, 1, 4, 3)) == 28


@pytest.fixture(scope="module")
def darkroom() -> ChildDarkroom:
    return ChildDarkroom()


@pytest.mark.parametrize("name", sorted(refused()))
async def test_what_is_no_picture_is_refused(name: str, darkroom: ChildDarkroom) -> None:
    with pytest.raises(Invalid):
        await darkroom.develop(refused()[name], "picture")


async def test_a_page_that_is_a_picture_too_becomes_only_a_picture(darkroom: ChildDarkroom) -> None:
    page = b"<script>alert(document.domain)</script>"
    sent = plain("JPEG", comment=b"--><html>" + page) + page
    made = await darkroom.develop(sent, "picture")
    assert b"script" not in made.original + made.small
    assert made == develop(sent, "picture")


async def test_too_many_bytes_too_little_time_and_too_many_waiting_are_refused() -> None:
    with pytest.raises(TooLarge):
        await ChildDarkroom().develop(plain() + b"\0" * MOST_BYTES, "picture")
    with pytest.raises(Invalid):
        await ChildDarkroom(places=1, waiting=0, seconds=0.001).develop(plain(), "picture")
    with pytest.raises(Unavailable):
        await ChildDarkroom(places=1, waiting=-1).develop(plain(), "picture")


def test_a_bomb_is_refused_by_its_head() -> None:
    assert len(bomb()) < 10_000
    with pytest.raises(Exception, match="too many pixels"):
        develop(bomb(), "picture")
