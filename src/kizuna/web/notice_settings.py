"""What one wants to be told of, and when not."""

import re
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from kizuna.circle import friend_queries
from kizuna.doors.parts import MemberParts
from kizuna.ground.errors import Invalid, NotFound, Refusal
from kizuna.notifications import actions, circle_queries, quiet_queries, square_queries
from kizuna.notifications.kinds import ALWAYS, CIRCLE_KINDS, SQUARE_KINDS
from kizuna.notifications.quiet import QuietTime, clock_time, zones
from kizuna.people.models import Viewer
from kizuna.square import queries
from kizuna.web.forms import Sent, Short, Table, account_of, face_of, sent
from kizuna.web.items import account_face, circle_face
from kizuna.web.notice_views import KindChoice, KindsForm, NoticeSettingsView
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import Form

PATH: Final = "/settings/notifications"
TIME: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::00)?")
USUAL: Final = {"on": "", "from": "22:00", "until": "07:00", "zone": "Asia/Tokyo"}


class KindsSent(Sent, frozen=True, kw_only=True):
    """The kinds that one face wants to be told of."""

    plane: Short = ""
    kind: tuple[Short, ...] = ()


class QuietSent(Sent, frozen=True, kw_only=True, rename={"from_": "from"}):
    """Quiet hours, or none unless ``on``."""

    on: Short = ""
    from_: Short = ""
    until: Short = ""
    zone: Short = ""


async def show(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /settings/notifications``."""
    known = await quiet_queries.quiet_time(parts.people.store.reads, viewer.person_id)
    values = USUAL if known is None else _values(known)
    return await _shown(pages, parts, request, viewer, Form(values=values), 200)


async def kinds(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/notifications``."""
    form = await sent(parts, request, KindsSent)
    if form.plane == "square":
        await actions.choose_square(parts.square, account_of(viewer), form.kind)
    elif form.plane == "circle":
        await actions.choose_circle(parts.circle, face_of(viewer), form.kind, pages.kinds)
    else:
        raise NotFound
    return done(PATH, "saved")


async def quiet(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/notifications/quiet``."""
    form = await sent(parts, request, QuietSent)
    try:
        wanted = QuietTime(form.zone, _minute(form.from_, "from"), _minute(form.until, "until"))
        await actions.set_quiet(parts.people, viewer.person_id, wanted if form.on else None)
    except Refusal as refusal:
        told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        typed = {"on": form.on, "from": form.from_, "until": form.until, "zone": form.zone}
        tried = Form(values=typed, errors={refusal.field or "": told})
        return await _shown(pages, parts, request, viewer, tried, refusal.status)
    return done(PATH, "saved")


async def _shown(
    pages: Pages, parts: MemberParts, request: Request, viewer: Viewer, tried: Form, status: int
) -> Response:
    view = NoticeSettingsView(
        page=await pages.page(parts, request, viewer, PATH),
        kinds=await _kinds(pages, parts, request, viewer),
        quiet=tried,
        zones=tuple(sorted(zones())),
    )
    return pages.show(parts, request, view, status)


async def _kinds(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> tuple[KindsForm, ...]:
    forms: list[KindsForm] = []
    if viewer.square_id is not None:
        account = await queries.account(parts.square.store.reads, viewer.square_id)
        off = await square_queries.TOLD.off(parts.people.store.reads, viewer.square_id)
        choices = tuple(KindChoice(kind=kind, on=kind not in off) for kind in SQUARE_KINDS)
        forms += [KindsForm(face=account_face(account), kinds=choices)] if account else []
    if viewer.circle_id is not None:
        reads = parts.circle.store.reads
        own = await friend_queries.profile_by_id(reads, viewer.circle_id, viewer.circle_id)
        off = await circle_queries.TOLD.off(reads, viewer.circle_id)
        choices = tuple(
            KindChoice(kind=kind, on=kind not in off) for kind in CIRCLE_KINDS if kind not in ALWAYS
        )
        speak = pages.speak(parts, request, viewer)
        choices += tuple(
            KindChoice(kind=one.name, on=one.name not in off, wish=speak(one.wish)) for one in pages.kinds
        )
        forms += [KindsForm(face=circle_face(own.face), kinds=choices)] if own else []
    return tuple(forms)


def _values(known: QuietTime) -> dict[str, str]:
    times = {"from": known.from_minute, "until": known.until_minute}
    return {
        "on": "1",
        "zone": known.zone,
        **{name: clock_time(minute) for name, minute in times.items()},
    }


def _minute(text: str, field: str) -> int:
    found = TIME.fullmatch(text)
    if found is None:
        raise Invalid("This is not a time of day.", field=field)
    return int(found[1]) * 60 + int(found[2])


def add(table: Table) -> None:
    """The routes of this file."""
    table.person("GET", PATH, show)
    table.person("POST", PATH, kinds)
    table.person("POST", f"{PATH}/quiet", quiet)
