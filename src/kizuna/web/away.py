"""Keeping somebody of the square away: muting and blocking from their page, and the lists of both."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from kizuna.doors.parts import MemberParts
from kizuna.ground.errors import Invalid, NotFound
from kizuna.people.models import Viewer
from kizuna.square import block_actions, block_queries, kept_actions, kept_queries, queries
from kizuna.square.models import Account
from kizuna.web.forms import ActForm, Short, Table, account_of, cursor, sent
from kizuna.web.items import account_face
from kizuna.web.marks import faces_of
from kizuna.web.pages import Pages, done
from kizuna.web.reading import account_at
from kizuna.web.square_views import (
    AccountBlocksView,
    AccountBlockView,
    MuteRow,
    MutesView,
    MuteView,
)

HOUR: Final = 3600
DURATIONS: Final = {"0": 0, "1h": HOUR, "1d": 24 * HOUR, "7d": 7 * 24 * HOUR, "30d": 30 * 24 * HOUR}


class MuteForm(ActForm, frozen=True, kw_only=True):
    """For how long, and whether notifications are held back too."""

    duration: Short = "0"
    notifications: Short = ""


async def mute_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /@{handle}/mute``."""
    account = await _other(parts, request, viewer)
    view = MuteView(
        page=await pages.page(parts, request, viewer),
        face=account_face(account),
        durations=tuple(DURATIONS),
    )
    return pages.show(parts, request, view)


async def mute(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /@{handle}/mute``."""
    form = await sent(parts, request, MuteForm)
    me = account_of(viewer)
    if form.undo:
        account = await _whoever(parts, request)
        await kept_actions.unmute(parts.square, me, account.id)
        return done(form.back_to(f"/@{account.handle}"), "unmuted")
    account = await account_at(parts, request, viewer)
    if form.duration not in DURATIONS:
        raise Invalid("This form is not valid")
    seconds = DURATIONS[form.duration]
    notifications = bool(form.notifications)
    await kept_actions.mute(parts.square, me, account.id, notifications=notifications, seconds=seconds)
    return done(form.back_to(f"/@{account.handle}"), "muted")


async def block_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /@{handle}/block``: asks first."""
    account = await _other(parts, request, viewer)
    view = AccountBlockView(page=await pages.page(parts, request, viewer), face=account_face(account))
    return pages.show(parts, request, view)


async def block(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /@{handle}/block``."""
    form = await sent(parts, request, ActForm)
    me = account_of(viewer)
    if form.undo:
        account = await _whoever(parts, request)
        await block_actions.unblock(parts.square, me, account.id)
        return done(form.back_to(f"/@{account.handle}"), "unblocked")
    account = await account_at(parts, request, viewer)
    await block_actions.block(parts.square, me, account.id)
    return done(form.back_to(f"/@{account.handle}"), "blocked")


async def mutes(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /settings/mutes``."""
    page, _ = await cursor(request)
    found = await kept_queries.mutes(parts.square.kept.reads, account_of(viewer), page, parts.clock.now_ms())
    accounts = await queries.accounts(parts.square.store.reads, [one.target_id for one in found])
    rows = tuple(
        MuteRow(
            face=account_face(accounts[one.target_id]),
            until_ms=one.expires_at,
            notifications=one.notifications,
        )
        for one in found
        if one.target_id in accounts
    )
    older = f"/settings/mutes?max_id={found[-1].id}" if len(found) >= page.limit else ""
    view = MutesView(page=await pages.page(parts, request, viewer), rows=rows, older=older)
    return pages.show(parts, request, view)


async def blocks(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /settings/blocks/square``."""
    page, _ = await cursor(request)
    edges = await block_queries.blocks(parts.square.store.reads, account_of(viewer), page)
    faces, older = await faces_of(parts, None, edges, page, "/settings/blocks/square")
    view = AccountBlocksView(page=await pages.page(parts, request, viewer), faces=faces, older=older)
    return pages.show(parts, request, view)


async def _other(parts: MemberParts, request: Request, viewer: Viewer) -> Account:
    account = await account_at(parts, request, viewer)
    if account.id == account_of(viewer):
        raise NotFound
    return account


async def _whoever(parts: MemberParts, request: Request) -> Account:
    """The account of an address, also when it blocks the viewer: what ends something is always allowed."""
    account = await queries.account_by_handle(parts.square.store.reads, str(request.path_params["handle"]))
    if account is None:
        raise NotFound
    return account


def add(table: Table) -> None:
    """The routes of this file."""
    table.person("GET", "/@{handle}/mute", mute_page)
    table.person("POST", "/@{handle}/mute", mute)
    table.person("GET", "/@{handle}/block", block_page)
    table.person("POST", "/@{handle}/block", block)
    table.person("GET", "/settings/mutes", mutes)
    table.person("GET", "/settings/blocks/square", blocks)
