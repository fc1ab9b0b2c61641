"""What the windows of a group show, put together for one viewer: what was read from elsewhere, and the own square."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import msgspec

from kizuna.circle.models import Audience as Rule
from kizuna.circle.models import Voice
from kizuna.doors.parts import MemberParts
from kizuna.people.models import Viewer
from kizuna.square import queries as square_queries
from kizuna.square import seen, timeline_queries
from kizuna.square.models import Page
from kizuna.tie.address import host_of
from kizuna.tie.windows import queries
from kizuna.tie.windows.address import said
from kizuna.tie.windows.models import Item as Kept
from kizuna.tie.windows.models import SourceState, Talk, Window
from kizuna.web.forms import PAGE, face_of
from kizuna.web.items import voice_item
from kizuna.web.pieces import Audience, Face, Item
from kizuna.web.reading import items_of, post_items, sight_of
from kizuna.web.together_views import Run, WindowRow

LONG_RUN: Final = 5
"""More than so many items of one window after each other are folded,"""
SHOWN_OF_RUN: Final = 3
"""but for the newest of them."""


class Shown(msgspec.Struct, frozen=True):
    """An item with its place in the list, and the window that brought it."""

    id: int
    item: Item
    said: str


class Stream(msgspec.Struct, frozen=True):
    """A page of what windows show; ``older`` is below which id the next one begins."""

    shown: list[Shown]
    older: int | None


def kept_item(item: Kept, talk: str = "") -> Item:
    """An item of another server; its links lead there. ``talk`` is where a room about it is opened."""
    return Item(
        plane="square",
        id=str(item.id),
        author=Face(
            plane="square",
            id="",
            name=item.author_name,
            handle=item.author_acct,
            href=item.author_url or item.url,
        ),
        html=item.html,
        title=item.title,
        at_ms=item.written_at,
        href=item.url,
        spoiler=item.warning,
        audience=Audience(kind="public"),
        host=host_of(item.origin) or "?",
        edited_ms=item.edited_at,
        attached=item.attachments,
        talk=talk,
    )


async def stream(
    parts: MemberParts, viewer: Viewer, group_id: int, windows: Sequence[Window], page: Page
) -> Stream:
    """A page of what the windows show that the viewer has not muted: each thing once, newest first."""
    heard = [window for window in windows if not window.muted]
    names = {window.source_id: said(window.source) for window in heard}
    path = f"/together/{group_id}/talk"
    kept = await queries.items(
        parts.circle.store.reads, face_of(viewer), group_id, max_id=page.max_id, limit=PAGE
    )
    found = {
        one.id: Shown(one.id, kept_item(one, f"{path}?item={one.id}"), names.get(one.source_id, ""))
        for one in kept
    }
    floor = kept[-1].id if len(kept) >= PAGE else 0
    for window in heard:
        if window.source.inside:
            listing = await _own(parts, viewer, window, page)
            if listing is None:
                continue
            floor = max(floor, listing.older or 0)
            for item in await items_of(parts, viewer, listing.statuses):
                shown = msgspec.structs.replace(item, talk=f"{path}?post={item.id}")
                found.setdefault(int(item.id), Shown(int(item.id), shown, said(window.source)))
    newest = sorted((one for one in found.values() if one.id >= floor), key=lambda one: -one.id)
    more = len(newest) > PAGE or floor > 0
    newest = newest[:PAGE]
    return Stream(newest, newest[-1].id if newest and more else floor or None)


async def _own(parts: MemberParts, viewer: Viewer, window: Window, page: Page) -> seen.Listing | None:
    """What is on the own square, as this viewer sees it; None for an account that is not there."""
    reads = parts.square.store.reads
    hidden = (await sight_of(parts, viewer)).hidden
    bounded = Page(limit=PAGE, max_id=page.max_id)
    if window.source.kind == "tag":
        find = partial(timeline_queries.tag_ids, reads, window.source.name)
        return await seen.listed(parts.square, bounded, seen.by_id(find), hidden)
    account = await square_queries.account_by_handle(reads, window.source.name)
    if account is None:
        return None
    find = partial(timeline_queries.account_ids, reads, account.id, replies=False, boosts=False)
    return await seen.listed(parts.square, bounded, seen.by_id(find), hidden)


def in_runs(shown: Sequence[Shown]) -> tuple[Run, ...]:
    """Items of one window after each other as a run, folded where it is long. Pure."""
    runs: list[list[Shown]] = []
    for one in shown:
        if runs and runs[-1][0].said == one.said:
            runs[-1].append(one)
        else:
            runs.append([one])
    return tuple(_run(run) for run in runs)


def _run(run: Sequence[Shown]) -> Run:
    items = tuple(one.item for one in run)
    at = SHOWN_OF_RUN if len(items) > LONG_RUN else len(items)
    return Run(said=run[0].said, shown=items[:at], folded=items[at:])


async def window_row(parts: MemberParts, window: Window) -> WindowRow:
    """A window as its row shows it; whether an account of the own square is there is looked up now."""
    state = window.state
    if window.source.inside:
        state = SourceState.GOOD
        if window.source.kind == "account":
            there = await square_queries.account_by_handle(parts.square.store.reads, window.source.name)
            state = SourceState.GOOD if there else SourceState.ABSENT
    return WindowRow(
        id=str(window.id),
        said=said(window.source),
        title=window.title,
        kind=window.source.kind,
        state=state.value,
        read_ms=window.read_at,
        muted=window.muted,
        closable=window.closable,
    )


async def voices_with_talk(parts: MemberParts, viewer: Viewer, voices: Sequence[Voice]) -> list[Item]:
    """Voices that were loaded for the viewer, each with what its room is about."""
    return await items_with_talk(parts, viewer, voices, [voice_item(voice) for voice in voices])


async def items_with_talk(
    parts: MemberParts, viewer: Viewer, voices: Sequence[Voice], items: Sequence[Item]
) -> list[Item]:
    """Items, those of these voices with what their rooms are about. Only rooms of shared groups are about something."""
    shared = [voice for voice in voices if voice.audience is Rule.SHARED and voice.parent_id is None]
    talks = await queries.talks_of(parts.circle.store.reads, shared)
    found = {str(voice_id): talk for voice_id, talk in talks.items()}
    return [
        await with_talk(parts, viewer, item, found.get(item.id) if item.plane == "circle" else None)
        for item in items
    ]


async def with_talk(parts: MemberParts, viewer: Viewer, item: Item, talk: Talk | None) -> Item:
    """A voice with what its room is about, as that is now."""
    if talk is None:
        return item
    if talk.item is not None:
        about = None if talk.gone else kept_item(talk.item)
        return msgspec.structs.replace(item, about=about, about_gone=talk.gone)
    found = await post_items(parts, viewer, [talk.post_id]) if talk.post_id is not None else []
    return msgspec.structs.replace(item, about=found[0] if found else None, about_gone=not found)
