"""Reading what an account was told: what was taken back, and whom a block or a mute keeps away, is not there.

The square itself is asked at each read, so that nothing waits for the row to be taken away.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from kizuna.notifications import square_queries
from kizuna.notifications.filling import Filled, filled
from kizuna.notifications.groups import span_of
from kizuna.notifications.models import EVERYTHING, SquareNotification, Wanted
from kizuna.square import block_queries, kept_queries, queries, standing_queries
from kizuna.square.models import Page
from kizuna.square.ports import Square

MOST_IN_GROUP: Final = 200


async def square_page(
    square: Square, viewer_id: int, page: Page, wanted: Wanted = EVERYTHING
) -> Filled[SquareNotification]:
    """A part of what the viewer was told and that still is so."""
    return await filled(
        page,
        lambda part: square_queries.rows(square.kept.reads, viewer_id, wanted, part),
        lambda rows: _standing(square, viewer_id, rows),
    )


async def square_one(square: Square, viewer_id: int, notification_id: int) -> SquareNotification | None:
    """One of the viewer's notifications, if it still is so."""
    row = await square_queries.row(square.kept.reads, viewer_id, notification_id)
    return next(iter(await _standing(square, viewer_id, [row])), None) if row else None


async def square_groups(
    square: Square, viewer_id: int, keys: Iterable[str]
) -> dict[str, list[SquareNotification]]:
    """The notifications of groups by their keys, newest first, at most 200 of each; none for a key that is none."""
    rows: dict[str, list[SquareNotification]] = {}
    for key in keys:
        span = span_of(key)
        if span is not None:
            db = square.kept.reads
            rows[key] = list(await square_queries.in_span(db, viewer_id, span, MOST_IN_GROUP))
    every = [row for members in rows.values() for row in members]
    standing = {row.id for row in await _standing(square, viewer_id, every)}
    return {key: [row for row in members if row.id in standing] for key, members in rows.items()}


async def square_news(
    square: Square, viewer_id: int, most: int, wanted: Wanted = EVERYTHING
) -> list[SquareNotification]:
    """Those that are newer than the viewer's marker, at most ``most``."""
    newer = Page(limit=most, since_id=await square_seen(square, viewer_id))
    return (await square_page(square, viewer_id, newer, wanted)).found


async def square_seen(square: Square, viewer_id: int) -> int | None:
    """The viewer's marker: the newest notification that was read."""
    marker = (await kept_queries.markers(square.kept.reads, viewer_id)).get("notifications")
    return marker.last_read_id if marker else None


class _Facts(msgspec.Struct, frozen=True):
    accounts: set[int]
    posts: set[int]
    hidden: set[int]
    muted_posts: frozenset[int]
    done: dict[str, set[tuple[int, int]]]
    followers: set[int]


async def _standing(
    square: Square, viewer_id: int, rows: Sequence[SquareNotification]
) -> list[SquareNotification]:
    if not rows:
        return []
    facts = await _facts(square, viewer_id, rows)
    return [row for row in rows if _stands(row, facts)]


async def _facts(square: Square, viewer_id: int, rows: Sequence[SquareNotification]) -> _Facts:
    db, kept = square.store.reads, square.kept.reads
    from_ids = list({row.from_id for row in rows})
    post_ids = list({row.post_id for row in rows if row.post_id is not None})
    roots = await queries.roots(db, post_ids)
    muted = await kept_queries.muted(kept, viewer_id, from_ids, square.clock.now_ms())
    threads = await kept_queries.muted_threads(kept, viewer_id, set(roots.values()))
    apart = await block_queries.apart(db, viewer_id, from_ids)
    strangers = await standing_queries.silenced(db, from_ids)
    if strangers:
        strangers -= await queries.followed(db, viewer_id, sorted(strangers))
    posts = await queries.posts(db, post_ids)
    authors = await queries.accounts(db, {*from_ids, *(post.account_id for post in posts.values())})
    return _Facts(
        accounts=set(authors),
        posts={one for one, post in posts.items() if post.account_id in authors},
        hidden=apart | strangers | {one for one, mute in muted.items() if mute.notifications},
        muted_posts=frozenset(one for one, root in roots.items() if root in threads),
        done={
            "favourite": await standing_queries.favours(db, from_ids, post_ids),
            "reblog": await standing_queries.boosts(db, from_ids, post_ids),
        },
        followers=await queries.followers_among(db, viewer_id, from_ids),
    )


def _stands(row: SquareNotification, facts: _Facts) -> bool:
    if row.from_id not in facts.accounts or row.from_id in facts.hidden:
        return False
    if row.post_id is None:
        return row.from_id in facts.followers
    if row.post_id not in facts.posts or row.post_id in facts.muted_posts:
        return False
    return row.kind not in facts.done or (row.from_id, row.post_id) in facts.done[row.kind]
