"""Friends from follows: who wants to be found by those they follow on the square, and who was found.

A suggestion shows what both have agreed to show each other, and nothing that it rests on is remembered: blocks of
either plane, friendships, requests, follows and what the staff decided are asked at every read. That there is none has
many reasons, and nobody is told which (docs/decisions/055).
"""

from collections.abc import Collection, Sequence
from typing import Final

from kizuna.circle import friend_queries
from kizuna.circle.events import Blocked, Unfriended
from kizuna.circle.models import Friendship, Profile
from kizuna.circle.ports import Circle
from kizuna.ground.errors import NotFound
from kizuna.people.models import Viewer
from kizuna.square import block_queries, standing_queries
from kizuna.square import queries as square_queries
from kizuna.square.models import Account
from kizuna.square.ports import Square
from kizuna.store.store import Db, Tx
from kizuna.tie import pairing_queries
from kizuna.tie.models import Suggestion
from kizuna.tie.ports import Tie

MOST_SHOWN: Final = 5
LOOKED_AT: Final = 50
"""How many are judged for one page; those behind them come up when these are answered."""


async def choose(tie: Tie, circle: Circle, square: Square, viewer: Viewer) -> None:
    """Want suggestions from now on; nothing happens when it is so already.

    Raises NotFound when the viewer does not act with both faces, TooMany for whoever is new here.
    """
    face_id, account_id = _both(viewer)
    if await square_queries.account(square.store.reads, account_id) is None:
        raise NotFound

    async def apply(tx: Tx) -> None:
        if not await friend_queries.is_live(tx, face_id):
            raise NotFound
        if await pairing_queries.since(tx, face_id) is None:
            circle.count(face_id, "suggestions")
            square.count(account_id, "suggestions")
            await pairing_queries.give(tx, face_id, account_id)

    await tie.store.write(apply)


async def end(tie: Tie, viewer_id: int) -> None:
    """Want none any more: those that wait are gone at once, here and for the other sides."""

    async def apply(tx: Tx) -> None:
        await pairing_queries.end(tx, viewer_id)

    await tie.store.write(apply)


async def dismiss(tie: Tie, viewer_id: int, handle: str) -> None:
    """Never be suggested somebody again; the other side is not told, and goes on seeing what it sees.

    The same happens whether or not they were suggested. Raises NotFound where the viewer cannot see that face.
    """

    async def apply(tx: Tx) -> None:
        other = await friend_queries.profile(tx, viewer_id, handle)
        if other is None:
            raise NotFound
        if other.state is not Friendship.SELF:
            await _put_away(tx, viewer_id, other.face.id)

    await tie.store.write(apply)


async def shown(tie: Tie, square: Square, viewer_id: int) -> list[Suggestion]:
    """Whom the viewer follows and is followed by, where both want to know: the first few of them."""
    rows = await pairing_queries.suggested(tie.store.reads, viewer_id, LOOKED_AT)
    if not rows:
        return []
    profiles = await askable(tie.store.reads, viewer_id, [row.other_id for row in rows])
    strangers = {other: one for other, one in profiles.items() if one.state is Friendship.NONE}
    wanted = [row.other_account_id for row in rows if row.other_id in strangers]
    accounts = await _mutual(square, rows[0].account_id, wanted)
    found = [
        Suggestion(strangers[row.other_id].face, accounts[row.other_account_id])
        for row in rows
        if row.other_id in strangers and row.other_account_id in accounts
    ]
    return found[:MOST_SHOWN]


async def askable(db: Db, viewer_id: int, face_ids: Collection[int]) -> dict[int, Profile]:
    """Those of these faces that may be suggested to the viewer, as far as the circle is concerned.

    It rests on nothing but what the viewer can see: a request that the other has declined looks like one that waits,
    and once it is taken back like none.
    """
    profiles = await friend_queries.profiles_by_id(db, viewer_id, face_ids)
    declined = await friend_queries.declined(db, viewer_id, face_ids)
    never = (Friendship.SELF, Friendship.FRIENDS, Friendship.BLOCKED)
    return {other: one for other, one in profiles.items() if one.state not in never and other not in declined}


async def meetable(square: Square, account_id: int, ids: Collection[int]) -> dict[int, Account]:
    """Those of these accounts that may be suggested to the account, as far as the square is concerned."""
    if not ids:
        return {}
    reads = square.store.reads
    apart = await block_queries.apart(reads, account_id, ids) | await standing_queries.silenced(reads, ids)
    found = await square_queries.accounts(reads, ids)
    return {one: account for one, account in found.items() if one not in apart}


async def _mutual(square: Square, account_id: int, ids: Sequence[int]) -> dict[int, Account]:
    reads = square.store.reads
    met = list(await meetable(square, account_id, ids))
    if not met:
        return {}
    followed = await square_queries.followed(reads, account_id, met)
    both = followed & await square_queries.followers_among(reads, account_id, met)
    return await square_queries.accounts(reads, both)


def _both(viewer: Viewer) -> tuple[int, int]:
    if viewer.circle_id is None or viewer.square_id is None:
        raise NotFound
    return viewer.circle_id, viewer.square_id


async def _put_away(tx: Tx, face_id: int, other_id: int) -> None:
    if await pairing_queries.since(tx, face_id) is not None:
        await pairing_queries.put_away(tx, face_id, other_id)


# Consumers in the circle's store.


async def on_unfriended(event: Unfriended, tx: Tx) -> None:
    """Who were friends are not suggested to each other again, whoever ended it."""
    await _put_away(tx, event.a_id, event.b_id)
    await _put_away(tx, event.b_id, event.a_id)


async def on_blocked(event: Blocked, tx: Tx) -> None:
    """Whoever blocked is not suggested the other again, once that has ended. The other side keeps no trace of it."""
    await _put_away(tx, event.by_id, event.face_id)
