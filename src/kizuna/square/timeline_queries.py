"""Lists of the square, as ids, newest first. Each is answered by one index; none of them reads a text."""

from collections.abc import Collection, Mapping
from typing import Final

import sqlalchemy as sa

from kizuna.square.models import Edge, Page
from kizuna.square.page_queries import LIMIT, Both, Select, both, read_page
from kizuna.square.sight import PLAIN, Sight
from kizuna.square.tables import ACCOUNT, ATTACHMENT, FAVOURITE, FOLLOW, POST, POST_TAG
from kizuna.store.store import Db

MOST_AUTHORS: Final = 10_000
"""Home reads at most so many accounts; SQLite takes 32,766 parameters in a statement, and home uses each id twice."""

_account_id: Final[sa.BindParameter[int]] = sa.bindparam("account_id")
_post_id: Final[sa.BindParameter[int]] = sa.bindparam("post_id")
_authors: Final[sa.BindParameter[list[int]]] = sa.bindparam("authors", expanding=True)


def _always(value: str) -> sa.BindParameter[str]:
    """A constant written into the statement, so that SQLite sees that a partial index fits."""
    return sa.bindparam(None, value, literal_execute=True)


_STANDS: Final = POST.c.deleted_at.is_(None)
_HEARD: Final = ~sa.exists().where(ACCOUNT.c.id == POST.c.account_id, ACCOUNT.c.silenced.is_(True))
"""Posts of silenced accounts reach their followers only."""
_NO_REPLY: Final = POST.c.in_reply_to_account_id.is_(None)
_HOME_POSTS: Final = sa.select(POST.c.id).where(
    POST.c.account_id.in_(_authors),
    _STANDS,
    sa.or_(_NO_REPLY, POST.c.account_id == _account_id, POST.c.in_reply_to_account_id.in_(_authors)),
)
_HOME: Final = both(_HOME_POSTS, POST.c.id)
_HOME_SILENT: Final = both(
    _HOME_POSTS.where(
        sa.or_(POST.c.boost_of_id.is_(None), POST.c.account_id.not_in(sa.bindparam("silent", expanding=True)))
    ),
    POST.c.id,
)
_TAGGED: Final = both(
    sa.select(POST_TAG.c.post_id)
    .distinct()
    .join_from(POST_TAG, POST, POST.c.id == POST_TAG.c.post_id)
    .where(POST_TAG.c.tag.in_(sa.bindparam("tags", expanding=True)), POST.c.visibility == "public"),
    POST_TAG.c.post_id,
)
_ACCOUNT_ALL: Final = sa.select(POST.c.id).where(POST.c.account_id == _account_id, _STANDS)
_NOT_TO_OTHERS: Final = sa.or_(_NO_REPLY, POST.c.in_reply_to_account_id == _account_id)
_NO_BOOST: Final = POST.c.boost_of_id.is_(None)
# By (replies, boosts).
_ACCOUNT: Final[Mapping[tuple[bool, bool], Both]] = {
    (True, True): both(_ACCOUNT_ALL, POST.c.id),
    (True, False): both(_ACCOUNT_ALL.where(_NO_BOOST), POST.c.id),
    (False, True): both(_ACCOUNT_ALL.where(_NOT_TO_OTHERS), POST.c.id),
    (False, False): both(_ACCOUNT_ALL.where(_NOT_TO_OTHERS, _NO_BOOST), POST.c.id),
}
_PUBLIC: Final = both(
    sa.select(POST.c.id).where(
        POST.c.visibility == _always("public"), POST.c.in_reply_to_id.is_(None), _NO_BOOST, _STANDS, _HEARD
    ),
    POST.c.id,
)
# What has pictures is read from the pictures, so that a page costs the same however rare they are.
_FIRST_PICTURE: Final = sa.and_(ATTACHMENT.c.post_id == POST.c.id, ATTACHMENT.c.position == 0)
_PUBLIC_PICTURES: Final = both(
    sa.select(ATTACHMENT.c.post_id)
    .join_from(ATTACHMENT, POST, _FIRST_PICTURE)
    .where(POST.c.visibility == "public", POST.c.in_reply_to_id.is_(None), _STANDS, _HEARD),
    ATTACHMENT.c.post_id,
)
_TAG_PICTURES: Final = both(
    sa.select(POST_TAG.c.post_id)
    .join_from(POST_TAG, POST, POST.c.id == POST_TAG.c.post_id)
    .join(ATTACHMENT, _FIRST_PICTURE)
    .where(POST_TAG.c.tag == sa.bindparam("tag"), POST.c.visibility == "public", _HEARD),
    POST_TAG.c.post_id,
)
# By replies.
_ACCOUNT_PICTURES: Final[Mapping[bool, Both]] = {
    replies: both(
        sa.select(ATTACHMENT.c.post_id)
        .join_from(ATTACHMENT, POST, _FIRST_PICTURE)
        .where(ATTACHMENT.c.account_id == _account_id, _STANDS, *([] if replies else [_NOT_TO_OTHERS])),
        ATTACHMENT.c.post_id,
    )
    for replies in (True, False)
}
_TAG: Final = both(
    sa.select(POST_TAG.c.post_id)
    .join_from(POST_TAG, POST, POST.c.id == POST_TAG.c.post_id)
    .where(POST_TAG.c.tag == sa.bindparam("tag"), POST.c.visibility == "public", _HEARD),
    POST_TAG.c.post_id,
)
_other: Final = POST_TAG.alias("other")
_TAGS_ANY: Final = (
    sa.select(POST_TAG.c.post_id)
    .distinct()
    .join_from(POST_TAG, POST, POST.c.id == POST_TAG.c.post_id)
    .where(
        POST_TAG.c.tag.in_(sa.bindparam("any", expanding=True)),
        POST.c.visibility == "public",
        _HEARD,
        sa.select(sa.func.count())
        .select_from(_other)
        .where(_other.c.post_id == POST_TAG.c.post_id, _other.c.tag.in_(sa.bindparam("all", expanding=True)))
        .scalar_subquery()
        == sa.bindparam("all_count", type_=sa.Integer),
        ~sa.exists().where(
            _other.c.post_id == POST_TAG.c.post_id, _other.c.tag.in_(sa.bindparam("none", expanding=True))
        ),
    )
)
_PICTURED: Final = sa.exists().where(ATTACHMENT.c.post_id == POST.c.id)
_TAGS: Final[Mapping[bool, Both]] = {
    False: both(_TAGS_ANY, POST_TAG.c.post_id),
    True: both(_TAGS_ANY.where(_PICTURED), POST_TAG.c.post_id),
}
_FAVOURITED_BY: Final = both(
    sa.select(FAVOURITE.c.id, FAVOURITE.c.account_id).where(FAVOURITE.c.post_id == _post_id), FAVOURITE.c.id
)
_FAVOURITES: Final = both(
    sa.select(FAVOURITE.c.id, FAVOURITE.c.post_id).where(FAVOURITE.c.account_id == _account_id),
    FAVOURITE.c.id,
)
_BOOSTED_BY: Final = both(
    sa.select(POST.c.id, POST.c.account_id).where(POST.c.boost_of_id == _post_id), POST.c.id
)
_FOLLOWERS: Final = both(
    sa.select(FOLLOW.c.id, FOLLOW.c.follower_id).where(FOLLOW.c.followee_id == _account_id), FOLLOW.c.id
)
_FOLLOWING: Final = both(
    sa.select(FOLLOW.c.id, FOLLOW.c.followee_id).where(FOLLOW.c.follower_id == _account_id), FOLLOW.c.id
)
_FOLLOWEES: Final = (
    sa.select(FOLLOW.c.followee_id)
    .where(FOLLOW.c.follower_id == _account_id)
    .order_by(FOLLOW.c.id.desc())
    .limit(LIMIT)
)
_HANDLES: Final = (
    sa.select(ACCOUNT.c.id)
    .where(ACCOUNT.c.handle >= sa.bindparam("first"), ACCOUNT.c.handle < sa.bindparam("last"))
    .order_by(ACCOUNT.c.handle)
    .limit(LIMIT)
    .offset(sa.bindparam("offset", type_=sa.Integer))
)
_NEWER_IN_THREAD: Final = (
    sa.select(POST.c.id, POST.c.in_reply_to_id, _STANDS.label("stands"))
    .where(POST.c.root_id == sa.bindparam("root_id"), POST.c.id > _post_id)
    .order_by(POST.c.id)
    .limit(LIMIT)
)


def _parents() -> Select:
    start = sa.select(
        POST.c.id, POST.c.in_reply_to_id, POST.c.deleted_at, sa.literal(0).label("depth")
    ).where(POST.c.id == _post_id)
    walk = start.cte("walk", recursive=True)
    up = sa.select(POST.c.id, POST.c.in_reply_to_id, POST.c.deleted_at, walk.c.depth + 1)
    walk = walk.union_all(
        up.join_from(POST, walk, POST.c.id == walk.c.in_reply_to_id).where(walk.c.depth < LIMIT)
    )
    return (
        sa.select(walk.c.id)
        .where(walk.c.depth > 0, walk.c.deleted_at.is_(None))
        .order_by(walk.c.depth.desc())
    )


_PARENTS: Final = _parents()


async def _ids(db: Db, which: Both, page: Page, params: Mapping[str, object]) -> list[int]:
    return [row[0] for row in await read_page(db, which, page, params)]


async def _edges(db: Db, which: Both, page: Page, params: Mapping[str, object]) -> list[Edge]:
    return [Edge(*row) for row in await read_page(db, which, page, params)]


async def home_ids(
    db: Db, account_id: int, followee_ids: Collection[int], page: Page, sight: Sight = PLAIN
) -> list[int]:
    """What an account and those whom it follows posted and boosted; of these the replies to each other alone.

    ``sight`` says whose boosts are left out, and which hashtags bring their public posts.
    """
    authors = [account_id, *followee_ids][:MOST_AUTHORS]
    params = {"authors": authors, "account_id": account_id}
    if sight.without_boosts:
        silent = list(sight.without_boosts)[:MOST_AUTHORS]
        ids = await _ids(db, _HOME_SILENT, page, {**params, "silent": silent})
    else:
        ids = await _ids(db, _HOME, page, params)
    if not sight.tags:
        return ids
    both_kinds = {*ids, *await _ids(db, _TAGGED, page, {"tags": sight.tags})}
    part = sorted(both_kinds, reverse=page.min_id is None)[: page.limit]
    return sorted(part, reverse=True)


async def account_ids(
    db: Db, account_id: int, page: Page, *, replies: bool = True, boosts: bool = True, pictures: bool = False
) -> list[int]:
    """What an account posted; without ``replies`` only those to itself are in it. A boost is no post with pictures."""
    if pictures:
        return await _ids(db, _ACCOUNT_PICTURES[replies], page, {"account_id": account_id})
    return await _ids(db, _ACCOUNT[replies, boosts], page, {"account_id": account_id})


async def public_ids(db: Db, page: Page, *, pictures: bool = False) -> list[int]:
    """Public posts of everybody, or those with pictures, without replies and boosts."""
    return await _ids(db, _PUBLIC_PICTURES if pictures else _PUBLIC, page, {})


async def tag_ids(db: Db, tag: str, page: Page, *, pictures: bool = False) -> list[int]:
    """Public posts with a hashtag, or those with pictures, replies too. ``tag`` is folded (``text.fold_tag``)."""
    return await _ids(db, _TAG_PICTURES if pictures else _TAG, page, {"tag": tag})


async def tags_ids(
    db: Db,
    any_of: Collection[str],
    all_of: Collection[str],
    none_of: Collection[str],
    page: Page,
    *,
    pictures: bool = False,
) -> list[int]:
    """Public posts with any of some hashtags, with all of others, and with none of a third kind (all folded)."""
    wanted = set(all_of)
    params = {"any": list(any_of), "all": list(wanted), "all_count": len(wanted), "none": list(none_of)}
    return await _ids(db, _TAGS[pictures], page, params)


async def favourited_by(db: Db, post_id: int, page: Page) -> list[Edge]:
    """Who favours a post."""
    return await _edges(db, _FAVOURITED_BY, page, {"post_id": post_id})


async def favourites(db: Db, account_id: int, page: Page) -> list[tuple[int, int]]:
    """(cursor, post id) of what an account favours."""
    rows = await read_page(db, _FAVOURITES, page, {"account_id": account_id})
    return [(row.id, row.post_id) for row in rows]


async def boosted_by(db: Db, post_id: int, page: Page) -> list[Edge]:
    """Who boosted an original."""
    return await _edges(db, _BOOSTED_BY, page, {"post_id": post_id})


async def followers(db: Db, account_id: int, page: Page) -> list[Edge]:
    """Who follows an account."""
    return await _edges(db, _FOLLOWERS, page, {"account_id": account_id})


async def following(db: Db, account_id: int, page: Page) -> list[Edge]:
    """Whom an account follows."""
    return await _edges(db, _FOLLOWING, page, {"account_id": account_id})


async def followee_ids(db: Db, account_id: int) -> list[int]:
    """All whom an account follows, latest first, as home reads them."""
    rows = await db.all(_FOLLOWEES, {"account_id": account_id, "limit": MOST_AUTHORS - 1})
    return [row.followee_id for row in rows]


async def search_accounts(db: Db, prefix: str, limit: int, offset: int = 0) -> list[int]:
    """Accounts whose handle begins like this (lower-cased), in order of handle."""
    params = {"first": prefix, "last": prefix + "\x7f", "limit": limit, "offset": offset}
    return [row.id for row in await db.all(_HANDLES, params)]


async def ancestor_ids(db: Db, post_id: int, limit: int) -> list[int]:
    """The posts above a reply, topmost first; a deleted one between them is passed over."""
    return [row.id for row in await db.all(_PARENTS, {"post_id": post_id, "limit": limit})]


async def newer_in_thread(
    db: Db, root_id: int, post_id: int, limit: int
) -> list[tuple[int, int | None, bool]]:
    """(id, parent id, stands) of all that was said in a thread after a post, oldest first."""
    rows = await db.all(_NEWER_IN_THREAD, {"root_id": root_id, "post_id": post_id, "limit": limit})
    return [(row.id, row.in_reply_to_id, row.stands) for row in rows]
