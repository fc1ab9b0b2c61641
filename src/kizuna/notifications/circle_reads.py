"""Reading what a face was told: every row is put before the gate again, and what it may not know now is not there.

``apps`` are the kinds of apps that are shown; of others nothing is.
"""

from collections.abc import Collection, Mapping, Sequence

from kizuna.circle import friend_queries, queries
from kizuna.circle.models import Friendship, Profile, Voice
from kizuna.notifications import circle_queries
from kizuna.notifications.filling import Filled, filled
from kizuna.notifications.models import EVERYTHING, CircleNotification, CircleRow, Wanted
from kizuna.notifications.of_apps import AppKind
from kizuna.square.models import Page
from kizuna.store.store import Db


async def circle_page(
    db: Db, viewer_id: int, page: Page, wanted: Wanted = EVERYTHING, apps: Sequence[AppKind] = ()
) -> Filled[CircleNotification]:
    """A part of what the viewer was told and may know now."""
    return await filled(
        page,
        lambda part: circle_queries.rows(db, viewer_id, wanted, part),
        lambda rows: _readable(db, viewer_id, rows, apps),
    )


async def circle_one(
    db: Db, viewer_id: int, notification_id: int, apps: Sequence[AppKind] = ()
) -> CircleNotification | None:
    """One of the viewer's notifications, unless it is hidden now."""
    row = await circle_queries.row(db, viewer_id, notification_id)
    return next(iter(await _readable(db, viewer_id, [row], apps)), None) if row else None


async def circle_news(
    db: Db, viewer_id: int, most: int, wanted: Wanted = EVERYTHING, apps: Sequence[AppKind] = ()
) -> list[CircleNotification]:
    """Those that are newer than the viewer's marker, at most ``most``."""
    newer = Page(limit=most, since_id=await circle_seen(db, viewer_id))
    return (await circle_page(db, viewer_id, newer, wanted, apps)).found


async def circle_seen(db: Db, viewer_id: int) -> int | None:
    """The viewer's marker: the newest notification that was read."""
    marker = (await circle_queries.markers(db, viewer_id)).get("notifications")
    return marker.last_read_id if marker else None


async def _readable(
    db: Db, viewer_id: int, rows: Sequence[CircleRow], apps: Sequence[AppKind]
) -> list[CircleNotification]:
    named = {kind.name: kind for kind in apps}
    own = [row for row in rows if row.kind not in named]
    voices = await queries.load(db, viewer_id, [row.voice_id for row in own if row.voice_id is not None])
    by_id = {voice.id: voice for voice in voices}
    faces = await friend_queries.profiles_by_id(db, viewer_id, {row.from_id for row in rows})
    stand = {kind.name: await _standing(db, viewer_id, rows, kind) for kind in apps}
    shown = [
        _of_app(row, faces.get(row.from_id), named[row.kind], stand[row.kind])
        if row.kind in named
        else _shown(row, faces.get(row.from_id), by_id)
        for row in rows
    ]
    return [one for one in shown if one is not None]


async def _standing(db: Db, viewer_id: int, rows: Sequence[CircleRow], kind: AppKind) -> Collection[int]:
    things = {row.voice_id for row in rows if row.kind == kind.name and row.voice_id is not None}
    return await kind.stands(db, viewer_id, things) if things else ()


def _of_app(
    row: CircleRow, other: Profile | None, kind: AppKind, stand: Collection[int]
) -> CircleNotification | None:
    """What a row of an app tells of, if it is so; whoever did it must be there, and not blocked."""
    gone = row.from_id and (other is None or other.state is Friendship.BLOCKED)
    if gone or row.voice_id not in stand:
        return None
    return CircleNotification(row.id, row.kind, other.face if other else None, None, kind)


def _shown(row: CircleRow, other: Profile | None, voices: Mapping[int, Voice]) -> CircleNotification | None:
    """What a row tells of, if it is so at this moment and may be known."""
    if row.kind == "staff_read":
        return CircleNotification(row.id, row.kind, None, None)
    if other is None or other.state is Friendship.BLOCKED:
        return None
    voice = voices.get(row.voice_id or 0)
    match row.kind:
        case "friend_request":
            stands = other.state is Friendship.ASKED
        case "friend":
            stands = other.state is Friendship.FRIENDS
        case _:
            stands = voice is not None and voice.author.id == row.from_id
    return CircleNotification(row.id, row.kind, other.face, voice) if stands else None
