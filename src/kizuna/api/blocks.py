"""Keeping others away: blocks, mutes, removed followers; and notes on somebody for oneself."""

from typing import Annotated, Final

import msgspec
from starlette.responses import Response

from kizuna.api.calls import Nothing, OwnCall
from kizuna.api.operations import Operation, by_person
from kizuna.api.paging import Paged, links, page_of
from kizuna.api.present import present_accounts
from kizuna.api.relations import MOST_LISTED, standing
from kizuna.doors.answers import json_answer
from kizuna.square import block_actions, block_queries, kept_actions, kept_queries
from kizuna.square.entities import Account, MutedAccount, Relationship
from kizuna.square.render import when


class Mute(msgspec.Struct):
    """How to mute: with notifications or without, for how many seconds (0 for good)."""

    notifications: bool = True
    duration: Annotated[int, msgspec.Meta(ge=0)] = 0


class Note(msgspec.Struct):
    """A note on somebody; empty takes it away."""

    comment: str = ""


async def block(call: OwnCall[Nothing]) -> Response:
    """Keep an account away from oneself."""
    await block_actions.block(call.parts.square, call.me, call.id)
    return await standing(call.parts, call.me, call.id)


async def unblock(call: OwnCall[Nothing]) -> Response:
    """Keep it away no more."""
    await block_actions.unblock(call.parts.square, call.me, call.id)
    return await standing(call.parts, call.me, call.id)


async def mute(call: OwnCall[Mute]) -> Response:
    """See and hear nothing of an account, for some time or for good."""
    await kept_actions.mute(
        call.parts.square,
        call.me,
        call.id,
        notifications=call.params.notifications,
        seconds=call.params.duration,
    )
    return await standing(call.parts, call.me, call.id)


async def unmute(call: OwnCall[Nothing]) -> Response:
    """See it again."""
    await kept_actions.unmute(call.parts.square, call.me, call.id)
    return await standing(call.parts, call.me, call.id)


async def remove_follower(call: OwnCall[Nothing]) -> Response:
    """Let an account follow oneself no more."""
    await block_actions.remove_follower(call.parts.square, call.me, call.id)
    return await standing(call.parts, call.me, call.id)


async def note(call: OwnCall[Note]) -> Response:
    """Keep a note on an account for oneself."""
    await kept_actions.note(call.parts.square, call.me, call.id, call.params.comment)
    return await standing(call.parts, call.me, call.id)


async def blocks(call: OwnCall[Paged]) -> Response:
    """Whom one blocks, the last blocked first."""
    page = page_of(call.params, 40, MOST_LISTED)
    edges = await block_queries.blocks(call.parts.square.store.reads, call.me, page)
    shown = await present_accounts(call.parts, [edge.account_id for edge in edges])
    return json_answer(
        shown, headers=links(call.parts.config, call.request, [edge.id for edge in edges], page)
    )


async def mutes(call: OwnCall[Paged]) -> Response:
    """Whom one mutes, the last muted first."""
    page = page_of(call.params, 40, MOST_LISTED)
    square = call.parts.square
    found = await kept_queries.mutes(square.kept.reads, call.me, page, square.clock.now_ms())
    ends = {str(each.target_id): each.expires_at for each in found}
    shown = [
        MutedAccount(
            **msgspec.structs.asdict(account),
            mute_expires_at=None if (at := ends[account.id]) is None else when(at),
        )
        for account in await present_accounts(call.parts, [each.target_id for each in found])
    ]
    return json_answer(
        shown, headers=links(call.parts.config, call.request, [each.id for each in found], page)
    )


_ACCOUNT: Final = "/api/v1/accounts/{id:int}"
OPERATIONS: Final[tuple[Operation, ...]] = (
    by_person("POST", f"{_ACCOUNT}/block", block, Nothing, Relationship, "write:blocks"),
    by_person("POST", f"{_ACCOUNT}/unblock", unblock, Nothing, Relationship, "write:blocks"),
    by_person("POST", f"{_ACCOUNT}/mute", mute, Mute, Relationship, "write:mutes"),
    by_person("POST", f"{_ACCOUNT}/unmute", unmute, Nothing, Relationship, "write:mutes"),
    by_person(
        "POST", f"{_ACCOUNT}/remove_from_followers", remove_follower, Nothing, Relationship, "write:follows"
    ),
    by_person("POST", f"{_ACCOUNT}/note", note, Note, Relationship, "write:accounts"),
    by_person("GET", "/api/v1/blocks", blocks, Paged, list[Account], "read:blocks"),
    by_person("GET", "/api/v1/mutes", mutes, Paged, list[MutedAccount], "read:mutes"),
)
