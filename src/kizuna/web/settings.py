"""Settings: the profile of each face, and where one is signed in."""

from collections.abc import Sequence
from typing import Annotated, Literal, cast

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from kizuna.circle import actions as circle_actions
from kizuna.circle import friend_queries
from kizuna.doors.parts import MemberParts
from kizuna.doors.tree import Upload
from kizuna.ground.config import Plane
from kizuna.ground.errors import NotFound, Refusal
from kizuna.ground.ids import parse_id
from kizuna.media.actions import keep_portrait
from kizuna.media.models import Use
from kizuna.people import oauth, sessions, standing_queries
from kizuna.people.limits import UPLOAD
from kizuna.people.models import Viewer
from kizuna.square import actions as square_actions
from kizuna.square import queries as square_queries
from kizuna.square.models import Account, ProfileMore
from kizuna.square.render import fields_of, portrait_path
from kizuna.square.rules import MOST_FIELDS
from kizuna.tie import consents
from kizuna.web.forms import Long, Sent, Short, Table, sent
from kizuna.web.items import account_face, circle_face
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import Form, ProfileForm, SessionRow
from kizuna.web.tied import tie_rows
from kizuna.web.views import ProfileView, SessionsView, SettingsView

APP = "app-"
Lines = Annotated[list[Short], msgspec.Meta(max_length=20)]


class ProfileSent(Sent, frozen=True, kw_only=True):
    """The profile of one face."""

    plane: Short = ""
    name: Short = ""
    note: Long = ""
    avatar: Upload | str = ""
    header: Upload | str = ""
    no_avatar: Short = ""
    no_header: Short = ""
    more: Short = ""
    """The form has the lines and ticks below."""
    field_name: Lines = msgspec.field(default_factory=list[str])
    field_value: Lines = msgspec.field(default_factory=list[str])
    bot: Short = ""
    discoverable: Short = ""
    indexable: Short = ""

    @property
    def profile_more(self) -> ProfileMore:
        """The lines and ticks of the square's profile; what the form does not have stays as it is."""
        if not self.more:
            return ProfileMore()
        return ProfileMore(
            fields=tuple(zip(self.field_name, self.field_value, strict=False)),
            bot=bool(self.bot),
            discoverable=bool(self.discoverable),
            indexable=bool(self.indexable),
        )

    def file(self, use: Use) -> Upload | None:
        """The file that was chosen for a picture of the profile."""
        given = self.avatar if use == "avatar" else self.header
        return given if isinstance(given, Upload) and (given.filename or given.data) else None

    def without(self, use: Use) -> bool:
        """Whether that picture is to be taken away."""
        return bool(self.no_avatar if use == "avatar" else self.no_header)


async def index(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``/settings``."""
    ties = [] if viewer.circle_id is None else await consents.links_of(parts.tie, viewer.circle_id)
    view = SettingsView(
        page=await pages.page(parts, request, viewer),
        ties=len(tie_rows(ties)),
        sessions=len(await _rows(parts, viewer)),
        staff=(await standing_queries.standing(parts.people.store.reads, viewer.person_id)).staff,
    )
    return pages.show(parts, request, view)


async def profile_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /settings/profile``."""
    forms = await _profile_forms(parts, viewer)
    view = ProfileView(page=await pages.page(parts, request, viewer), forms=forms)
    return pages.show(parts, request, view)


async def profile(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/profile``."""
    form = await sent(parts, request, ProfileSent)
    try:
        if form.plane == "square" and viewer.square_id is not None:
            portraits = await _portraits(parts, viewer, "square", form, ("avatar", "header"))
            more = msgspec.structs.replace(form.profile_more, portraits=portraits)
            await square_actions.edit_profile(parts.square, viewer.square_id, form.name, form.note, more)
        elif form.plane == "circle" and viewer.circle_id is not None:
            portraits = await _portraits(parts, viewer, "circle", form, ("avatar",))
            await circle_actions.edit_profile(
                parts.circle, viewer.circle_id, display_name=form.name, bio=form.note, portraits=portraits
            )
        else:
            raise NotFound
    except Refusal as refusal:
        told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        forms = await _profile_forms(parts, viewer, form, refusal.field, told)
        view = ProfileView(page=await pages.page(parts, request, viewer), forms=forms)
        return pages.show(parts, request, view, refusal.status)
    return done("/settings/profile", "saved")


async def _portraits(
    parts: MemberParts, viewer: Viewer, plane: Plane, form: ProfileSent, uses: Sequence[Use]
) -> dict[str, str | None]:
    """The pictures of a profile that change: to new files, or to none."""
    found: dict[str, str | None] = {}
    for use in uses:
        file = form.file(use)
        if file is not None:
            parts.people.limiter.check(None, UPLOAD, f"person {viewer.person_id}")
            found[use] = await keep_portrait(parts.media, plane, file.data, use)
        elif form.without(use):
            found[use] = None
    return found


async def sessions_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``/settings/sessions``: browsers, and apps that hold a token."""
    view = SessionsView(
        page=await pages.page(parts, request, viewer), sessions=tuple(await _rows(parts, viewer))
    )
    return pages.show(parts, request, view)


async def end_one(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/sessions/{id}/end``: a browser's session, or an app's tokens."""
    await sent(parts, request, Sent)
    wanted = str(request.path_params["id"])
    app_id = parse_id(wanted.removeprefix(APP)) if wanted.startswith(APP) else None
    session_id = parse_id(wanted)
    if app_id is not None:
        await oauth.end_grant(parts.people, viewer, app_id)
    elif session_id is not None:
        await sessions.end_session(parts.people, viewer, session_id)
    else:
        raise NotFound
    return done("/settings/sessions", "ended")


async def end_others(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /settings/sessions/end-others``: every browser but this one."""
    await sent(parts, request, Sent)
    await sessions.end_other_sessions(parts.people, viewer)
    return done("/settings/sessions", "ended")


async def _rows(parts: MemberParts, viewer: Viewer) -> list[SessionRow]:
    browsers = [
        SessionRow(
            id=str(one.id),
            kind="browser",
            name=one.user_agent,
            made_at_ms=one.created_at,
            seen_at_ms=one.seen_at,
            current=one.current,
        )
        for one in await sessions.my_sessions(parts.people, viewer)
    ]
    apps = [
        SessionRow(
            id=f"{APP}{one.app_id}",
            kind="app",
            name=one.name,
            made_at_ms=one.since_at,
            seen_at_ms=one.since_at,
        )
        for one in await oauth.my_grants(parts.people, viewer)
    ]
    return sorted(browsers, key=lambda row: not row.current) + apps


async def _profile_forms(
    parts: MemberParts,
    viewer: Viewer,
    tried: ProfileSent | None = None,
    field: str | None = None,
    told: str = "",
) -> tuple[ProfileForm, ...]:
    forms: list[ProfileForm] = []
    if viewer.square_id is not None:
        account = await square_queries.account(parts.square.store.reads, viewer.square_id)
        assert account is not None, "a viewer's account exists"
        forms.append(_square_form(account, tried, field, told))
    if viewer.circle_id is not None:
        reads = parts.circle.store.reads
        own = await friend_queries.profile_by_id(reads, viewer.circle_id, viewer.circle_id)
        assert own is not None, "a viewer's face exists"
        form = _filled("circle", own.face.display_name, own.bio, tried, field, told)
        forms.append(ProfileForm(face=circle_face(own.face), form=form))
    return tuple(forms)


def _square_form(account: Account, tried: ProfileSent | None, field: str | None, told: str) -> ProfileForm:
    form = _filled("square", account.display_name, account.note, tried, field, told)
    lines = [(name, value) for name, value, _ in fields_of(account)]
    ticks = {"bot": account.bot, "discoverable": account.discoverable, "indexable": account.indexable}
    if tried is not None and tried.plane == "square" and tried.more:
        lines = list(zip(tried.field_name, tried.field_value, strict=False))[:MOST_FIELDS]
        ticks = {name: bool(getattr(tried, name)) for name in ticks}
    return ProfileForm(
        face=account_face(account),
        form=form,
        header=portrait_path(account.header) if account.header else "",
        lines=(*lines, *[("", "")] * (MOST_FIELDS - len(lines))),
        ticks=tuple(name for name, ticked in ticks.items() if ticked),
    )


def _filled(
    plane: Literal["square", "circle"],
    name: str,
    note: str,
    tried: ProfileSent | None,
    field: str | None,
    told: str,
) -> Form:
    if tried is None or tried.plane != plane:
        return Form(values={"name": name, "note": note})
    known = {"display_name": "name", "note": "note", "bio": "note", "fields": "fields"}.get(cast(str, field))
    return Form(
        values={"name": tried.name, "note": tried.note},
        errors={known: told} if known else {},
        error="" if known else told,
    )


def add(table: Table) -> None:
    """The routes of this file."""
    table.person("GET", "/settings", index)
    table.person("GET", "/settings/profile", profile_page)
    table.person("POST", "/settings/profile", profile, uploads=True)
    table.person("GET", "/settings/sessions", sessions_page)
    table.person("POST", "/settings/sessions/end-others", end_others)
    table.person("POST", "/settings/sessions/{id}/end", end_one)
