"""What an account keeps for itself in the store people: for the archive, and to be taken away with it."""

from collections.abc import AsyncIterator
from typing import Final

from kizuna.ground.ids import id_ms
from kizuna.people.belongings import AT_ONCE, Entry, Leaver, Part, Progress
from kizuna.square import kept_belongings_queries as queries
from kizuna.store.store import Db, Tx

PAGE: Final = 100


async def empty_kept(tx: Tx, leaver: Leaver) -> Progress:
    """Bookmarks, mutes, notes, followed hashtags, markers, and how it posts; also mutes of it and notes on it."""
    done = await queries.drop_kept(tx, leaver.owner_id, AT_ONCE)
    return Progress.DONE if done else Progress.MORE


async def export_kept(db: Db, account_id: int) -> AsyncIterator[Entry]:
    """Of what belongs to others there are only the ids."""
    after = 0
    while rows := await queries.bookmarks_after(db, account_id, after, PAGE):
        for row in rows:
            yield Entry(row.id, id_ms(row.id), "", {"bookmark": str(row.post_id)})
        after = rows[-1].id
    for row in await queries.tags(db, account_id):
        yield Entry(row.id, id_ms(row.id), f"#{row.tag}", {"followed_tag": row.tag})
    for row in await queries.mutes(db, account_id):
        yield Entry(row.id, id_ms(row.id), "", {"mute": str(row.target_id)})
    for row in await queries.notes(db, account_id):
        yield Entry(row.target_id, id_ms(row.target_id), row.comment, {"note": row.comment})


PART: Final = Part("square.kept", "people", "square", empty_kept, export_kept)
