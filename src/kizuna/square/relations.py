"""How a viewer stands to posts and accounts: read from the square and from what the viewer keeps, in one go."""

from collections.abc import Collection, Sequence

from kizuna.square import block_queries, edit_queries, kept_queries, queries
from kizuna.square.models import Flags, Relationship
from kizuna.square.ports import Square


async def viewer_flags(square: Square, viewer_id: int, post_ids: Collection[int]) -> Flags:
    """What the viewer has done with these posts (originals, not boosts)."""
    reads, kept = square.store.reads, square.kept.reads
    roots = await queries.roots(reads, post_ids)
    threads = await kept_queries.muted_threads(kept, viewer_id, set(roots.values()))
    return Flags(
        favourited=await queries.favourited(reads, viewer_id, post_ids),
        boosted=await queries.boosted(reads, viewer_id, post_ids),
        muted=frozenset(one for one, root in roots.items() if root in threads) if threads else frozenset(),
        bookmarked=await kept_queries.bookmarked(kept, viewer_id, post_ids),
        pinned=await edit_queries.pinned(reads, viewer_id, post_ids),
    )


async def relationships(square: Square, viewer_id: int, ids: Sequence[int]) -> list[Relationship]:
    """How the viewer stands to accounts, in the order asked; ids that are no account give a line without relation."""
    reads, kept = square.store.reads, square.kept.reads
    following = await queries.followed(reads, viewer_id, ids)
    followed_by = await queries.followers_among(reads, viewer_id, ids)
    blocking = await block_queries.blocking(reads, viewer_id, ids)
    options = await block_queries.follow_options(reads, viewer_id, ids) if following else {}
    mutes = await kept_queries.muted(kept, viewer_id, ids, square.clock.now_ms())
    notes = await kept_queries.notes(kept, viewer_id, ids)
    return [
        Relationship(
            account_id=one,
            following=one in following,
            followed_by=one in followed_by,
            boosts=options.get(one, (True, False))[0],
            notify=options.get(one, (True, False))[1],
            blocking=one in blocking,
            muting=one in mutes,
            muting_notifications=one in mutes and mutes[one].notifications,
            note=notes.get(one, ""),
        )
        for one in ids
    ]
