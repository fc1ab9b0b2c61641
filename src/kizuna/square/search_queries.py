"""Finding hashtags, and an account's posts with one."""

from typing import Final

import sqlalchemy as sa

from kizuna.square.models import Page
from kizuna.square.tables import POST, POST_TAG
from kizuna.store.store import Db

_LIMIT: Final = sa.bindparam("limit", type_=sa.Integer)
_TAG_OF_POST: Final = POST_TAG.join(POST, POST.c.id == POST_TAG.c.post_id)
_TAG_NAMES: Final = (
    sa.select(POST_TAG.c.tag)
    .distinct()
    .select_from(_TAG_OF_POST)
    .where(
        POST_TAG.c.tag >= sa.bindparam("first"),
        POST_TAG.c.tag < sa.bindparam("last"),
        POST.c.visibility == "public",
    )
    .order_by(POST_TAG.c.tag)
    .limit(_LIMIT)
)
_ACCOUNT_TAG: Final = (
    sa.select(POST_TAG.c.post_id)
    .select_from(_TAG_OF_POST)
    .where(
        POST_TAG.c.tag == sa.bindparam("tag"),
        POST.c.account_id == sa.bindparam("account_id"),
        POST_TAG.c.post_id < sa.bindparam("below"),
        POST_TAG.c.post_id > sa.bindparam("above"),
    )
    .limit(_LIMIT)
)
_DOWN: Final = _ACCOUNT_TAG.order_by(POST_TAG.c.post_id.desc())
_UP: Final = _ACCOUNT_TAG.order_by(POST_TAG.c.post_id.asc())


async def tag_names(db: Db, prefix: str, limit: int) -> list[str]:
    """Hashtags of public posts that begin like this (folded), in order."""
    params = {"first": prefix, "last": prefix + "\U0010ffff", "limit": limit}
    return [row.tag for row in await db.all(_TAG_NAMES, params)]


async def account_tag_ids(db: Db, account_id: int, tag: str, page: Page) -> list[int]:
    """What an account posted with a hashtag (folded), newest first."""
    params = {
        "account_id": account_id,
        "tag": tag,
        "below": page.below,
        "above": page.above,
        "limit": page.limit,
    }
    upwards = page.min_id is not None
    ids = [row.post_id for row in await db.all(_UP if upwards else _DOWN, params)]
    return ids[::-1] if upwards else ids
