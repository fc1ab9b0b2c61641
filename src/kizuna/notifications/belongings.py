"""What somebody was told and wants to be told: for the archive, and to be taken away when its person leaves.

Of what others did there is the kind, the time and ids: what they wrote is theirs. In the circle the gate is asked too.
"""

from collections.abc import AsyncIterator
from typing import Final

from kizuna.ground.ids import id_ms
from kizuna.notifications import belongings_queries as queries
from kizuna.notifications.circle_queries import TOLD as CIRCLE
from kizuna.notifications.circle_reads import circle_page
from kizuna.notifications.quiet import clock_time
from kizuna.notifications.quiet_queries import quiet_time
from kizuna.notifications.square_queries import TOLD as SQUARE
from kizuna.people.belongings import AT_ONCE, Entry, Leaver, Part, Progress
from kizuna.square.models import Page
from kizuna.store.store import Db, Tx

PAGE: Final = 100


async def empty_square(tx: Tx, leaver: Leaver) -> Progress:
    """What an account was told, and what others were told of it."""
    if await queries.drop_some_square(tx, leaver.owner_id, AT_ONCE) == AT_ONCE:
        return Progress.MORE
    await queries.drop_rest_square(tx, leaver.owner_id)
    return Progress.DONE


async def empty_circle(tx: Tx, leaver: Leaver) -> Progress:
    """What a face was told, and what others were told of it."""
    if await queries.drop_some_circle(tx, leaver.owner_id, AT_ONCE) == AT_ONCE:
        return Progress.MORE
    await queries.drop_rest_circle(tx, leaver.owner_id)
    return Progress.DONE


async def empty_quiet(tx: Tx, leaver: Leaver) -> Progress:
    """When a person wanted to be told of nothing."""
    await queries.drop_quiet(tx, leaver.owner_id)
    return Progress.DONE


async def export_square(db: Db, account_id: int) -> AsyncIterator[Entry]:
    """What the account was told."""
    for kind in sorted(await SQUARE.off(db, account_id)):
        yield Entry(account_id, id_ms(account_id), kind, {"not_wanted": kind})
    after = 0
    while rows := await queries.square_after(db, account_id, after, PAGE):
        for row in rows:
            fields: dict[str, object] = {"kind": row.kind, "from_id": str(row.from_id)}
            about = {"post_id": str(row.post_id)} if row.post_id else {}
            yield Entry(row.id, id_ms(row.id), row.kind, fields | about)
        after = rows[-1].id


async def export_circle(db: Db, face_id: int) -> AsyncIterator[Entry]:
    """What the face was told, and may know now."""
    for kind in sorted(await CIRCLE.off(db, face_id)):
        yield Entry(face_id, id_ms(face_id), kind, {"not_wanted": kind})
    above = 0
    while (filled := await circle_page(db, face_id, Page(limit=PAGE, min_id=above))).newest is not None:
        for one in reversed(filled.found):
            fields: dict[str, object] = {"kind": one.kind}
            about = {"from_id": str(one.face.id)} if one.face else {}
            about |= {"voice_id": str(one.voice.id)} if one.voice else {}
            yield Entry(one.id, id_ms(one.id), one.kind, fields | about)
        above = filled.newest


async def export_quiet(db: Db, person_id: int) -> AsyncIterator[Entry]:
    """Quiet hours."""
    quiet = await quiet_time(db, person_id)
    if quiet is not None:
        hours = {"from": clock_time(quiet.from_minute), "until": clock_time(quiet.until_minute)}
        text = f"{hours['from']}–{hours['until']} {quiet.zone}"
        yield Entry(person_id, id_ms(person_id), text, {"zone": quiet.zone, **hours})


PARTS: Final = (
    Part("notifications.square", "people", "square", empty_square, export_square),
    Part("notifications.circle", "circle", "circle", empty_circle, export_circle),
    Part("notifications.quiet", "people", "person", empty_quiet, export_quiet),
)
