"""Other people's accounts: one, several, found by name, and what they post."""

import functools
from typing import Annotated, Final

import msgspec
from starlette.responses import Response

from kizuna.api.calls import Call, Nothing, OwnCall
from kizuna.api.lists import listed
from kizuna.api.operations import Operation, anyone, by_person
from kizuna.api.paging import MOST, Ids, Limit, Paged, ids_of, page_of
from kizuna.api.present import known_account, present_accounts
from kizuna.doors.answers import json_answer
from kizuna.doors.parts import PublicParts
from kizuna.ground.config import Config
from kizuna.ground.errors import NotFound
from kizuna.square import edit_queries, queries, render, search_queries, seen, timeline_queries
from kizuna.square.entities import Account, Status
from kizuna.square.seen import Find, by_id
from kizuna.square.text import fold_tag

MOST_OFFSET: Final = 10_000


class Lookup(msgspec.Struct):
    """Whom to look up, as ``name`` or ``name@host``."""

    acct: Annotated[str, msgspec.Meta(max_length=400)]


class AccountSearch(msgspec.Struct):
    """What to look for in handles."""

    q: Annotated[str, msgspec.Meta(max_length=400)]
    limit: Limit | None = None
    offset: Annotated[int, msgspec.Meta(ge=0, le=MOST_OFFSET)] = 0
    resolve: bool = False
    following: bool = False


class Posts(Paged):
    """Which of an account's posts."""

    only_media: bool = False
    exclude_replies: bool = False
    exclude_reblogs: bool = False
    pinned: bool = False
    tagged: Annotated[str, msgspec.Meta(max_length=200)] | None = None


async def show(call: Call[Nothing]) -> Response:
    """One account."""
    row = await known_account(call.parts, call.me, call.id)
    return json_answer(render.account(row, call.parts.config.url))


async def show_many(call: Call[Ids]) -> Response:
    """Several accounts at once; those that aren't there are left out."""
    ids = ids_of(call.params)
    if call.me is not None:
        ids = [one for one in ids if not await seen.hides_itself(call.parts.square, call.me, one)]
    return json_answer(await present_accounts(call.parts, ids))


async def lookup(call: Call[Lookup]) -> Response:
    """The account with a name."""
    handle = local_handle(call.parts.config, call.params.acct)
    row = None if handle is None else await queries.account_by_handle(call.parts.square.store.reads, handle)
    if row is None or (call.me is not None and await seen.hides_itself(call.parts.square, call.me, row.id)):
        raise NotFound
    return json_answer(render.account(row, call.parts.config.url))


async def search(call: OwnCall[AccountSearch]) -> Response:
    """Accounts whose handle begins like this."""
    params = call.params
    found = await search_accounts(call.parts, call.me, params.q, params.limit, params.offset)
    if params.following:
        ids = [int(each.id) for each in found]
        followed = await queries.followed(call.parts.square.store.reads, call.me, ids)
        found = [each for each in found if int(each.id) in followed]
    return json_answer(found)


async def statuses(call: Call[Posts]) -> Response:
    """What an account posted."""
    row, params = await known_account(call.parts, call.me, call.id), call.params
    db = call.parts.square.store.reads
    sight = await call.parts.square.sights.of(call.me)
    if row.id in sight.apart:
        return json_answer([])
    if params.pinned:
        find: Find = functools.partial(edit_queries.pins, db, row.id)
    elif params.tagged is not None:
        find = by_id(functools.partial(search_queries.account_tag_ids, db, row.id, fold_tag(params.tagged)))
    else:
        find = by_id(
            functools.partial(
                timeline_queries.account_ids,
                db,
                row.id,
                replies=not params.exclude_replies,
                boosts=not params.exclude_reblogs,
                pictures=params.only_media,
            )
        )
    return await listed(call, page_of(params), find, sight.on_page_of(row.id))


async def search_accounts(
    parts: PublicParts, me: int | None, text: str, limit: int | None, offset: int
) -> list[Account]:
    """Accounts whose handle begins like ``text``, with or without @ and this server's name."""
    handle = local_handle(parts.config, text)
    if not handle:
        return []
    most = min(limit or MOST, MOST)
    ids = await timeline_queries.search_accounts(parts.square.store.reads, handle, most, offset)
    return await present_accounts(parts, ids, (await parts.square.sights.of(me)).apart)


def local_handle(config: Config, acct: str) -> str | None:
    """The handle in ``@name``, ``name`` or ``name@this-server``; None for another server's."""
    handle, _, host = acct.strip().removeprefix("@").lower().partition("@")
    return handle if host in ("", config.domain) and handle.isascii() else None


OPERATIONS: Final[tuple[Operation, ...]] = (
    anyone("GET", "/api/v1/accounts", show_many, Ids, list[Account], "read:accounts"),
    anyone("GET", "/api/v1/accounts/lookup", lookup, Lookup, Account, "read:accounts"),
    by_person("GET", "/api/v1/accounts/search", search, AccountSearch, list[Account], "read:accounts"),
    anyone("GET", "/api/v1/accounts/{id:int}", show, Nothing, Account, "read:accounts"),
    anyone("GET", "/api/v1/accounts/{id:int}/statuses", statuses, Posts, list[Status], "read:statuses"),
)
