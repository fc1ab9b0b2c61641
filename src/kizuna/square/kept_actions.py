"""What one keeps for oneself on the square: the verbs. They write the store people; nobody else hears of them."""

from typing import Final

from kizuna.ground.errors import Forbidden, Invalid, NotFound
from kizuna.ground.text import check_length, clean
from kizuna.square import events, kept_queries, lookup, rules
from kizuna.square.models import Marker, Post, Posting
from kizuna.square.ports import Square
from kizuna.square.text import fold_tag
from kizuna.store.store import Tx

MOST_NOTE: Final = 2_000
MOST_FOLLOWED_TAGS: Final = 200
LONGEST_MUTE_S: Final = 10 * 366 * 24 * 3600
TIMELINES: Final = ("home", "notifications")


async def bookmark(square: Square, account_id: int, post_id: int) -> int:
    """Keep a post, or the original of a boost; answers its id. Raises NotFound when it is gone."""
    original = await lookup.reachable(square.store.reads, account_id, post_id)

    async def apply(tx: Tx) -> None:
        if await kept_queries.make_bookmark(tx, account_id, original.id):
            tx.emit(events.Bookmarked(account_id, original.id))

    await square.kept.write(apply)
    return original.id


async def unbookmark(square: Square, account_id: int, post_id: int) -> int:
    """Keep it no more; answers its id. Raises NotFound when it is gone."""
    original = await lookup.original(square.store.reads, post_id)

    async def apply(tx: Tx) -> None:
        if await kept_queries.remove_bookmark(tx, account_id, original.id):
            tx.emit(events.Unbookmarked(account_id, original.id))

    await square.kept.write(apply)
    return original.id


async def forget_deleted(event: events.PostDeleted, tx: Tx) -> None:
    """A post is gone: nobody keeps it any more."""
    await kept_queries.forget_post(tx, event.post_id)


async def mute(
    square: Square, account_id: int, target_id: int, *, notifications: bool = True, seconds: int = 0
) -> None:
    """See nothing of an account, for so long or (0) for good; with ``notifications`` hear nothing of it either.

    A second mute replaces the first. Raises NotFound when there is no such account, Forbidden for oneself.
    """
    await lookup.account(square.store.reads, target_id)
    if account_id == target_id:
        raise Forbidden("You cannot mute yourself")
    if not 0 <= seconds <= LONGEST_MUTE_S:
        raise Invalid("This is too long", field="duration")

    async def apply(tx: Tx) -> None:
        expires_at = tx.now_ms + seconds * 1000 if seconds else None
        await kept_queries.set_mute(tx, account_id, target_id, notifications, expires_at)
        tx.emit(events.Muted(account_id, target_id))

    await square.kept.write(apply)


async def unmute(square: Square, account_id: int, target_id: int) -> None:
    """End a mute, if there is one. Raises NotFound when there is no such account."""
    await lookup.account(square.store.reads, target_id)

    async def apply(tx: Tx) -> None:
        if await kept_queries.remove_mute(tx, account_id, target_id):
            tx.emit(events.Unmuted(account_id, target_id))

    await square.kept.write(apply)


async def mute_thread(square: Square, account_id: int, post_id: int) -> int:
    """Want no notifications of the thread that a post is in; answers the post's id. Raises NotFound when it is gone."""
    original = await lookup.reachable(square.store.reads, account_id, post_id)

    async def apply(tx: Tx) -> None:
        if await kept_queries.mute_thread(tx, account_id, root_of(original)):
            tx.emit(events.ThreadMuted(account_id, root_of(original)))

    await square.kept.write(apply)
    return original.id


async def unmute_thread(square: Square, account_id: int, post_id: int) -> int:
    """Want them again; answers the post's id. Raises NotFound when it is gone."""
    original = await lookup.original(square.store.reads, post_id)

    async def apply(tx: Tx) -> None:
        if await kept_queries.unmute_thread(tx, account_id, root_of(original)):
            tx.emit(events.ThreadUnmuted(account_id, root_of(original)))

    await square.kept.write(apply)
    return original.id


def root_of(post: Post) -> int:
    """The first post of the thread that a post is in, by which threads are muted."""
    return post.root_id or post.id


async def note(square: Square, account_id: int, target_id: int, comment: str) -> None:
    """Keep a note on somebody; an empty one takes it away. Raises NotFound, Invalid over 2,000 characters."""
    await lookup.account(square.store.reads, target_id)
    comment = clean(comment, "comment")
    check_length(comment, MOST_NOTE, "comment")

    async def apply(tx: Tx) -> None:
        await kept_queries.set_note(tx, account_id, target_id, comment)

    await square.kept.write(apply)


async def follow_tag(square: Square, account_id: int, name: str) -> str:
    """Have public posts with a hashtag in one's home; answers its folded name. Raises NotFound, Invalid over 200."""
    tag = _tag(name)

    async def apply(tx: Tx) -> None:
        if not await kept_queries.follow_tag(tx, account_id, tag):
            return
        if len(await kept_queries.all_followed_tags(tx, account_id)) > MOST_FOLLOWED_TAGS:
            raise Invalid("You follow as many hashtags as you can", field="name")
        tx.emit(events.TagFollowed(account_id, tag))

    await square.kept.write(apply)
    return tag


async def unfollow_tag(square: Square, account_id: int, name: str) -> str:
    """Have them there no more, if one had; answers the folded name. Raises NotFound for what is no hashtag."""
    tag = _tag(name)

    async def apply(tx: Tx) -> None:
        if await kept_queries.unfollow_tag(tx, account_id, tag):
            tx.emit(events.TagUnfollowed(account_id, tag))

    await square.kept.write(apply)
    return tag


def _tag(name: str) -> str:
    tag = fold_tag(name)
    if not rules.is_tag(tag):
        raise NotFound
    return tag


async def set_markers(square: Square, account_id: int, read: dict[str, int]) -> dict[str, Marker]:
    """Keep how far one has read timelines, by name; answers those named. Raises Invalid for an unknown timeline."""
    for timeline in read:
        if timeline not in TIMELINES:
            raise Invalid("There is no such timeline", field=timeline)

    async def apply(tx: Tx) -> dict[str, Marker]:
        known = await kept_queries.markers(tx, account_id)
        made: dict[str, Marker] = {}
        for timeline, last_read_id in read.items():
            version = known[timeline].version + 1 if timeline in known else 1
            made[timeline] = Marker(last_read_id, version, tx.now_ms)
            await kept_queries.set_marker(tx, account_id, timeline, made[timeline])
        return made

    return await square.kept.write(apply)


async def set_posting(square: Square, account_id: int, posting: Posting) -> None:
    """Keep how one posts unless one says otherwise. Raises Invalid for what the square does not take."""
    rules.check_posting(posting)

    async def apply(tx: Tx) -> None:
        await kept_queries.set_posting(tx, account_id, posting)

    await square.kept.write(apply)
