"""What an account on the square owns: for the archive, and to be taken away when its person leaves."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Final

from kizuna.ground.ids import id_ms
from kizuna.media.models import portrait_file
from kizuna.media.tasks import want_forgotten
from kizuna.people.belongings import AT_ONCE, Entry, Leaver, Part, Progress
from kizuna.square import actions, attachment_queries, belongings_queries, kept_belongings
from kizuna.square.events import AccountRemoved
from kizuna.store.store import Db, Row, Tx

PAGE: Final = 100
PICTURES: Final = "square.pictures"


async def empty_posts(tx: Tx, leaver: Leaver) -> Progress:
    """Delete posts, replies and boosts, as if each were deleted by hand."""
    ids = await belongings_queries.standing_posts(tx, leaver.owner_id, AT_ONCE)
    for post_id in ids:
        await actions.delete_within(tx, leaver.owner_id, post_id)
    return Progress.MORE if len(ids) == AT_ONCE else Progress.DONE


async def empty_marks(tx: Tx, leaver: Leaver) -> Progress:
    """Take back favourites and follows, and end those of others."""
    posts = await belongings_queries.favourites_of(tx, leaver.owner_id, AT_ONCE)
    for post_id in posts:
        await actions.unfavourite_in(tx, leaver.owner_id, post_id)
    follows = await belongings_queries.follows_of(tx, leaver.owner_id, AT_ONCE)
    for row in follows:
        await actions.end_follow(tx, row.follower_id, row.followee_id)
    return Progress.MORE if AT_ONCE in (len(posts), len(follows)) else Progress.DONE


async def empty_account(tx: Tx, leaver: Leaver) -> Progress:
    """Remove the account and its pictures. What others wrote stays, answers to posts that are gone too."""
    row = await belongings_queries.account_row(tx, leaver.owner_id)
    if row is not None:
        await want_forgotten(tx, [portrait_file(name) for name in (row.avatar, row.header) if name])
    if await belongings_queries.drop_account(tx, leaver.owner_id):
        tx.emit(AccountRemoved(leaver.owner_id))
    return Progress.DONE


async def export_account(db: Db, account_id: int) -> AsyncIterator[Entry]:
    """The profile."""
    row = await belongings_queries.account_row(db, account_id)
    if row is not None:
        profile: dict[str, object] = {
            "handle": row.handle,
            "display_name": row.display_name,
            "note": row.note,
        }
        yield Entry(row.id, row.created_at, f"@{row.handle} {row.display_name}\n{row.note}", profile)


async def export_posts(db: Db, account_id: int) -> AsyncIterator[Entry]:
    """Posts, replies and boosts. Of what was boosted or answered there is only the id: it belongs to somebody else."""
    async for row in _pages(db, account_id, belongings_queries.posts_after):
        fields: dict[str, object] = {
            "text": row.text,
            "html": row.html,
            "content_warning": row.spoiler_text,
            "sensitive": row.sensitive,
            "visibility": row.visibility,
            "language": row.language,
            "in_reply_to_id": _wire(row.in_reply_to_id),
            "boost_of_id": _wire(row.boost_of_id),
        }
        yield Entry(row.id, row.created_at, row.text or f"→ {row.boost_of_id}", fields)


async def export_pictures(db: Db, account_id: int) -> AsyncIterator[Entry]:
    """Avatar and header, and the pictures of posts with what is said about them."""
    row = await belongings_queries.account_row(db, account_id)
    for use in ("avatar", "header"):
        kept: str | None = getattr(row, use, None)
        if row is not None and kept:
            name = f"{PICTURES}/{use}.{kept.rpartition('.')[2]}"
            yield Entry(row.id, row.created_at, use, {"file": name}, portrait_file(kept), name)
    after = 0
    while rows := await belongings_queries.posts_after(db, account_id, after, PAGE):
        found = await attachment_queries.attachments(db, [row.id for row in rows])
        for row in rows:
            for each in found.get(row.id, ()):
                name = f"{PICTURES}/{each.id}.{each.extension}"
                fields: dict[str, object] = {
                    "post_id": _wire(row.id),
                    "file": name,
                    "description": each.description,
                }
                yield Entry(each.id, row.created_at, each.description, fields, each.file("original"), name)
        after = rows[-1].id


async def keep(_tx: Tx, _leaver: Leaver) -> Progress:
    """For what is taken away together with something else."""
    return Progress.DONE


async def export_follows(db: Db, account_id: int) -> AsyncIterator[Entry]:
    """Whom the account follows. Who follows it is known to others as well, and theirs."""
    async for row in _pages(db, account_id, belongings_queries.followees_after):
        yield Entry(row.id, id_ms(row.id), f"@{row.handle}", {"handle": row.handle})


async def export_favourites(db: Db, account_id: int) -> AsyncIterator[Entry]:
    """Which posts the account favours, and whose they are."""
    async for row in _pages(db, account_id, belongings_queries.favourites_after):
        fields: dict[str, object] = {"post_id": _wire(row.post_id), "author": row.handle}
        yield Entry(row.id, id_ms(row.id), f"@{row.handle} {row.post_id}", fields)


Page = Callable[[Db, int, int, int], Awaitable[Sequence[Row]]]


async def _pages(db: Db, account_id: int, read: Page) -> AsyncIterator[Row]:
    after = 0
    while rows := await read(db, account_id, after, PAGE):
        for row in rows:
            yield row
        after = rows[-1].id


def _wire(value: int | None) -> str | None:
    return None if value is None else str(value)


PARTS: Final = (
    kept_belongings.PART,
    Part("square.posts", "square", "square", empty_posts, export_posts),
    Part(PICTURES, "square", "square", keep, export_pictures),
    Part("square.favourites", "square", "square", empty_marks, export_favourites),
    Part("square.follows", "square", "square", empty_marks, export_follows),
    Part("square.account", "square", "square", empty_account, export_account),
)
