"""Search: people by handle, hashtags by name, and addresses of this server turned into what stands there."""

from typing import Annotated, Final, Literal

import msgspec
from starlette.responses import Response

from kizuna.api.accounts import MOST_OFFSET, search_accounts
from kizuna.api.calls import Call
from kizuna.api.operations import Operation, anyone
from kizuna.api.paging import Limit
from kizuna.api.present import present
from kizuna.api.tags import tag_entities
from kizuna.doors.answers import json_answer
from kizuna.ground.ids import parse_id
from kizuna.square import queries, render, search_queries, seen
from kizuna.square.entities import Account, FoundTag, Status
from kizuna.square.text import fold_tag

MOST: Final = 40


class Search(msgspec.Struct):
    """What to look for."""

    q: Annotated[str, msgspec.Meta(max_length=2000)]
    type: Literal["accounts", "hashtags", "statuses"] | None = None
    resolve: bool = False
    limit: Limit | None = None
    offset: Annotated[int, msgspec.Meta(ge=0, le=MOST_OFFSET)] = 0


class Found(msgspec.Struct):
    """The entity Search."""

    accounts: list[Account] = []
    statuses: list[Status] = []
    hashtags: list[FoundTag] = []


async def search(call: Call[Search]) -> Response:
    """Find accounts, hashtags, or what an address of this server shows. Texts are not searched in this version."""
    params = call.params
    text = params.q.strip()
    found = await _at_address(call, text) if "://" in text else await _by_name(call, text)
    if params.type is not None:
        found = Found(**{params.type: getattr(found, params.type)})
    return json_answer(found)


async def _by_name(call: Call[Search], text: str) -> Found:
    limit = min(call.params.limit or 20, MOST)
    offset = call.params.offset
    found = Found()
    if not text.startswith("#"):
        found.accounts = await search_accounts(call.parts, call.me, text, limit, offset)
    name = fold_tag(text.removeprefix("#"))
    if name and not text.startswith("@"):
        names = await search_queries.tag_names(call.parts.square.store.reads, name, limit + offset)
        found.hashtags = await tag_entities(call.parts, call.me, names[offset:])
    return found


async def _at_address(call: Call[Search], text: str) -> Found:
    """``/@name`` is an account, ``/@name/id`` a post; nothing is fetched from other servers in this version."""
    inside = text.removeprefix(f"{call.parts.config.url}/@")
    if inside == text:
        return Found()
    handle, _, last = inside.rstrip("/").partition("/")
    row = await queries.account_by_handle(call.parts.square.store.reads, handle)
    if row is None or (call.me is not None and await seen.hides_itself(call.parts.square, call.me, row.id)):
        return Found()
    if not last:
        return Found(accounts=[render.account(row, call.parts.config.url)])
    status_id = parse_id(last)
    statuses = await present(call.parts, call.me, [status_id] if status_id else [])
    return Found(statuses=[each for each in statuses if each.account.id == str(row.id)])


OPERATIONS: Final[tuple[Operation, ...]] = (
    anyone("GET", "/api/v2/search", search, Search, Found, "read:search"),
)
