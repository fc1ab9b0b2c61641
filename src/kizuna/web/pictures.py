"""The files of pictures: those of the square for everybody, those of the circle through the gate, one by one."""

import re
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from kizuna.blobs.disk import Blobs
from kizuna.circle import attachment_queries, friend_queries
from kizuna.doors.parts import MemberParts, PublicParts
from kizuna.doors.sending import absent, send_file
from kizuna.ground.ids import parse_id
from kizuna.media.models import SIZES, Size, file_name, portrait_file
from kizuna.people.models import Viewer
from kizuna.web.forms import Table
from kizuna.web.pages import Pages

FOR_EVER: Final = "public, max-age=31536000, immutable"
NEVER: Final = "private, no-store"
SHORTLY: Final = "no-store"
_KEY: Final = re.compile(r"[0-9a-f]{40}")
_FILE: Final = re.compile(r"(original|small)\.(jpg|webp)")
_CLOSED: Final = {"Cache-Control": NEVER, "Cross-Origin-Resource-Policy": "same-origin"}


async def square_file(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``/media/{key}/{file}``: a picture of the square. Its name cannot be guessed and its content never changes."""
    more = {"Cache-Control": FOR_EVER, "Access-Control-Allow-Origin": "*"}
    return await _by_key(request, parts.pictures, more)


async def staged_file(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """``/staged/{key}/{file}``: an upload that is attached to nothing; only its uploader was told the name."""
    return await _by_key(request, parts.staged, {"Cache-Control": NEVER, "Access-Control-Allow-Origin": "*"})


async def _by_key(request: Request, blobs: Blobs, more: dict[str, str]) -> Response:
    key = str(request.path_params["key"])
    file = _FILE.fullmatch(str(request.path_params["file"]))
    size: Size | None = next((each for each in SIZES if file is not None and each == file[1]), None)
    if not _KEY.fullmatch(key) or file is None or size is None:
        return absent(SHORTLY)
    answer = await send_file(request, blobs, file_name(key, size, file[2]), f"{key}-{size}", more)
    if answer.status_code == 404:
        answer.headers["Cache-Control"] = SHORTLY
    return answer


async def circle_file(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``/circle/media/{id}/{size}``: a picture of a voice, if the viewer may read it: now, and piece by piece."""
    picture_id = parse_id(str(request.path_params["id"]))
    size: Size | None = next((each for each in SIZES if each == request.path_params["size"]), None)
    me = viewer.circle_id
    if picture_id is None or size is None or me is None:
        return absent(NEVER)
    reads = parts.circle.store.reads
    picture = await attachment_queries.picture(reads, me, picture_id)
    if picture is None:
        return absent(NEVER)

    async def still() -> bool:
        return await attachment_queries.picture(reads, me, picture_id) is not None

    files = parts.media.planes["circle"]
    return await send_file(request, files, picture.file(size), f"{picture_id}-{size}", _CLOSED, still)


async def circle_portrait(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``/circle/faces/{id}/portrait``: the profile picture of a face, for every member who may know of it."""
    face_id = parse_id(str(request.path_params["id"]))
    me = viewer.circle_id
    if face_id is None or me is None:
        return absent(NEVER)
    profile = await friend_queries.profile_by_id(parts.circle.store.reads, me, face_id)
    if profile is None or profile.face.avatar is None:
        return absent(NEVER)
    file = portrait_file(profile.face.avatar)
    return await send_file(request, parts.media.planes["circle"], file, f"portrait-{face_id}", _CLOSED)


async def closed(pages: Pages, parts: PublicParts, request: Request, viewer: Viewer | None) -> Response:
    """For who is not signed in nothing of the circle is there."""
    return absent(NEVER)


def add(table: Table) -> None:
    """The routes of this file."""
    table.anyone("GET", "/media/{key}/{file}", square_file)
    table.anyone("GET", "/staged/{key}/{file}", staged_file)
    for path, handler in (
        ("/circle/media/{id}/{size}", circle_file),
        ("/circle/faces/{id}/portrait", circle_portrait),
    ):
        table.anyone("GET", path, closed)
        table.person("GET", path, handler)
