"""The machine as administrators see it: what it could not do, how much room it takes, how it is set up."""

import asyncio
import os
import re
import shutil
from pathlib import Path
from typing import Final, cast

from starlette.requests import Request
from starlette.responses import Response

from kizuna.doors.parts import MemberParts
from kizuna.ground.config import Config
from kizuna.jobs.dead import DeadLetter
from kizuna.moderation import queues
from kizuna.people.models import Role, Viewer
from kizuna.people.standing import staff
from kizuna.web.forms import Sent, Table, path_id, sent
from kizuna.web.pages import Pages, done
from kizuna.web.staff_views import (
    LetterRow,
    StaffDropView,
    StaffQueuesView,
    StaffSettingsView,
    StaffStorageView,
    WaitingRow,
)

SECRET: Final = ("password", "secret", "key", "token")
HIDDEN: Final = "•••"
_USER: Final = re.compile(r"(?<=://)[^/@]*@")


async def queues_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /staff/queues``: what waits, and what nobody tries any more. Never what is in it."""
    waiting = await queues.waiting(parts.moderation, viewer)
    view = StaffQueuesView(
        letters=tuple(_row(one) for one in await queues.letters(parts.moderation, viewer)),
        waiting=tuple(WaitingRow(store=one.store, events=one.events, duties=one.duties) for one in waiting),
        page=await pages.page(parts, request, viewer),
    )
    return pages.show(parts, request, view)


def _row(one: DeadLetter) -> LetterRow:
    return LetterRow(id=str(one.id), store=one.store, kind=one.kind, attempts=one.attempts, error=one.error)


async def retry(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /staff/queues/{id}/retry``."""
    await sent(parts, request, Sent)
    await queues.retry(parts.moderation, viewer, path_id(request))
    return done("/staff/queues", "retried")


async def confirm_drop(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /staff/queues/{id}/drop``: asks first."""
    found = await queues.letter(parts.moderation, viewer, path_id(request))
    view = StaffDropView(page=await pages.page(parts, request, viewer), row=_row(found))
    return pages.show(parts, request, view)


async def drop(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /staff/queues/{id}/drop``."""
    await sent(parts, request, Sent)
    await queues.drop(parts.moderation, viewer, path_id(request))
    return done("/staff/queues", "dropped")


async def settings_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``/staff/settings``: how this server is set up, without what is secret."""
    await staff(parts.people.store.reads, viewer, Role.ADMINISTRATOR)
    rows = tuple((name, shown(parts.config, name)) for name in Config.__struct_fields__)
    view = StaffSettingsView(page=await pages.page(parts, request, viewer), rows=rows)
    return pages.show(parts, request, view)


def shown(config: Config, name: str) -> str:
    """A setting as administrators may see it: who signs in at another server is left out of its address. Pure."""
    value: object = getattr(config, name)
    if any(part in name for part in SECRET):
        return HIDDEN if value else ""
    text = ", ".join(map(str, cast(tuple[object, ...], value))) if isinstance(value, tuple) else str(value)
    return _USER.sub(f"{HIDDEN}@", text)


async def storage_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``/staff/storage``: how much room the data take."""
    await staff(parts.people.store.reads, viewer, Role.ADMINISTRATOR)
    rows, free = await asyncio.to_thread(measure, parts.config.data)
    view = StaffStorageView(page=await pages.page(parts, request, viewer), rows=rows, free=free)
    return pages.show(parts, request, view)


def measure(data: Path) -> tuple[tuple[tuple[str, int], ...], int]:
    """The bytes of each store (with what is still in its log) and of each directory of files, and what is free."""
    sizes: dict[str, int] = {}
    for place, _, names in os.walk(data):
        parts = Path(place).relative_to(data).parts
        for name in names:
            what = "/".join(parts[:2]) or name.partition(".db")[0]
            sizes[what] = sizes.get(what, 0) + _size(Path(place, name))
    return tuple(sorted(sizes.items())), shutil.disk_usage(data).free


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0  # deleted meanwhile


def add(table: Table) -> None:
    """The routes of this file."""
    table.person("GET", "/staff/queues", queues_page)
    table.person("POST", "/staff/queues/{id}/retry", retry)
    table.person("GET", "/staff/queues/{id}/drop", confirm_drop)
    table.person("POST", "/staff/queues/{id}/drop", drop)
    table.person("GET", "/staff/settings", settings_page)
    table.person("GET", "/staff/storage", storage_page)
