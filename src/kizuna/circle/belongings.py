"""What a face in the circle owns: for the archive, and to be taken away when its person leaves."""

from collections.abc import AsyncIterator
from typing import Final

from kizuna.circle import actions, attachment_queries, belongings_queries
from kizuna.ground.clock import iso
from kizuna.media.models import portrait_file
from kizuna.people.belongings import Entry, Leaver, Part, Progress
from kizuna.store.store import Db, Tx

PAGE: Final = 100
PICTURES: Final = "circle.pictures"


async def empty_face(tx: Tx, leaver: Leaver) -> Progress:
    """Remove the face with all that it said. Empty rows stay for its ids, so that no room around them falls apart."""
    await actions.remove_face(tx, leaver.owner_id)
    await belongings_queries.drop_traces(tx, leaver.owner_id)
    return Progress.DONE


async def export_face(db: Db, face_id: int) -> AsyncIterator[Entry]:
    """The profile."""
    row = await belongings_queries.own_face(db, face_id)
    if row is not None:
        profile: dict[str, object] = {
            "handle": row.handle,
            "display_name": row.display_name,
            "bio": row.bio,
        }
        yield Entry(row.id, row.created_at, f"@{row.handle} {row.display_name}\n{row.bio}", profile)


async def export_voices(db: Db, face_id: int) -> AsyncIterator[Entry]:
    """Voices and replies. Of what a reply answers there is only the id: it belongs to somebody else."""
    after = 0
    while rows := await belongings_queries.own_voices_after(db, face_id, after, PAGE):
        for row in rows:
            fields: dict[str, object] = {
                "text": row.text,
                "audience": row.audience,
                "room_id": str(row.room_id),
                "in_reply_to_id": None if row.parent_id is None else str(row.parent_id),
                "before": [
                    {"text": one.text, "at": iso(one.written_at)}
                    for one in await belongings_queries.versions(db, face_id, row.id)
                ],
            }
            if row.parent_id is None:
                fields |= await _rule(db, face_id, row.id)
            yield Entry(row.id, row.created_at, row.text, fields)
        after = rows[-1].id


async def export_pictures(db: Db, face_id: int) -> AsyncIterator[Entry]:
    """The avatar, and the pictures of voices and replies with what is said about them."""
    own = await belongings_queries.own_face(db, face_id)
    if own is not None and own.avatar:
        name = f"{PICTURES}/avatar.{own.avatar.rpartition('.')[2]}"
        yield Entry(own.id, own.created_at, "avatar", {"file": name}, portrait_file(own.avatar), name)
    after = 0
    while rows := await belongings_queries.own_voices_after(db, face_id, after, PAGE):
        found = await attachment_queries.own_pictures(db, face_id, [row.id for row in rows])
        for row in rows:
            for each in found.get(row.id, ()):
                name = f"{PICTURES}/{each.id}.{each.extension}"
                fields: dict[str, object] = {
                    "voice_id": str(row.id),
                    "file": name,
                    "description": each.description,
                }
                yield Entry(each.id, row.created_at, each.description, fields, each.file("original"), name)
        after = rows[-1].id


async def _rule(db: Db, face_id: int, voice_id: int) -> dict[str, object]:
    """Whom the author chose and excepted, where that was by name or by group."""
    chosen = {
        "readers": await belongings_queries.readers_named(db, face_id, voice_id),
        "groups": await belongings_queries.groups_named(db, face_id, voice_id),
        "not_readers": await belongings_queries.excepted(db, face_id, voice_id),
        "not_groups": await belongings_queries.groups_excepted(db, face_id, voice_id),
    }
    return {name: value for name, value in chosen.items() if value}


async def export_groups(db: Db, face_id: int) -> AsyncIterator[Entry]:
    """Groups with their members. The one without a name are the close friends."""
    for row in await belongings_queries.own_groups(db, face_id):
        members = await belongings_queries.members_of(db, face_id, row.id)
        said = ", ".join(f"@{handle}" for handle in members)
        yield Entry(row.id, row.created_at, f"{row.name}\n{said}", {"name": row.name, "members": members})


async def export_reactions(db: Db, face_id: int) -> AsyncIterator[Entry]:
    """Reactions. Of the voices there are only the ids: they belong to somebody else."""
    after = 0
    while rows := await belongings_queries.own_reactions_after(db, face_id, after, PAGE):
        for row in rows:
            yield Entry(row.voice_id, row.reacted_at, row.kind, {"reaction": row.kind})
        after = rows[-1].voice_id


async def export_blocks(db: Db, face_id: int) -> AsyncIterator[Entry]:
    """Those who are blocked, as the page of blocks shows them."""
    after = 0
    while rows := await belongings_queries.own_blocks_after(db, face_id, after, PAGE):
        for row in rows:
            fields: dict[str, object] = {"handle": row.handle, "display_name": row.display_name}
            yield Entry(row.id, row.blocked_at, f"{row.display_name} @{row.handle}", fields)
        after = rows[-1].id


async def export_friends(db: Db, face_id: int) -> AsyncIterator[Entry]:
    """Friends: handle and name, as the friends page shows them, and since when."""
    after = 0
    while rows := await belongings_queries.friends_after(db, face_id, after, PAGE):
        for row in rows:
            fields: dict[str, object] = {"handle": row.handle, "display_name": row.display_name}
            yield Entry(row.id, row.since_at, f"{row.display_name} @{row.handle}", fields)
        after = rows[-1].id


async def keep(_tx: Tx, _leaver: Leaver) -> Progress:
    """For what is taken away together with the face."""
    return Progress.DONE


PARTS: Final = (
    Part("circle.voices", "circle", "circle", keep, export_voices),
    Part(PICTURES, "circle", "circle", keep, export_pictures),
    Part("circle.friends", "circle", "circle", keep, export_friends),
    Part("circle.groups", "circle", "circle", keep, export_groups),
    Part("circle.reactions", "circle", "circle", keep, export_reactions),
    Part("circle.blocks", "circle", "circle", keep, export_blocks),
    Part("circle.face", "circle", "circle", empty_face, export_face),
)
