"""Windows of a face: for the archive, and to be taken away when its person leaves.

The windows of its groups end. Those that it opened in groups of others stay, and their owners keep them.
"""

from collections.abc import AsyncIterator
from typing import Final

from kizuna.people.belongings import Entry, Leaver, Part, Progress
from kizuna.store.store import Db, Tx
from kizuna.tie.windows import actions, queries
from kizuna.tie.windows.address import said
from kizuna.tie.windows.models import Source

PAGE: Final = 100


async def forget(tx: Tx, leaver: Leaver) -> Progress:
    """End the windows of its groups, and forget what it opened and muted."""
    await actions.close_of_owner(tx, leaver.owner_id)
    await queries.forget_face(tx, leaver.owner_id)
    return Progress.DONE


async def export_windows(db: Db, face_id: int) -> AsyncIterator[Entry]:
    """The windows that it opened and that stand."""
    after = 0
    while rows := await queries.opened_after(db, face_id, after, PAGE):
        for row in rows:
            source = said(Source(kind=row.kind, origin=row.origin, name=row.name))
            yield Entry(row.id, row.opened_at, source, {"source": source, "group_id": str(row.group_id)})
        after = rows[-1].id


async def export_talks(db: Db, face_id: int) -> AsyncIterator[Entry]:
    """What its rooms are about, by address: the words belong to somebody else."""
    after = 0
    while rows := await queries.talks_after(db, face_id, after, PAGE):
        for row in rows:
            yield Entry(row.voice_id, row.written_at, row.address, {"address": row.address})
        after = rows[-1].voice_id


async def forget_talks(tx: Tx, leaver: Leaver) -> Progress:
    """Forget what its rooms were about."""
    await queries.forget_talks(tx, leaver.owner_id)
    return Progress.DONE


PARTS: Final = (
    Part("tie.windows", "circle", "circle", forget, export_windows),
    Part("tie.talks", "circle", "circle", forget_talks, export_talks),
)
