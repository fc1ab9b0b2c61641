"""From ids to what can be shown: everything that a page of posts needs, in a handful of reads."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from kizuna.square import attachment_queries, queries, timeline_queries
from kizuna.square.models import Account, Mention, Post, Status, Thread
from kizuna.square.rules import depth_first
from kizuna.store.store import Db

MOST_ANCESTORS: Final = 100
MOST_DESCENDANTS: Final = 500
_MOST_READ: Final = 5_000


async def load_statuses(db: Db, ids: Iterable[int]) -> dict[int, Status]:
    """Posts and boosts with their authors, marks and originals. What is gone is left out, as are boosts of it."""
    posts = await queries.posts(db, ids)
    missing = {post.boost_of_id for post in posts.values() if post.boost_of_id is not None} - posts.keys()
    originals = await queries.posts(db, missing) if missing else {}
    accounts = await queries.accounts(db, {post.account_id for post in (posts | originals).values()})
    # Whose account is not shown, of theirs nothing is.
    posts, originals = _of(posts, accounts), _of(originals, accounts)
    proper = {id_: post for id_, post in (posts | originals).items() if post.boost_of_id is None}
    whole = await _dress(db, proper, accounts)
    found: dict[int, Status] = {}
    for id_, post in posts.items():
        if post.boost_of_id is None:
            found[id_] = whole[id_]
        elif post.boost_of_id in whole:
            found[id_] = Status(post, accounts[post.account_id], original=whole[post.boost_of_id])
    return found


def _of(posts: dict[int, Post], accounts: dict[int, Account]) -> dict[int, Post]:
    return {id_: post for id_, post in posts.items() if post.account_id in accounts}


async def _dress(db: Db, posts: dict[int, Post], accounts: dict[int, Account]) -> dict[int, Status]:
    mentions: defaultdict[int, list[Mention]] = defaultdict(list)
    for post_id, mention in await queries.mentions(db, posts):
        mentions[post_id].append(mention)
    tags: defaultdict[int, list[str]] = defaultdict(list)
    for post_id, tag in await queries.tags(db, posts):
        tags[post_id].append(tag)
    pictures = await attachment_queries.attachments(db, posts)
    return {
        id_: Status(
            post,
            accounts[post.account_id],
            tuple(mentions[id_]),
            tuple(tags[id_]),
            pictures=pictures.get(id_, ()),
        )
        for id_, post in posts.items()
    }


async def load_status(db: Db, post_id: int) -> Status | None:
    """One post or boost."""
    return (await load_statuses(db, [post_id])).get(post_id)


async def load_page(db: Db, ids: Sequence[int]) -> list[Status]:
    """Posts and boosts in the order of their ids, without those that are gone."""
    found = await load_statuses(db, ids)
    return [found[id_] for id_ in ids if id_ in found]


async def load_thread(db: Db, post: Post) -> Thread:
    """What stands above and below an original, bounded in number and depth."""
    above = await timeline_queries.ancestor_ids(db, post.id, MOST_ANCESTORS) if post.root_id else []
    newer = await timeline_queries.newer_in_thread(db, post.root_id or post.id, post.id, _MOST_READ)
    below = depth_first(post.id, newer, MOST_DESCENDANTS)
    return Thread(tuple(above), tuple(below))
