"""What a viewer reads of the square: found by the address of a page, laid out as lists, with what they did with it."""

from collections.abc import Sequence
from functools import partial
from urllib.parse import urlencode

from starlette.requests import Request

from kizuna.doors.parts import PublicParts
from kizuna.ground.errors import NotFound
from kizuna.people.models import Viewer
from kizuna.square import queries, seen
from kizuna.square.load import load_page
from kizuna.square.models import NO_FLAGS, Account, Flags, Page, Status
from kizuna.square.relations import viewer_flags
from kizuna.square.sight import Sight
from kizuna.web.forms import path_id
from kizuna.web.items import post_item
from kizuna.web.pieces import Item, Timeline


def me_of(viewer: Viewer | None) -> int | None:
    """The viewer's account on the square, if there is one."""
    return viewer.square_id if viewer else None


async def sight_of(parts: PublicParts, viewer: Viewer | None) -> Sight:
    """Whom the viewer does not see."""
    return await parts.square.sights.of(me_of(viewer))


async def account_at(parts: PublicParts, request: Request, viewer: Viewer | None) -> Account:
    """The account that an address names; absent for whom it blocks. Raises NotFound."""
    handle = str(request.path_params["handle"])
    row = await queries.account_by_handle(parts.square.store.reads, handle)
    return await seen.known_account(parts.square, me_of(viewer), row)


async def status_at(parts: PublicParts, request: Request, viewer: Viewer | None) -> Status:
    """The post or boost that an address names, by its author's handle; absent where a block stands between.

    Raises NotFound.
    """
    status = await seen.known_status(parts.square, me_of(viewer), path_id(request))
    if status.author.handle != str(request.path_params["handle"]).lower():
        raise NotFound
    return status


async def own_at(parts: PublicParts, request: Request, viewer: Viewer) -> Status:
    """The same, of what the viewer wrote; another's and a boost are not there. Raises NotFound."""
    status = await status_at(parts, request, viewer)
    if status.author.id != viewer.square_id or status.original is not None:
        raise NotFound
    return status


async def listing(
    parts: PublicParts,
    viewer: Viewer | None,
    page: Page,
    find: seen.Find,
    path: str,
    hidden: frozenset[int],
    **kept: str,
) -> Timeline:
    """A page of a list, filled up; ``path`` with ``kept`` is where the next one is."""
    found = await seen.listed(parts.square, page, find, hidden)
    older = "" if found.older is None else f"{path}?{urlencode({**kept, 'max_id': found.older})}"
    return Timeline(items=tuple(await items_of(parts, viewer, found.statuses)), older=older)


async def post_items(parts: PublicParts, viewer: Viewer | None, ids: Sequence[int]) -> list[Item]:
    """Posts by id, as this viewer sees them: without those by whom they do not see."""
    hidden = (await sight_of(parts, viewer)).hidden
    rows = await load_page(parts.square.store.reads, ids)
    return await items_of(parts, viewer, [row for row in rows if not row.is_by(hidden)])


async def items_of(parts: PublicParts, viewer: Viewer | None, rows: Sequence[Status]) -> list[Item]:
    """Posts that are loaded already."""
    make = partial(post_item, viewer_id=me_of(viewer), flags=await flags_for(parts, viewer, rows))
    return [make(row) for row in rows]


async def flags_for(parts: PublicParts, viewer: Viewer | None, statuses: Sequence[Status]) -> Flags:
    """What the viewer has done with these posts."""
    me = me_of(viewer)
    if me is None or not statuses:
        return NO_FLAGS
    return await viewer_flags(parts.square, me, {status.proper.post.id for status in statuses})
