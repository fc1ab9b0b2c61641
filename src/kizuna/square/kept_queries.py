"""What an account keeps for itself, in the store people: nobody else ever sees it."""

from collections.abc import Collection, Sequence
from typing import Final

import sqlalchemy as sa

from kizuna.square.models import Marker, Mute, Page, Posting
from kizuna.square.page_queries import both, read_page
from kizuna.square.tables import ACCOUNT_NOTE, BOOKMARK, FOLLOWED_TAG, MARKER, MUTE, POSTING, THREAD_MUTE
from kizuna.store.dialect import insert_ignore, upsert
from kizuna.store.store import Db, Tx

_account_id: Final[sa.BindParameter[int]] = sa.bindparam("account_id")
_other_id: Final[sa.BindParameter[int]] = sa.bindparam("other_id")
_post_id: Final[sa.BindParameter[int]] = sa.bindparam("post_id")
_root_id: Final[sa.BindParameter[int]] = sa.bindparam("root_id")
_tag: Final[sa.BindParameter[str]] = sa.bindparam("tag")
_now: Final[sa.BindParameter[int]] = sa.bindparam("now")
_ids: Final[sa.BindParameter[list[int]]] = sa.bindparam("ids", expanding=True)

_BOOKMARK: Final = insert_ignore(BOOKMARK)
_UNBOOKMARK: Final = sa.delete(BOOKMARK).where(
    BOOKMARK.c.account_id == _account_id, BOOKMARK.c.post_id == _post_id
)
_FORGET_POST: Final = sa.delete(BOOKMARK).where(BOOKMARK.c.post_id == _post_id)
_BOOKMARKED: Final = sa.select(BOOKMARK.c.post_id).where(
    BOOKMARK.c.account_id == _account_id, BOOKMARK.c.post_id.in_(_ids)
)
_BOOKMARKS: Final = both(
    sa.select(BOOKMARK.c.id, BOOKMARK.c.post_id).where(BOOKMARK.c.account_id == _account_id), BOOKMARK.c.id
)

_HOLDS: Final = sa.or_(MUTE.c.expires_at.is_(None), MUTE.c.expires_at > _now)
_MUTE: Final = upsert(MUTE, ["account_id", "target_id"], ["notifications", "expires_at"])
_UNMUTE: Final = sa.delete(MUTE).where(MUTE.c.account_id == _account_id, MUTE.c.target_id == _other_id)
_MUTE_FIELDS: Final = [MUTE.c[name] for name in Mute.__struct_fields__]
_MUTED: Final = sa.select(*_MUTE_FIELDS).where(
    MUTE.c.account_id == _account_id, MUTE.c.target_id.in_(_ids), _HOLDS
)
_MUTERS: Final = sa.select(MUTE.c.account_id).where(
    MUTE.c.target_id == _other_id, MUTE.c.account_id.in_(_ids), MUTE.c.notifications.is_(sa.true()), _HOLDS
)
_ALL_MUTED: Final = sa.select(*_MUTE_FIELDS).where(MUTE.c.account_id == _account_id, _HOLDS)
_MUTES: Final = both(_ALL_MUTED, MUTE.c.id)

_MUTE_THREAD: Final = insert_ignore(THREAD_MUTE)
_UNMUTE_THREAD: Final = sa.delete(THREAD_MUTE).where(
    THREAD_MUTE.c.account_id == _account_id, THREAD_MUTE.c.root_id == _root_id
)
_MUTED_THREADS: Final = sa.select(THREAD_MUTE.c.root_id).where(
    THREAD_MUTE.c.account_id == _account_id, THREAD_MUTE.c.root_id.in_(_ids)
)

_THREAD_MUTERS: Final = sa.select(THREAD_MUTE.c.account_id).where(
    THREAD_MUTE.c.root_id == _root_id, THREAD_MUTE.c.account_id.in_(_ids)
)

_NOTE: Final = upsert(ACCOUNT_NOTE, ["account_id", "target_id"], ["comment"])
_FORGET_NOTE: Final = sa.delete(ACCOUNT_NOTE).where(
    ACCOUNT_NOTE.c.account_id == _account_id, ACCOUNT_NOTE.c.target_id == _other_id
)
_NOTES: Final = sa.select(ACCOUNT_NOTE.c.target_id, ACCOUNT_NOTE.c.comment).where(
    ACCOUNT_NOTE.c.account_id == _account_id, ACCOUNT_NOTE.c.target_id.in_(_ids)
)

_FOLLOW_TAG: Final = insert_ignore(FOLLOWED_TAG)
_UNFOLLOW_TAG: Final = sa.delete(FOLLOWED_TAG).where(
    FOLLOWED_TAG.c.account_id == _account_id, FOLLOWED_TAG.c.tag == _tag
)
_TAGS: Final = both(
    sa.select(FOLLOWED_TAG.c.id, FOLLOWED_TAG.c.tag).where(FOLLOWED_TAG.c.account_id == _account_id),
    FOLLOWED_TAG.c.id,
)
_ALL_TAGS: Final = (
    sa.select(FOLLOWED_TAG.c.tag).where(FOLLOWED_TAG.c.account_id == _account_id).order_by(FOLLOWED_TAG.c.tag)
)
_MARK: Final = upsert(MARKER, ["account_id", "timeline"], ["last_read_id", "version", "updated_at"])
_MARKERS: Final = sa.select(
    MARKER.c.timeline, MARKER.c.last_read_id, MARKER.c.version, MARKER.c.updated_at
).where(MARKER.c.account_id == _account_id)
_SET_POSTING: Final = upsert(POSTING, ["account_id"], ["visibility", "sensitive", "language"])
_POSTING: Final = sa.select(POSTING.c.visibility, POSTING.c.sensitive, POSTING.c.language).where(
    POSTING.c.account_id == _account_id
)


async def make_bookmark(tx: Tx, account_id: int, post_id: int) -> bool:
    """Insert a bookmark; False when there is one."""
    return await tx.run(_BOOKMARK, {"id": tx.new_id(), "account_id": account_id, "post_id": post_id}) == 1


async def remove_bookmark(tx: Tx, account_id: int, post_id: int) -> bool:
    """Remove a bookmark; False when there is none."""
    return await tx.run(_UNBOOKMARK, {"account_id": account_id, "post_id": post_id}) == 1


async def forget_post(tx: Tx, post_id: int) -> None:
    """A post is gone, so nobody keeps it any more."""
    await tx.run(_FORGET_POST, {"post_id": post_id})


async def bookmarked(db: Db, account_id: int, post_ids: Collection[int]) -> frozenset[int]:
    """Which of these posts the account keeps."""
    rows = await db.all(_BOOKMARKED, {"account_id": account_id, "ids": post_ids})
    return frozenset(row.post_id for row in rows)


async def bookmarks(db: Db, account_id: int, page: Page) -> Sequence[tuple[int, int]]:
    """(cursor, post id) of what an account keeps, the last kept first."""
    return [
        (row.id, row.post_id) for row in await read_page(db, _BOOKMARKS, page, {"account_id": account_id})
    ]


async def set_mute(
    tx: Tx, account_id: int, target_id: int, notifications: bool, expires_at: int | None
) -> None:
    """Insert a mute, or change the one there is."""
    row = {
        "id": tx.new_id(),
        "account_id": account_id,
        "target_id": target_id,
        "notifications": notifications,
        "expires_at": expires_at,
    }
    await tx.run(_MUTE, row)


async def remove_mute(tx: Tx, account_id: int, target_id: int) -> bool:
    """Remove a mute; False when there is none."""
    return await tx.run(_UNMUTE, {"account_id": account_id, "other_id": target_id}) == 1


async def muted(db: Db, account_id: int, ids: Collection[int], now_ms: int) -> dict[int, Mute]:
    """The mutes of these accounts that hold at this moment, by account."""
    rows = await db.all(_MUTED, {"account_id": account_id, "ids": ids, "now": now_ms})
    return {row.target_id: Mute(*row) for row in rows}


async def deaf_to(db: Db, target_id: int, ids: Collection[int], now_ms: int) -> set[int]:
    """Which of these accounts mute another so that they are told nothing of it."""
    rows = await db.all(_MUTERS, {"other_id": target_id, "ids": ids, "now": now_ms})
    return {row.account_id for row in rows}


async def all_muted(db: Db, account_id: int, now_ms: int) -> list[Mute]:
    """Every mute of an account that holds at this moment."""
    return [Mute(*row) for row in await db.all(_ALL_MUTED, {"account_id": account_id, "now": now_ms})]


async def mutes(db: Db, account_id: int, page: Page, now_ms: int) -> list[Mute]:
    """Whom an account mutes."""
    rows = await read_page(db, _MUTES, page, {"account_id": account_id, "now": now_ms})
    return [Mute(*row) for row in rows]


async def mute_thread(tx: Tx, account_id: int, root_id: int) -> bool:
    """Insert a mute of a thread; False when there is one."""
    return await tx.run(_MUTE_THREAD, {"account_id": account_id, "root_id": root_id}) == 1


async def unmute_thread(tx: Tx, account_id: int, root_id: int) -> bool:
    """Remove it; False when there is none."""
    return await tx.run(_UNMUTE_THREAD, {"account_id": account_id, "root_id": root_id}) == 1


async def muted_threads(db: Db, account_id: int, root_ids: Collection[int]) -> frozenset[int]:
    """Which of these threads, by their first posts, the account mutes."""
    rows = await db.all(_MUTED_THREADS, {"account_id": account_id, "ids": root_ids})
    return frozenset(row.root_id for row in rows)


async def deaf_to_thread(db: Db, root_id: int, ids: Collection[int]) -> set[int]:
    """Which of these accounts mute a thread, by its first post."""
    rows = await db.all(_THREAD_MUTERS, {"root_id": root_id, "ids": ids})
    return {row.account_id for row in rows}


async def set_note(tx: Tx, account_id: int, target_id: int, comment: str) -> None:
    """Keep a note on somebody; an empty one keeps no row."""
    if comment:
        await tx.run(_NOTE, {"account_id": account_id, "target_id": target_id, "comment": comment})
    else:
        await tx.run(_FORGET_NOTE, {"account_id": account_id, "other_id": target_id})


async def notes(db: Db, account_id: int, ids: Collection[int]) -> dict[int, str]:
    """Notes on these accounts."""
    rows = await db.all(_NOTES, {"account_id": account_id, "ids": ids})
    return {row.target_id: row.comment for row in rows}


async def follow_tag(tx: Tx, account_id: int, tag: str) -> bool:
    """Insert a followed hashtag (folded); False when there is one."""
    return await tx.run(_FOLLOW_TAG, {"id": tx.new_id(), "account_id": account_id, "tag": tag}) == 1


async def unfollow_tag(tx: Tx, account_id: int, tag: str) -> bool:
    """Remove a followed hashtag; False when there is none."""
    return await tx.run(_UNFOLLOW_TAG, {"account_id": account_id, "tag": tag}) == 1


async def followed_tags(db: Db, account_id: int, page: Page) -> Sequence[tuple[int, str]]:
    """(cursor, tag) of the hashtags that an account follows, the last followed first."""
    return [(row.id, row.tag) for row in await read_page(db, _TAGS, page, {"account_id": account_id})]


async def all_followed_tags(db: Db, account_id: int) -> tuple[str, ...]:
    """Every hashtag that an account follows."""
    return tuple(row.tag for row in await db.all(_ALL_TAGS, {"account_id": account_id}))


async def markers(db: Db, account_id: int) -> dict[str, Marker]:
    """How far an account has read, by timeline."""
    rows = await db.all(_MARKERS, {"account_id": account_id})
    return {row.timeline: Marker(row.last_read_id, row.version, row.updated_at) for row in rows}


async def set_marker(tx: Tx, account_id: int, timeline: str, marker: Marker) -> None:
    """Keep how far an account has read a timeline."""
    row = {
        "account_id": account_id,
        "timeline": timeline,
        "last_read_id": marker.last_read_id,
        "version": marker.version,
        "updated_at": marker.updated_at,
    }
    await tx.run(_MARK, row)


async def posting(db: Db, account_id: int) -> Posting:
    """How an account posts unless it says otherwise."""
    row = await db.first(_POSTING, {"account_id": account_id})
    return Posting() if row is None else Posting(*row)


async def set_posting(tx: Tx, account_id: int, posting: Posting) -> None:
    """Keep how an account posts."""
    row = {
        "account_id": account_id,
        "visibility": posting.visibility,
        "sensitive": posting.sensitive,
        "language": posting.language,
    }
    await tx.run(_SET_POSTING, row)
