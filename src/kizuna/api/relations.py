"""Following, and how one stands to others."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import msgspec
from starlette.responses import Response

from kizuna.api.calls import Call, Nothing, OwnCall
from kizuna.api.operations import Operation, anyone, by_person
from kizuna.api.paging import Ids, Paged, ids_of, links, page_of
from kizuna.api.present import known_account, present_accounts
from kizuna.doors.answers import json_answer
from kizuna.doors.parts import PublicParts
from kizuna.square import actions, queries, relations, render, timeline_queries
from kizuna.square.entities import Account, Relationship
from kizuna.square.models import Edge, Page
from kizuna.store.store import Db

MOST_LISTED: Final = 80


class Follow(msgspec.Struct):
    """How to follow: with boosts or without, with word of each post or without. Left out, it stays as it is."""

    reblogs: bool | None = None
    notify: bool | None = None


async def relationships(call: OwnCall[Ids]) -> Response:
    """How one stands to accounts; unknown ones are left out."""
    return json_answer(await standings(call.parts, call.me, ids_of(call.params)))


async def standings(parts: PublicParts, me: int, asked: Sequence[int]) -> list[Relationship]:
    """How an account stands to others, in this order, each once; unknown ones are left out."""
    db = parts.square.store.reads
    there = await queries.accounts(db, asked)
    ids = [each for each in dict.fromkeys(asked) if each in there]
    rows = await relations.relationships(parts.square, me, ids)
    return [render.relationship(row) for row in rows]


async def follow(call: OwnCall[Follow]) -> Response:
    """Follow an account."""
    params = call.params
    await actions.follow(call.parts.square, call.me, call.id, boosts=params.reblogs, notify=params.notify)
    return await standing(call.parts, call.me, call.id)


async def unfollow(call: OwnCall[Nothing]) -> Response:
    """Follow an account no more."""
    await actions.unfollow(call.parts.square, call.me, call.id)
    return await standing(call.parts, call.me, call.id)


async def followers(call: Call[Paged]) -> Response:
    """Who follows an account."""
    return await _edges(call, timeline_queries.followers)


async def following(call: Call[Paged]) -> Response:
    """Whom an account follows."""
    return await _edges(call, timeline_queries.following)


async def standing(parts: PublicParts, me: int, account_id: int) -> Response:
    """How one stands to an account now, as the answer to what one has done."""
    rows = await relations.relationships(parts.square, me, [account_id])
    return json_answer(render.relationship(rows[0]))


async def _edges(call: Call[Paged], find: Callable[[Db, int, Page], Awaitable[list[Edge]]]) -> Response:
    row = await known_account(call.parts, call.me, call.id)
    page = page_of(call.params, 40, MOST_LISTED)
    edges = await find(call.parts.square.store.reads, row.id, page)
    apart = (await call.parts.square.sights.of(call.me)).apart
    shown = await present_accounts(call.parts, [edge.account_id for edge in edges], apart)
    return json_answer(
        shown, headers=links(call.parts.config, call.request, [edge.id for edge in edges], page)
    )


OPERATIONS: Final[tuple[Operation, ...]] = (
    by_person(
        "GET", "/api/v1/accounts/relationships", relationships, Ids, list[Relationship], "read:follows"
    ),
    by_person("POST", "/api/v1/accounts/{id:int}/follow", follow, Follow, Relationship, "write:follows"),
    by_person("POST", "/api/v1/accounts/{id:int}/unfollow", unfollow, Nothing, Relationship, "write:follows"),
    anyone("GET", "/api/v1/accounts/{id:int}/followers", followers, Paged, list[Account], "read:accounts"),
    anyone("GET", "/api/v1/accounts/{id:int}/following", following, Paged, list[Account], "read:accounts"),
)
