"""What ties a face to other networks: for the archive, and to be taken away when its person leaves.

Ties end before the face goes. Recalls are then waited for, a week at most; last, the ledger itself is forgotten.
"""

from collections.abc import AsyncIterator
from typing import Final

from kizuna.circle import friend_queries
from kizuna.ground.clock import iso
from kizuna.people.belongings import Entry, Leaver, Part, Progress
from kizuna.store.store import Db, Tx
from kizuna.tie import belongings_queries, consents, pairing_queries
from kizuna.tie.models import LinkState

PAGE: Final = 100
WAIT_MS: Final = 7 * 24 * 60 * 60 * 1000


async def end_links(tx: Tx, leaver: Leaver) -> Progress:
    """End every tie, and recall the copies or leave them."""
    live = (LinkState.LIVE, LinkState.RENEWAL)
    for link_id in await belongings_queries.links_in(tx, leaver.owner_id, live):
        await consents.end_link(tx, leaver.owner_id, link_id, recall=leaver.recall)
    return Progress.DONE


async def forget(tx: Tx, leaver: Leaver) -> Progress:
    """Forget the ties once nothing is under way any more, or after a week."""
    ending = await belongings_queries.links_in(tx, leaver.owner_id, (LinkState.ENDING,))
    if ending and tx.now_ms < leaver.since_ms + WAIT_MS:
        return Progress.LATER
    await belongings_queries.drop_all(tx, leaver.owner_id)
    return Progress.DONE


async def export_links(db: Db, face_id: int) -> AsyncIterator[Entry]:
    """The accounts that the face is or was tied to."""
    after = 0
    while rows := await belongings_queries.links_after(db, face_id, after, PAGE):
        for row in rows:
            fields: dict[str, object] = {"account": row.acct, "origin": row.origin, "state": row.state}
            yield Entry(row.id, row.linked_at, f"@{row.acct}", fields)
        after = rows[-1].id


async def export_copies(db: Db, face_id: int) -> AsyncIterator[Entry]:
    """The copy ledger: what became public where, by one's own act."""
    after = 0
    while rows := await belongings_queries.copies_after(db, face_id, after, PAGE):
        for row in rows:
            fields: dict[str, object] = {
                "voice_id": str(row.voice_id),
                "account": row.acct,
                "origin": row.origin,
                "text": row.text,
                "state": row.state,
                "url": row.remote_url,
            }
            yield Entry(row.id, row.made_at, row.text, fields)
        after = rows[-1].id


async def forget_suggestions(tx: Tx, leaver: Leaver) -> Progress:
    """Want no suggestions, and be suggested to nobody."""
    await pairing_queries.drop_all(tx, leaver.owner_id)
    return Progress.DONE


async def export_suggestions(db: Db, face_id: int) -> AsyncIterator[Entry]:
    """When the face wanted suggestions, and whom it never wants to be suggested again, where it may see them."""
    for row in await pairing_queries.history(db, face_id):
        until = None if row.ended_at is None else iso(row.ended_at)
        yield Entry(row.id, row.given_at, "wanted", {"wanted": True, "until": until})
    after = 0
    while rows := await pairing_queries.put_away_after(db, face_id, after, PAGE):
        known = await friend_queries.profiles_by_id(db, face_id, [row.other_id for row in rows])
        for row in rows:
            if row.other_id in known:
                handle = known[row.other_id].face.handle
                yield Entry(row.other_id, row.dismissed_at, f"@{handle}", {"put_away": handle})
        after = rows[-1].other_id


BEFORE_FACE: Final = (
    Part("tie.links", "circle", "circle", end_links, export_links),
    Part("tie.suggestions", "circle", "circle", forget_suggestions, export_suggestions),
)
AFTER_FACE: Final = (Part("tie.copies", "circle", "circle", forget, export_copies),)
