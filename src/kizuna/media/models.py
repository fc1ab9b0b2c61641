"""Pictures as doors and planes see them. Sizes are pixels, the focus lies between -1 and 1 on both axes."""

from typing import Final, Literal

import msgspec

Use = Literal["picture", "avatar", "header"]
Size = Literal["original", "small"]
SIZES: Final[tuple[Size, ...]] = ("original", "small")
EXTENSIONS: Final = {"image/jpeg": "jpg", "image/webp": "webp"}

MOST_ATTACHED: Final = 4
MOST_STAGED: Final = 100
"""How many uploads of a person may wait to be attached."""
LONGEST_DESCRIPTION: Final = 1500


class Developed(msgspec.Struct, frozen=True):
    """What the darkroom makes of an upload: two new files of one type, without a byte of what was sent."""

    media_type: str
    original: bytes
    small: bytes
    width: int
    height: int
    small_width: int
    small_height: int
    blurhash: str


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture that is kept: ``key`` names its files, ``id`` its row in whichever table it stands."""

    id: int
    key: str
    media_type: str
    width: int
    height: int
    small_width: int
    small_height: int
    blurhash: str
    description: str
    focus_x: float
    focus_y: float

    @property
    def extension(self) -> str:
        """How its files end."""
        return EXTENSIONS[self.media_type]

    def file(self, size: Size) -> str:
        """The name of one of its files among the blobs of its plane."""
        return file_name(self.key, size, self.extension)


def file_name(key: str, size: Size, extension: str) -> str:
    """Where a file stands among the blobs of its plane."""
    return f"{key[:2]}/{key}/{size}.{extension}"


def portrait_file(name: str) -> str:
    """Where the file of an avatar or a header stands, from the ``key.extension`` that a profile notes."""
    key, _, extension = name.partition(".")
    return file_name(key, "original", extension)


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What its uploader says about a picture. None leaves it as it is."""

    description: str | None = None
    focus: tuple[float, float] | None = None
