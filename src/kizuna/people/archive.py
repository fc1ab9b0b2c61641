"""The archive of everything that is a person's: a zip of JSON and simple pages, made on disk by a duty.

What goes in comes from the parts (belongings.py), a page at a time, so that memory holds one entry and not an account.
A file is there for three days, for its owner alone; what is left over goes with the daily sweep.
"""

import asyncio
import functools
import html
import shutil
import tempfile
import zipfile
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import IO, Final

import msgspec

from kizuna.blobs.disk import Blobs
from kizuna.ground.clock import iso
from kizuna.ground.errors import Conflict, NotFound
from kizuna.ground.i18n import Locale, Translator
from kizuna.ground.ids import StoreName
from kizuna.jobs import duties
from kizuna.jobs.duties import Duty, Effect
from kizuna.jobs.worker import MOST_ATTEMPTS
from kizuna.people import archive_queries, history_queries
from kizuna.people.belongings import Entry, Part, Parts
from kizuna.people.mails import Wanted, ask_mail, spoken
from kizuna.people.models import Archive, Viewer
from kizuna.people.ports import People
from kizuna.people.sudo import check_recent, require_recent
from kizuna.store.store import Db, Tx

ARCHIVE: Final = "people.archive"
FOLDER: Final = "archives"
KEPT_MS: Final = 3 * 24 * 60 * 60 * 1000
AGAIN_MS: Final = 10 * 60 * 1000


class Asked(msgspec.Struct, frozen=True):
    """Whose archive, and what its file will be called."""

    person_id: int
    file: str


async def my_archive(people: People, viewer: Viewer) -> Archive:
    """How the viewer's archive stands."""
    row = await archive_queries.archive(people.store.reads, viewer.person_id)
    if row is None or (row.expires_at is not None and row.expires_at <= people.clock.now_ms()):
        return Archive("none", 0, 0)
    return Archive(row.state, row.bytes, row.expires_at or 0)


async def ask_archive(people: People, viewer: Viewer) -> None:
    """Have an archive made. Raises ProveAgain, and Conflict while one is being made or was asked for just now."""
    file = f"{people.randomness.token(24)}.zip"

    async def apply(tx: Tx) -> None:
        await check_recent(tx, viewer)
        row = await archive_queries.archive(tx, viewer.person_id)
        if row is not None and row.state != "failed" and row.asked_at > tx.now_ms - AGAIN_MS:
            raise Conflict("An archive was asked for a moment ago. Please wait ten minutes.")
        await archive_queries.ask(tx, viewer.person_id, file)
        await duties.add(tx, ARCHIVE, Asked(viewer.person_id, file), key=str(viewer.person_id))

    await people.store.write(apply)


async def open_archive(people: People, viewer: Viewer) -> Path:
    """The file of the viewer's archive. Raises ProveAgain, NotFound when there is none (any more)."""
    await require_recent(people, viewer)
    row = await archive_queries.archive(people.store.reads, viewer.person_id)
    if row is None or row.state != "ready" or row.expires_at <= people.clock.now_ms():
        raise NotFound
    path = folder(people) / row.file
    if not path.is_file():
        raise NotFound
    return path


def folder(people: People) -> Path:
    """Where archives are, readable only by us."""
    return people.config.data / FOLDER


async def sweep(people: People) -> None:
    """Remove files that nobody may load down any more, and what a crash left."""
    kept = await archive_queries.kept_files(people.store.reads, people.clock.now_ms())
    # A few names once a day: no thread, so that a simulated day can be told again.
    _remove_others(folder(people), kept)


def _remove_others(place: Path, kept: set[str]) -> None:
    for path in place.glob("*") if place.is_dir() else ():
        if path.name.removesuffix(".part") not in kept:
            path.unlink(missing_ok=True)


async def export_person(db: Db, person_id: int) -> AsyncIterator[Entry]:
    """What people keep: address, language, and the sign-ins of the last 90 days."""
    row = await archive_queries.person(db, person_id)
    if row is None:
        return
    signed = [
        {"hour": iso(one.hour_at), "browser": one.browser, "network": one.network, "how": one.how}
        for one in await history_queries.sign_ins(db, person_id, 0)
    ]
    fields: dict[str, object] = {
        "email": row.email,
        "language": row.locale,
        "sign_in_mails": row.sign_in_mails,
        "sign_ins": signed,
    }
    yield Entry(row.id, row.created_at, row.email or "", fields)


class Maker:
    """Makes archives. ``reads`` are the readers of all stores, ``files`` what they name: each part sees its own."""

    def __init__(
        self,
        people: People,
        parts: Parts,
        reads: Mapping[StoreName, Db],
        files: Mapping[StoreName, Blobs],
        speak: Callable[[Locale], Translator],
    ) -> None:
        self._people = people
        self._parts = parts
        self._reads = reads
        self._files = files
        self._speak = speak

    async def make(self, duty: Duty) -> Effect:
        """The duty: write the file beside its place, then put it there."""
        asked = msgspec.json.decode(duty.payload, type=Asked)
        place = folder(self._people)
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        part, whole = place / f"{asked.file}.part", place / asked.file
        try:
            await self._write(asked.person_id, part)
        except Exception:
            part.unlink(missing_ok=True)
            if duty.attempts >= MOST_ATTEMPTS:
                await self._people.store.write(lambda tx: _failed(asked, tx))
            raise
        part.replace(whole)
        return functools.partial(_ready, self._people, asked, whole.stat().st_size)

    async def _write(self, person_id: int, path: Path) -> None:
        reads = self._people.store.reads
        row = await archive_queries.person(reads, person_id)
        owners = {face.plane: face.face_id for face in await archive_queries.faces(reads, person_id)}
        owners["person"] = person_id
        speak = self._speak(spoken(self._people, row.locale if row else ""))
        await asyncio.to_thread(path.touch, 0o600)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            names: list[str] = []
            for part in self._parts:
                if part.export is not None and part.owner in owners:
                    await self._add(archive, part, owners[part.owner], speak)
                    names.append(part.name)
            archive.writestr("index.html", _index(self._people.config.title, names, speak))

    async def _add(self, archive: zipfile.ZipFile, part: Part, owner_id: int, speak: Translator) -> None:
        """One part as JSON, a line an entry, as a page, which is kept beside, and then its files: a zip takes one file
        at a time."""
        assert part.export is not None
        has_files = False
        with tempfile.TemporaryFile("w+b") as page:
            page.write(_head(part.name, speak).encode())
            with archive.open(f"{part.name}.json", "w") as lines:
                lines.write(b"[")
                between = b"\n"
                async for entry in part.export(self._reads[part.store], owner_id):
                    await asyncio.to_thread(_add_entry, lines, page, between, entry)
                    has_files = has_files or bool(entry.blob)
                    between = b",\n"
                lines.write(b"\n]\n")
            page.write(b"</ol></main></html>\n")
            page.seek(0)
            with archive.open(f"{part.name}.html", "w") as target:
                await asyncio.to_thread(shutil.copyfileobj, page, target)
        if has_files:
            async for entry in part.export(self._reads[part.store], owner_id):
                if entry.blob:
                    await asyncio.to_thread(_add_file, archive, self._files[part.store], entry)


def _(message: str) -> str:
    """Marks a message for the catalogue."""
    return message


def _add_entry(lines: IO[bytes], page: IO[bytes], between: bytes, entry: Entry) -> None:
    row = {"id": str(entry.id), "at": iso(entry.at_ms), **entry.fields}
    lines.write(between + msgspec.json.encode(row))
    at, text = iso(entry.at_ms)[:16].replace("T", " "), html.escape(entry.text)
    shown = (
        f'<p><a href="{entry.name}"><img src="{entry.name}" alt="" width="320"></a></p>' if entry.blob else ""
    )
    page.write(f"<li><time>{at}</time><p>{text}</p>{shown}</li>\n".encode())


def _add_file(archive: zipfile.ZipFile, files: Blobs, entry: Entry) -> None:
    content = files.get(entry.blob)
    if content is not None:  # it was deleted meanwhile
        archive.writestr(entry.name, content, zipfile.ZIP_STORED)


def _head(title: str, speak: Translator) -> str:
    return (
        f'<!doctype html><html lang="{speak.locale}"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        "<style>body{font:1rem/1.7 sans-serif;max-width:40rem;margin:2rem auto}p{white-space:pre-wrap}</style>"
        f'<main><h1>{html.escape(title)}</h1><p><a href="index.html">{html.escape(speak(_("Contents")))}</a></p><ol>\n'
    )


def _index(title: str, names: list[str], speak: Translator) -> str:
    links = "".join(
        f'<li><a href="{name}.html">{name}</a> (<a href="{name}.json">JSON</a>)</li>\n' for name in names
    )
    told = html.escape(speak(_("Everything that is yours on this server.")))
    return (
        f'<!doctype html><html lang="{speak.locale}"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<main><h1>{html.escape(title)}</h1><p>{told}</p><ul>\n{links}</ul></main></html>\n"
    )


async def _ready(people: People, asked: Asked, size: int, tx: Tx) -> None:
    values = {"state": "ready", "bytes": size, "made_at": tx.now_ms, "expires_at": tx.now_ms + KEPT_MS}
    if await archive_queries.settle(tx, asked.person_id, asked.file, **values):
        await ask_mail(people, tx, Wanted("archive", asked.person_id))


async def _failed(asked: Asked, tx: Tx) -> None:
    await archive_queries.settle(tx, asked.person_id, asked.file, state="failed")
