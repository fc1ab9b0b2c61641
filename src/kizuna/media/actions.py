"""The verbs of pictures: staging them, describing them, and handing them to the plane that shows them."""

import asyncio
import math
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

import msgspec

from kizuna.blobs.disk import Blobs
from kizuna.ground.config import Plane
from kizuna.ground.errors import Invalid, NotFound, Refusal, Unavailable
from kizuna.ground.randomness import Randomness
from kizuna.ground.text import check_length, clean
from kizuna.media import queries
from kizuna.media.columns import words_row
from kizuna.media.models import (
    LONGEST_DESCRIPTION,
    MOST_ATTACHED,
    MOST_STAGED,
    SIZES,
    Developed,
    Picture,
    Use,
    Words,
    file_name,
)
from kizuna.media.ports import Media
from kizuna.store.store import Db, Tx

DAY_MS: Final = 24 * 60 * 60 * 1000
KEY_BYTES: Final = 20


async def upload(media: Media, person_id: int, data: bytes, words: Words) -> Picture:
    """Stage a picture for its uploader. Raises Invalid, TooLarge, Unavailable."""
    words = checked(words)
    await _check_room(media.store.reads, person_id)
    made = await media.darkroom.develop(data, "picture")
    key = _new_key(media.staging)
    await asyncio.to_thread(_put, media.staged, key, made)

    async def apply(tx: Tx) -> Picture:
        await _check_room(tx, person_id)
        picture = _picture(tx.new_id(), key, made, words)
        await queries.stage(tx, person_id, picture)
        return picture

    return await media.store.write(apply)


async def _check_room(db: Db, person_id: int) -> None:
    if await queries.count(db, person_id) >= MOST_STAGED:
        raise Invalid(
            "{most} of your pictures wait to be attached. Use some or take them back; they are gone after a day.",
            field="file",
            most=MOST_STAGED,
        )


async def staged(media: Media, person_id: int, ids: Sequence[int]) -> list[Picture]:
    """One's own uploads that are not attached yet, in this order; others are left out."""
    found = await queries.staged(media.store.reads, person_id, ids, _after(media))
    return [found[one] for one in ids if one in found]


async def describe(media: Media, person_id: int, upload_id: int, words: Words) -> Picture:
    """Change what one says about an upload that is not attached yet. Raises Invalid, NotFound."""
    words = checked(words)

    async def apply(tx: Tx) -> Picture:
        await _own(media, tx, person_id, upload_id)
        await queries.describe(tx, upload_id, words)
        return await _own(media, tx, person_id, upload_id)

    return await media.store.write(apply)


async def discard(media: Media, person_id: int, upload_id: int) -> None:
    """Remove an upload that is not attached. Raises NotFound."""

    async def apply(tx: Tx) -> Picture:
        picture = await _own(media, tx, person_id, upload_id)
        await queries.drop(tx, [upload_id])
        return picture

    picture = await media.store.write(apply)
    await asyncio.to_thread(remove_files, media.staged, [picture])


async def keep_portrait(media: Media, plane: Plane, data: bytes, use: Use) -> str:
    """Make an avatar or a header and keep its file in a plane; answers what the profile notes, ``key.extension``.

    Raises Invalid, TooLarge, Unavailable. Until a profile names it, it is swept away after a day.
    """
    made = await media.darkroom.develop(data, use)
    picture = _picture(0, _new_key(media.randomness[plane]), made, Words())
    file = picture.file("original")
    await asyncio.to_thread(media.planes[plane].put, file, made.original)
    return f"{picture.key}.{picture.extension}"


class Chosen(msgspec.Struct, frozen=True):
    """The uploads that a post or a voice is to have, in their order, and whose they are."""

    media: Media
    person_id: int
    ids: tuple[int, ...]

    @property
    def some(self) -> bool:
        """Whether there is any."""
        return bool(self.ids)


class Taken:
    """Pictures on their way into a plane, their files already there."""

    def __init__(self, pictures: Sequence[Picture], refusal: Refusal | None = None) -> None:
        self._pictures = pictures
        self._refusal = refusal

    @property
    def descriptions(self) -> tuple[str, ...]:
        """What is said about them, to be looked at before the write."""
        return tuple(each.description for each in self._pictures)

    def pictures(self) -> Sequence[Picture]:
        """To be written as rows. Asked inside the write: a repeat of what was done already never comes so far.

        Raises the refusal when one of them is not this person's, is attached already, or too old.
        """
        if self._refusal is not None:
            raise self._refusal
        return self._pictures


@asynccontextmanager
async def taking(plane: Plane, chosen: Chosen | None) -> AsyncGenerator[Taken]:
    """Hand uploads to a plane: marked first, so that no second write can have them, then copied under new keys.

    Inside the block the plane writes its rows. If that is refused, the uploads are their uploader's again. If it is
    not known how it ended (a crash, a cancelled request), they stay marked, and what no row names is swept after a day.
    """
    if chosen is None or not chosen.some:
        yield Taken(())
        return
    media = chosen.media
    mark = media.staging.token(16)
    try:
        uploads = await _claim(media, chosen, mark)
    except Refusal as refusal:
        yield Taken((), refusal)
        return
    pictures = [
        msgspec.structs.replace(each, id=0, key=_new_key(media.randomness[plane])) for each in uploads
    ]
    await asyncio.to_thread(_copy, media.staged, uploads, media.planes[plane], pictures)
    try:
        yield Taken(pictures)
    except Refusal:
        await media.store.write(lambda tx: queries.release(tx, mark))
        await asyncio.to_thread(remove_files, media.planes[plane], pictures)
        raise
    with suppress(Unavailable):  # what was written is written; what stays marked goes after a day
        await media.store.write(lambda tx: queries.drop(tx, [each.id for each in uploads]))
    await asyncio.to_thread(remove_files, media.staged, uploads)


async def _claim(media: Media, chosen: Chosen, mark: str) -> list[Picture]:
    if len(chosen.ids) > MOST_ATTACHED:
        raise Invalid("At most {most} pictures can be attached", field="media_ids", most=MOST_ATTACHED)

    async def apply(tx: Tx) -> list[Picture]:
        if not await queries.claim(tx, chosen.person_id, set(chosen.ids), _after(media), mark):
            raise absent()
        found = await queries.claimed(tx, mark)
        return [found[one] for one in dict.fromkeys(chosen.ids)]

    return await media.store.write(apply)


def worded(picture: Picture, words: Words) -> Picture:
    """A picture with other words, which are checked already."""
    changed = words_row(words)
    return msgspec.structs.replace(picture, **changed) if changed else picture


def checked(words: Words) -> Words:
    """The words as they are kept. Raises Invalid for a text that is too long or a focus outside the picture."""
    description, focus = words.description, words.focus
    if description is not None:
        description = clean(description, "description").strip()
        check_length(description, LONGEST_DESCRIPTION, "description")
    if focus is not None and not all(math.isfinite(part) and -1 <= part <= 1 for part in focus):
        raise Invalid("The focus lies between -1 and 1", field="focus")
    return Words(description=description, focus=focus)


def remove_files(blobs: Blobs, pictures: Sequence[Picture]) -> None:
    """Forget the files of pictures. Blocking."""
    for picture in pictures:
        for size in SIZES:
            blobs.delete(picture.file(size))


async def _own(media: Media, tx: Tx, person_id: int, upload_id: int) -> Picture:
    found = await queries.staged(tx, person_id, [upload_id], _after(media))
    if upload_id not in found:
        raise NotFound
    return found[upload_id]


def _after(media: Media) -> int:
    return media.clock.now_ms() - DAY_MS


def _new_key(randomness: Randomness) -> str:
    return randomness.bytes(KEY_BYTES).hex()


def _put(blobs: Blobs, key: str, made: Developed) -> None:
    picture = _picture(0, key, made, Words())
    blobs.put(picture.file("original"), made.original)
    blobs.put(picture.file("small"), made.small)


def _copy(staged: Blobs, uploads: Sequence[Picture], plane: Blobs, pictures: Sequence[Picture]) -> None:
    for upload, picture in zip(uploads, pictures, strict=True):
        for size in SIZES:
            content = staged.get(upload.file(size))
            if content is None:
                raise absent()  # it was a day old just now
            plane.put(file_name(picture.key, size, picture.extension), content)


def _picture(id_: int, key: str, made: Developed, words: Words) -> Picture:
    x, y = words.focus or (0.0, 0.0)
    return Picture(
        id=id_,
        key=key,
        media_type=made.media_type,
        width=made.width,
        height=made.height,
        small_width=made.small_width,
        small_height=made.small_height,
        blurhash=made.blurhash,
        description=words.description or "",
        focus_x=x,
        focus_y=y,
    )


def absent() -> Invalid:
    """The same for what is another's, too old, attached already, or was never there."""
    return Invalid("One of the pictures is not there any more. Please add it again.", field="media_ids")
