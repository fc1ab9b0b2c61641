"""Accounts, posts and relations of the square: finding and changing them. Lists are in ``timeline_queries``."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import sqlalchemy as sa

from kizuna.square.models import Account, Draft, Mention, Post
from kizuna.square.tables import ACCOUNT, FAVOURITE, FOLLOW, MENTION, PIN, POST, POST_EDIT, POST_TAG
from kizuna.store.dialect import insert_ignore
from kizuna.store.store import Db, Tx

_ids: Final[sa.BindParameter[list[int]]] = sa.bindparam("ids", expanding=True)
_account_id: Final[sa.BindParameter[int]] = sa.bindparam("account_id")
_post_id: Final[sa.BindParameter[int]] = sa.bindparam("post_id")
_by: Final[sa.BindParameter[int]] = sa.bindparam("by")

_ACCOUNT_FIELDS: Final = [ACCOUNT.c[name] for name in Account.__struct_fields__]
_POST_FIELDS: Final = [POST.c[name] for name in Post.__struct_fields__]
_STANDS: Final = POST.c.deleted_at.is_(None)

_SHOWN: Final = ACCOUNT.c.suspended.is_(False)
_ACCOUNTS: Final = sa.select(*_ACCOUNT_FIELDS).where(ACCOUNT.c.id.in_(_ids), _SHOWN)
_HAS_ACCOUNT: Final = sa.select(ACCOUNT.c.id).where(ACCOUNT.c.id == _account_id)
_STANDING: Final = sa.select(ACCOUNT.c.silenced, ACCOUNT.c.suspended).where(ACCOUNT.c.id == _account_id)
_ACCOUNT_BY_HANDLE: Final = sa.select(*_ACCOUNT_FIELDS).where(
    ACCOUNT.c.handle == sa.bindparam("handle"), _SHOWN
)
_IDS_BY_HANDLE: Final = sa.select(ACCOUNT.c.handle, ACCOUNT.c.id).where(
    ACCOUNT.c.handle.in_(sa.bindparam("handles", expanding=True)), _SHOWN
)
_POSTS: Final = sa.select(*_POST_FIELDS).where(POST.c.id.in_(_ids), _STANDS)
_MENTIONS: Final = (
    sa.select(MENTION.c.post_id, ACCOUNT.c.id, ACCOUNT.c.handle)
    .join_from(MENTION, ACCOUNT, ACCOUNT.c.id == MENTION.c.account_id)
    .where(MENTION.c.post_id.in_(_ids))
    .order_by(MENTION.c.post_id, MENTION.c.account_id)
)
_TAGS: Final = (
    sa.select(POST_TAG.c.post_id, POST_TAG.c.tag)
    .where(POST_TAG.c.post_id.in_(_ids))
    .order_by(POST_TAG.c.post_id, POST_TAG.c.tag)
)
_FAVOURITED: Final = sa.select(FAVOURITE.c.post_id).where(
    FAVOURITE.c.account_id == _account_id, FAVOURITE.c.post_id.in_(_ids)
)
_BOOSTED: Final = sa.select(POST.c.boost_of_id).where(
    POST.c.account_id == _account_id, POST.c.boost_of_id.in_(_ids)
)
_ROOTS: Final = sa.select(POST.c.id, POST.c.root_id).where(POST.c.id.in_(_ids))
_BOOST: Final = sa.select(POST.c.id).where(POST.c.boost_of_id == _post_id, POST.c.account_id == _account_id)
_BOOSTERS: Final = sa.select(POST.c.account_id).where(POST.c.boost_of_id == _post_id)
_FOLLOWING: Final = sa.select(FOLLOW.c.followee_id).where(
    FOLLOW.c.follower_id == _account_id, FOLLOW.c.followee_id.in_(_ids)
)
_FOLLOWED_BY: Final = sa.select(FOLLOW.c.follower_id).where(
    FOLLOW.c.followee_id == _account_id, FOLLOW.c.follower_id.in_(_ids)
)

_TOLD: Final = (
    sa.update(ACCOUNT)
    .where(ACCOUNT.c.id == _account_id)
    .values(statuses_count=ACCOUNT.c.statuses_count + 1, last_status_at=sa.bindparam("at"))
)
_STATUSES: Final = (
    sa.update(ACCOUNT)
    .where(ACCOUNT.c.id == _account_id)
    .values(statuses_count=ACCOUNT.c.statuses_count + _by)
)
_FOLLOWERS: Final = (
    sa.update(ACCOUNT)
    .where(ACCOUNT.c.id == _account_id)
    .values(followers_count=ACCOUNT.c.followers_count + _by)
)
_FOLLOWEES: Final = (
    sa.update(ACCOUNT)
    .where(ACCOUNT.c.id == _account_id)
    .values(following_count=ACCOUNT.c.following_count + _by)
)
_REPLIES: Final = (
    sa.update(POST).where(POST.c.id == _post_id, _STANDS).values(replies_count=POST.c.replies_count + _by)
)
_BOOSTS: Final = (
    sa.update(POST).where(POST.c.id == _post_id, _STANDS).values(boosts_count=POST.c.boosts_count + _by)
)
_FAVOURITES: Final = (
    sa.update(POST)
    .where(POST.c.id == _post_id, _STANDS)
    .values(favourites_count=POST.c.favourites_count + _by)
)
_PROFILE: Final = (
    sa.update(ACCOUNT)
    .where(ACCOUNT.c.id == _account_id)
    .values(
        display_name=sa.bindparam("new_name"),
        note=sa.bindparam("new_note"),
        note_html=sa.bindparam("new_html"),
    )
)
_PROFILE_MORE: Final = (
    sa.update(ACCOUNT)
    .where(ACCOUNT.c.id == _account_id)
    .values(
        fields=sa.bindparam("new_fields"),
        bot=sa.bindparam("new_bot"),
        discoverable=sa.bindparam("new_discoverable"),
        indexable=sa.bindparam("new_indexable"),
    )
)
_BURY: Final = (
    sa.update(POST)
    .where(POST.c.id == _post_id, _STANDS)
    .values(
        text="", html="", spoiler_text="", favourites_count=0, boosts_count=0, deleted_at=sa.bindparam("at")
    )
)
_BOOSTERS_LOSE_ONE: Final = (
    sa.update(ACCOUNT)
    .where(ACCOUNT.c.id.in_(sa.select(POST.c.account_id).where(POST.c.boost_of_id == _post_id)))
    .values(statuses_count=ACCOUNT.c.statuses_count - 1)
)
_LEAVE_WITH_POST: Final = (
    sa.delete(POST).where(POST.c.boost_of_id == _post_id),
    sa.delete(FAVOURITE).where(FAVOURITE.c.post_id == _post_id),
    sa.delete(MENTION).where(MENTION.c.post_id == _post_id),
    sa.delete(POST_TAG).where(POST_TAG.c.post_id == _post_id),
    sa.delete(POST_EDIT).where(POST_EDIT.c.post_id == _post_id),
    sa.delete(PIN).where(PIN.c.post_id == _post_id),
)
_REMOVE_BOOST: Final = sa.delete(POST).where(POST.c.id == _post_id)
_UNFAVOURITE: Final = sa.delete(FAVOURITE).where(
    FAVOURITE.c.account_id == _account_id, FAVOURITE.c.post_id == _post_id
)
_UNFOLLOW: Final = sa.delete(FOLLOW).where(
    FOLLOW.c.follower_id == _account_id, FOLLOW.c.followee_id == sa.bindparam("followee_id")
)
_MAKE_ACCOUNT: Final = insert_ignore(ACCOUNT)
_MAKE_POST: Final = insert_ignore(POST)
_FOLLOW: Final = insert_ignore(FOLLOW)
_FAVOURITE: Final = insert_ignore(FAVOURITE)


async def accounts(db: Db, ids: Iterable[int]) -> dict[int, Account]:
    """Accounts by id; unknown ids are left out."""
    return {row.id: Account(*row) for row in await db.all(_ACCOUNTS, {"ids": list(ids)})}


async def account(db: Db, account_id: int) -> Account | None:
    """One account."""
    return (await accounts(db, [account_id])).get(account_id)


async def has_account(db: Db, account_id: int) -> bool:
    """Whether there is such an account."""
    return await db.first(_HAS_ACCOUNT, {"account_id": account_id}) is not None


async def account_by_handle(db: Db, handle: str) -> Account | None:
    """The account with a handle, in whatever case it is written."""
    row = await db.first(_ACCOUNT_BY_HANDLE, {"handle": handle.lower()})
    return Account(*row) if row else None


async def ids_by_handle(db: Db, handles: Sequence[str]) -> dict[str, int]:
    """The accounts behind lower-cased handles; unknown ones are left out."""
    if not handles:
        return {}
    return {row.handle: row.id for row in await db.all(_IDS_BY_HANDLE, {"handles": handles})}


async def posts(db: Db, ids: Iterable[int]) -> dict[int, Post]:
    """Posts and boosts that stand, by id."""
    return {row.id: Post(*row) for row in await db.all(_POSTS, {"ids": list(ids)})}


async def post(db: Db, post_id: int) -> Post | None:
    """One post or boost that stands."""
    return (await posts(db, [post_id])).get(post_id)


async def mentions(db: Db, post_ids: Iterable[int]) -> list[tuple[int, Mention]]:
    """(post id, whom it mentions), in order."""
    rows = await db.all(_MENTIONS, {"ids": list(post_ids)})
    return [(row.post_id, Mention(row.id, row.handle)) for row in rows]


async def tags(db: Db, post_ids: Iterable[int]) -> list[tuple[int, str]]:
    """(post id, folded name of a hashtag), in order."""
    return [(row.post_id, row.tag) for row in await db.all(_TAGS, {"ids": list(post_ids)})]


async def favourited(db: Db, account_id: int, post_ids: Iterable[int]) -> frozenset[int]:
    """Which of these posts (originals, not boosts) the account favours."""
    rows = await db.all(_FAVOURITED, {"account_id": account_id, "ids": list(post_ids)})
    return frozenset(row.post_id for row in rows)


async def boosted(db: Db, account_id: int, post_ids: Iterable[int]) -> frozenset[int]:
    """Which of these posts the account has boosted."""
    rows = await db.all(_BOOSTED, {"account_id": account_id, "ids": list(post_ids)})
    return frozenset(row.boost_of_id for row in rows)


async def roots(db: Db, post_ids: Iterable[int]) -> dict[int, int]:
    """The first posts of the threads that these posts are in."""
    return {row.id: row.root_id or row.id for row in await db.all(_ROOTS, {"ids": list(post_ids)})}


async def followed(db: Db, account_id: int, ids: Sequence[int]) -> set[int]:
    """Which of these the account follows."""
    return {row.followee_id for row in await db.all(_FOLLOWING, {"account_id": account_id, "ids": ids})}


async def followers_among(db: Db, account_id: int, ids: Sequence[int]) -> set[int]:
    """Which of these follow the account."""
    return {row.follower_id for row in await db.all(_FOLLOWED_BY, {"account_id": account_id, "ids": ids})}


async def boost_id(db: Db, account_id: int, post_id: int) -> int | None:
    """The boost of an original by an account."""
    return await db.scalar(_BOOST, {"account_id": account_id, "post_id": post_id})


async def booster_ids(db: Db, post_id: int) -> tuple[int, ...]:
    """Everybody who boosted an original."""
    return tuple(row.account_id for row in await db.all(_BOOSTERS, {"post_id": post_id}))


async def standing(db: Db, account_id: int) -> tuple[bool, bool]:
    """Whether the staff has silenced an account, and whether suspended, as far as the square knows."""
    row = await db.first(_STANDING, {"account_id": account_id})
    return (False, False) if row is None else (row.silenced, row.suspended)


async def set_standing(tx: Tx, account_id: int, *, silenced: bool, suspended: bool) -> None:
    """What the staff decided about an account."""
    one = sa.update(ACCOUNT).where(ACCOUNT.c.id == account_id)
    await tx.run(one.values(silenced=silenced, suspended=suspended))


async def make_account(tx: Tx, account_id: int, handle: str, display_name: str) -> bool:
    """Insert an account without a note; False when the id or the handle exists."""
    row = {
        "id": account_id,
        "handle": handle,
        "display_name": display_name,
        "note": "",
        "note_html": "",
        "created_at": tx.now_ms,
    }
    return await tx.run(_MAKE_ACCOUNT, row) == 1


async def set_portraits(tx: Tx, account_id: int, portraits: Mapping[str, str | None]) -> None:
    """Replace ``avatar``, ``header`` or both."""
    await tx.run(sa.update(ACCOUNT).where(ACCOUNT.c.id == account_id).values(dict(portraits)))


async def set_profile(tx: Tx, account_id: int, display_name: str, note: str, note_html: str) -> None:
    """Replace name and note."""
    params = {"account_id": account_id, "new_name": display_name, "new_note": note, "new_html": note_html}
    await tx.run(_PROFILE, params)


async def set_profile_more(
    tx: Tx, account_id: int, fields: str, *, bot: bool, discoverable: bool, indexable: bool
) -> None:
    """Replace the lines of a profile (JSON), and what its owner says of it."""
    params = {"account_id": account_id, "new_fields": fields, "new_bot": bot}
    await tx.run(_PROFILE_MORE, {**params, "new_discoverable": discoverable, "new_indexable": indexable})


def append_post(tx: Tx, post_id: int, author_id: int, draft: Draft, html: str, parent: Post | None) -> None:
    """Insert a new post. The draft is checked."""
    application = draft.application
    tx.append(
        POST,
        {
            "id": post_id,
            "account_id": author_id,
            "text": draft.text,
            "html": html,
            "spoiler_text": draft.spoiler_text,
            "sensitive": draft.sensitive,
            "visibility": draft.visibility,
            "language": draft.language,
            "in_reply_to_id": parent.id if parent else None,
            "in_reply_to_account_id": parent.account_id if parent else None,
            "root_id": (parent.root_id or parent.id) if parent else None,
            "boost_of_id": None,
            "application_name": application.name if application else None,
            "application_website": application.website if application else None,
            "created_at": tx.now_ms,
        },
    )


def append_marks(tx: Tx, post_id: int, account_ids: Iterable[int], tag_names: Iterable[str]) -> None:
    """Insert what a new post points at."""
    for account_id in account_ids:
        tx.append(MENTION, {"post_id": post_id, "account_id": account_id})
    for name in tag_names:
        tx.append(POST_TAG, {"post_id": post_id, "tag": name})


async def make_boost(tx: Tx, boost_id: int, account_id: int, original: Post) -> bool:
    """Insert a boost; False when the account has boosted it."""
    row: Mapping[str, object] = {
        "id": boost_id,
        "account_id": account_id,
        "text": "",
        "html": "",
        "spoiler_text": "",
        "sensitive": original.sensitive,
        "visibility": original.visibility,
        "boost_of_id": original.id,
        "created_at": tx.now_ms,
    }
    return await tx.run(_MAKE_POST, row) == 1


async def remove_boost(tx: Tx, boost_id: int) -> None:
    """Remove a boost's row."""
    await tx.run(_REMOVE_BOOST, {"post_id": boost_id})


async def bury(tx: Tx, post_id: int) -> None:
    """Empty a post's row and mark it deleted; its boosts, favourites, mentions and tags go."""
    await tx.run(_BURY, {"post_id": post_id, "at": tx.now_ms})
    await tx.run(_BOOSTERS_LOSE_ONE, {"post_id": post_id})
    for statement in _LEAVE_WITH_POST:
        await tx.run(statement, {"post_id": post_id})


async def make_favourite(tx: Tx, account_id: int, post_id: int) -> bool:
    """Insert a favourite; False when there is one."""
    return await tx.run(_FAVOURITE, {"id": tx.new_id(), "account_id": account_id, "post_id": post_id}) == 1


async def remove_favourite(tx: Tx, account_id: int, post_id: int) -> bool:
    """Remove a favourite; False when there is none."""
    return await tx.run(_UNFAVOURITE, {"account_id": account_id, "post_id": post_id}) == 1


async def make_follow(tx: Tx, follower_id: int, followee_id: int) -> bool:
    """Insert a follow; False when there is one."""
    row = {"id": tx.new_id(), "follower_id": follower_id, "followee_id": followee_id}
    return await tx.run(_FOLLOW, row) == 1


async def remove_follow(tx: Tx, follower_id: int, followee_id: int) -> bool:
    """Remove a follow; False when there is none."""
    return await tx.run(_UNFOLLOW, {"account_id": follower_id, "followee_id": followee_id}) == 1


def count_told(tx: Tx, account_id: int) -> None:
    """One post or boost more of an account, just now."""
    tx.defer(_TOLD, {"account_id": account_id, "at": tx.now_ms})


async def count_statuses(tx: Tx, account_id: int, by: int) -> None:
    """More or fewer posts and boosts of an account."""
    await tx.run(_STATUSES, {"account_id": account_id, "by": by})


async def count_follow(tx: Tx, follower_id: int, followee_id: int, by: int) -> None:
    """A follow more or less, on both sides."""
    await tx.run(_FOLLOWEES, {"account_id": follower_id, "by": by})
    await tx.run(_FOLLOWERS, {"account_id": followee_id, "by": by})


async def count_replies(tx: Tx, post_id: int, by: int) -> bool:
    """More or fewer replies of a post; False when it is gone."""
    return await tx.run(_REPLIES, {"post_id": post_id, "by": by}) == 1


async def count_boosts(tx: Tx, post_id: int, by: int) -> bool:
    """More or fewer boosts of a post; False when it is gone."""
    return await tx.run(_BOOSTS, {"post_id": post_id, "by": by}) == 1


async def count_favourites(tx: Tx, post_id: int, by: int) -> bool:
    """More or fewer favourites of a post; False when it is gone."""
    return await tx.run(_FAVOURITES, {"post_id": post_id, "by": by}) == 1
