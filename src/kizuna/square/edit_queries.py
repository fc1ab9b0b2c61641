"""What posts were before their edits, and which ones their authors have pinned."""

from collections.abc import Collection, Sequence
from typing import Final

import msgspec
import sqlalchemy as sa

from kizuna.media.models import Picture
from kizuna.square.models import Page, Post, Version
from kizuna.square.page_queries import both, read_page
from kizuna.square.tables import MENTION, PIN, POST, POST_EDIT, POST_TAG
from kizuna.store.dialect import insert_ignore
from kizuna.store.store import Db, Tx

_post_id: Final[sa.BindParameter[int]] = sa.bindparam("post_id")
_account_id: Final[sa.BindParameter[int]] = sa.bindparam("account_id")

_VERSIONS: Final = (
    sa.select(*(POST_EDIT.c[name] for name in Version.__struct_fields__))
    .where(POST_EDIT.c.post_id == _post_id)
    .order_by(POST_EDIT.c.id)
)
_EDITS: Final = sa.select(sa.func.count()).select_from(POST_EDIT).where(POST_EDIT.c.post_id == _post_id)
_KEEP: Final = sa.insert(POST_EDIT)
_CHANGE: Final = (
    sa.update(POST)
    .where(POST.c.id == _post_id, POST.c.deleted_at.is_(None))
    .values(
        text=sa.bindparam("new_text"),
        html=sa.bindparam("new_html"),
        spoiler_text=sa.bindparam("new_warning"),
        sensitive=sa.bindparam("new_sensitive"),
        language=sa.bindparam("new_language"),
        edited_at=sa.bindparam("at"),
    )
)
_UNMARK: Final = (
    sa.delete(MENTION).where(MENTION.c.post_id == _post_id),
    sa.delete(POST_TAG).where(POST_TAG.c.post_id == _post_id),
)
_BOOSTS_SENSITIVE: Final = (
    sa.update(POST)
    .where(POST.c.boost_of_id == _post_id)
    .values(sensitive=sa.bindparam("new_sensitive", type_=sa.Boolean))
)

_PIN: Final = insert_ignore(PIN)
_UNPIN: Final = sa.delete(PIN).where(PIN.c.post_id == _post_id, PIN.c.account_id == _account_id)
_PIN_COUNT: Final = sa.select(sa.func.count()).select_from(PIN).where(PIN.c.account_id == _account_id)
_PINS: Final = both(sa.select(PIN.c.id, PIN.c.post_id).where(PIN.c.account_id == _account_id), PIN.c.id)
_PINNED: Final = sa.select(PIN.c.post_id).where(
    PIN.c.account_id == _account_id, PIN.c.post_id.in_(sa.bindparam("ids", expanding=True))
)


async def versions(db: Db, post_id: int) -> list[Version]:
    """What a post was before its edits, oldest first; the present version is the post itself."""
    return [Version(*row) for row in await db.all(_VERSIONS, {"post_id": post_id})]


async def edit_count(db: Db, post_id: int) -> int:
    """How often a post was edited."""
    return await db.scalar(_EDITS, {"post_id": post_id})


async def keep_version(tx: Tx, was: Post, pictures: Sequence[Picture]) -> None:
    """Put what a post is now into its history, with its pictures by name."""
    row = {
        "id": tx.new_id(),
        "post_id": was.id,
        "text": was.text,
        "html": was.html,
        "spoiler_text": was.spoiler_text,
        "sensitive": was.sensitive,
        "language": was.language,
        "created_at": was.edited_at or was.created_at,
        "pictures": msgspec.json.encode([(each.id, each.description) for each in pictures]).decode(),
    }
    await tx.run(_KEEP, row)


async def change_post(tx: Tx, post_id: int, version: Version) -> None:
    """Replace what a post says. Its marks go, to be written anew."""
    params = {
        "post_id": post_id,
        "new_text": version.text,
        "new_html": version.html,
        "new_warning": version.spoiler_text,
        "new_sensitive": version.sensitive,
        "new_language": version.language,
        "at": version.created_at,
    }
    await tx.run(_CHANGE, params)
    await tx.run(_BOOSTS_SENSITIVE, {"post_id": post_id, "new_sensitive": version.sensitive})
    for statement in _UNMARK:
        await tx.run(statement, {"post_id": post_id})


async def make_pin(tx: Tx, account_id: int, post_id: int) -> bool:
    """Insert a pin; False when there is one."""
    return await tx.run(_PIN, {"id": tx.new_id(), "account_id": account_id, "post_id": post_id}) == 1


async def remove_pin(tx: Tx, account_id: int, post_id: int) -> bool:
    """Remove a pin; False when there is none."""
    return await tx.run(_UNPIN, {"account_id": account_id, "post_id": post_id}) == 1


async def pin_count(db: Db, account_id: int) -> int:
    """How many posts an account has pinned."""
    return await db.scalar(_PIN_COUNT, {"account_id": account_id})


async def pins(db: Db, account_id: int, page: Page) -> Sequence[tuple[int, int]]:
    """(cursor, post id) of what an account has pinned, the last pinned first."""
    return [(row.id, row.post_id) for row in await read_page(db, _PINS, page, {"account_id": account_id})]


async def pinned(db: Db, account_id: int, post_ids: Collection[int]) -> frozenset[int]:
    """Which of these posts the account has pinned."""
    rows = await db.all(_PINNED, {"account_id": account_id, "ids": post_ids})
    return frozenset(row.post_id for row in rows)
