"""What verbs look up before they do anything. Absent, and kept apart by a block, look the same: NotFound."""

from collections.abc import Iterable, Sequence

from kizuna.ground.errors import NotFound
from kizuna.ground.text import links
from kizuna.square import block_queries, queries
from kizuna.square.models import Account, Post
from kizuna.square.ports import Square
from kizuna.square.text import Marked, marked, mentioned
from kizuna.store.store import Db


async def mark(square: Square, text: str) -> tuple[Marked, tuple[int, ...]]:
    """The text with its marks, and the accounts that it mentions by handle, in order."""
    accounts = await queries.ids_by_handle(square.store.reads, mentioned(text, square.domain))
    marks = marked(text, square.origin, square.domain, accounts)
    return marks, tuple(accounts[handle] for handle in marks.handles)


async def to_tell(db: Db, account_id: int, mentioned_ids: Iterable[int]) -> tuple[int, ...]:
    """Those of the mentioned that no block keeps apart from the account. The others stay mentioned, unheard."""
    ids = tuple(mentioned_ids)
    away = await block_queries.apart(db, account_id, ids)
    return tuple(one for one in ids if one not in away) if away else ids


async def count_marks(
    db: Db, square: Square, account_id: int, text: str, mentioned_ids: Sequence[int], before: str = ""
) -> None:
    """Count what a text says to strangers, and whether it brings links that were not in it. Raises TooMany, Invalid."""
    if mentioned_ids:
        followers = await queries.followers_among(db, account_id, mentioned_ids)
        square.count(account_id, "mentions", len(set(mentioned_ids) - followers - {account_id}))
    if any(text[start:end] not in before for start, end in links(text)):
        square.count(account_id, "links")


async def account(db: Db, account_id: int) -> Account:
    """An account. Raises NotFound."""
    found = await queries.account(db, account_id)
    if found is None:
        raise NotFound
    return found


async def original(db: Db, post_id: int) -> Post:
    """A post that stands; for a boost, what it boosts. Raises NotFound."""
    found = await proper(db, post_id)
    if found is None:
        raise NotFound
    return found


async def reachable(db: Db, account_id: int, post_id: int) -> Post:
    """The same, for somebody who wants to do something with it."""
    found = await original(db, post_id)
    if await block_queries.apart(db, account_id, [found.account_id]):
        raise NotFound
    return found


async def proper(db: Db, post_id: int | None) -> Post | None:
    """A post, or the original of a boost; None when it is gone, or none was named."""
    found = None if post_id is None else await queries.post(db, post_id)
    if found is not None and found.boost_of_id is not None:
        return await queries.post(db, found.boost_of_id)
    return found


async def own(db: Db, account_id: int, post_id: int) -> Post:
    """A post of one's own that is no boost. Raises NotFound."""
    found = await queries.post(db, post_id)
    if found is None or found.account_id != account_id or found.boost_of_id is not None:
        raise NotFound
    return found
