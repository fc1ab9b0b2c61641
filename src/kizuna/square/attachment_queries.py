"""The pictures of posts: finding and changing them, and lists of the posts that have some."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Final

import sqlalchemy as sa

from kizuna.media.columns import PICTURE_FIELDS, picture_row
from kizuna.media.models import SIZES, Picture
from kizuna.square.tables import ACCOUNT, ATTACHMENT
from kizuna.store.store import Db, Row, Tx

_FIELDS: Final = [ATTACHMENT.c[name] for name in PICTURE_FIELDS]
_post_id: Final[sa.BindParameter[int]] = sa.bindparam("post_id")
_keys: Final[sa.BindParameter[list[str]]] = sa.bindparam("keys", expanding=True)
_OF_POSTS: Final = (
    sa.select(*_FIELDS, ATTACHMENT.c.post_id)
    .where(ATTACHMENT.c.post_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(ATTACHMENT.c.post_id, ATTACHMENT.c.position)
)
_DROP: Final = sa.delete(ATTACHMENT).where(ATTACHMENT.c.post_id == _post_id)
_KNOWN: Final = sa.select(ATTACHMENT.c.key).where(ATTACHMENT.c.key.in_(_keys))
_FILES: Final[sa.BindParameter[list[str]]] = sa.bindparam("files", expanding=True)
_SHOWN: Final = (
    sa.select(ACCOUNT.c.avatar)
    .where(ACCOUNT.c.avatar.in_(_FILES))
    .union_all(sa.select(ACCOUNT.c.header).where(ACCOUNT.c.header.in_(_FILES)))
)


async def attachments(db: Db, post_ids: Iterable[int]) -> dict[int, tuple[Picture, ...]]:
    """The pictures of these posts, in order; posts without any are left out."""
    found: defaultdict[int, list[Picture]] = defaultdict(list)
    for row in await db.all(_OF_POSTS, {"ids": list(post_ids)}):
        found[row.post_id].append(_picture(row))
    return {post_id: tuple(pictures) for post_id, pictures in found.items()}


async def known(db: Db, keys: Collection[str]) -> set[str]:
    """Those of these keys that a post or a profile shows."""
    shown = {row.key for row in await db.all(_KNOWN, {"keys": list(keys)})}
    files = [f"{key}.{extension}" for key in keys for extension in ("jpg", "webp")]
    return shown | {row[0].partition(".")[0] for row in await db.all(_SHOWN, {"files": files})}


def attach(tx: Tx, post_id: int, account_id: int, pictures: Sequence[Picture]) -> None:
    """Insert the pictures of a new post."""
    for position, picture in enumerate(pictures):
        row = picture_row(picture) | {"id": tx.new_id(), "post_id": post_id, "account_id": account_id}
        tx.append(ATTACHMENT, row | {"position": position})


async def put(tx: Tx, post_id: int, account_id: int, pictures: Sequence[Picture]) -> None:
    """Replace the pictures of a post. Those that have an id keep it."""
    await tx.run(_DROP, {"post_id": post_id})
    for position, picture in enumerate(pictures):
        row = picture_row(picture) | {"id": picture.id or tx.new_id()}
        place = {"post_id": post_id, "account_id": account_id, "position": position}
        await tx.run(sa.insert(ATTACHMENT).values(row | place))


async def drop(tx: Tx, post_id: int) -> list[str]:
    """Remove the pictures of a post; answers the names of their files."""
    gone = (await attachments(tx, [post_id])).get(post_id, ())
    if gone:
        await tx.run(_DROP, {"post_id": post_id})
    return files_of(gone)


def files_of(pictures: Iterable[Picture]) -> list[str]:
    """The names of the files of pictures."""
    return [picture.file(size) for picture in pictures for size in SIZES]


def _picture(row: Row) -> Picture:
    return Picture(**{name: getattr(row, name) for name in PICTURE_FIELDS})
