"""The verbs for faces and voices. Each repeats its checks inside the write, and refuses what is not there and what
is not for this viewer in the same words."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from types import MappingProxyType
from typing import Final

from kizuna.circle import (
    attachment_queries,
    audience_queries,
    edit_queries,
    events,
    friend_queries,
    group_queries,
    queries,
    reaction_queries,
)
from kizuna.circle.audience_actions import check_named
from kizuna.circle.models import Audience, Rule
from kizuna.circle.ports import Circle
from kizuna.circle.rules import check_rule
from kizuna.ground import text as texts
from kizuna.ground.errors import Invalid, NotFound
from kizuna.jobs.idempotency import Key, once
from kizuna.media.actions import Chosen, taking
from kizuna.media.models import portrait_file
from kizuna.media.tasks import want_forgotten
from kizuna.store.store import Tx

VOICE_LENGTH: Final = 500
NAME_LENGTH: Final = 50
BIO_LENGTH: Final = 500
MOST_EDITS: Final = 100
_SAME: Final[Mapping[str, str | None]] = MappingProxyType({})


async def make_face(tx: Tx, face_id: int, handle: str, display_name: str = "") -> None:
    """Make the face that sign-up has reserved, inside a transaction of the circle; told again when it is there.

    The handle is already checked and reserved by people, who repeat what they did not hear answered.
    """
    if not await friend_queries.is_made(tx, face_id):
        await friend_queries.add_face(
            tx,
            {
                "id": face_id,
                "handle": handle.lower(),
                "display_name": display_name,
                "bio": "",
                "bio_html": "",
                "created_at": tx.now_ms,
                "deleted_at": None,
            },
        )
        await group_queries.add_group(tx, face_id, face_id, "")
    tx.emit(events.FaceMade(face_id))


async def set_standing(tx: Tx, face_id: int, *, suspended: bool) -> None:
    """Show a face or do not, as the staff decided, inside a transaction of the circle. Nothing of it is lost."""
    if await friend_queries.change_face(tx, face_id, suspended=suspended):
        tx.emit(events.FaceStands(face_id, suspended=suspended))


async def remove_face(tx: Tx, face_id: int) -> None:
    """Remove a face, all it said and the rooms it opened, and free its handle; nothing happens if there is none."""
    # No handle begins with a dot, so the one left behind meets no other.
    gone = {"handle": f".{face_id}", "display_name": "", "bio": "", "bio_html": "", "deleted_at": tx.now_ms}
    portrait = await attachment_queries.portrait(tx, face_id)
    if not await friend_queries.change_face(tx, face_id, avatar=None, **gone):
        return
    await friend_queries.drop_relations(tx, face_id)
    await group_queries.drop_groups(tx, face_id)
    await audience_queries.drop_last_rule(tx, face_id)
    await reaction_queries.drop_reactions_of(tx, face_id)
    files = await attachment_queries.drop_of_author(tx, face_id)
    await want_forgotten(tx, files + ([portrait_file(portrait)] if portrait else []))
    await queries.empty_author(tx, face_id)
    tx.emit(events.FaceRemoved(face_id))


async def edit_profile(
    circle: Circle, face_id: int, *, display_name: str, bio: str, portraits: Mapping[str, str | None] = _SAME
) -> None:
    """Change one's own name and bio. Raises Invalid when one is too long or holds what cannot be shown.

    ``portraits`` may set ``avatar`` to a file that ``media.actions.keep_portrait`` has made, or to none.
    """
    name = texts.clean_line(display_name, "display_name")
    texts.check_length(name, NAME_LENGTH, "display_name")
    about = texts.clean(bio, "bio")
    texts.check_length(about, BIO_LENGTH, "bio")
    html = texts.to_html(about)

    async def apply(tx: Tx) -> None:
        if not await friend_queries.change_face(tx, face_id, display_name=name, bio=about, bio_html=html):
            raise NotFound
        if "avatar" in portraits:
            before = await attachment_queries.portrait(tx, face_id)
            await friend_queries.change_face(tx, face_id, avatar=portraits["avatar"])
            await want_forgotten(tx, [portrait_file(before)] if before else [])
        tx.emit(events.ProfileEdited(face_id))

    await circle.store.write(apply)


def _check_text(written: str, *, may_be_blank: bool) -> str:
    text = texts.clean(written)
    if texts.is_blank(text) and not may_be_blank:
        raise Invalid("Please write something.", field="text")
    texts.check_length(text, VOICE_LENGTH)
    return text


def _some(chosen: Chosen | None) -> bool:
    return chosen is not None and chosen.some


async def say(
    circle: Circle,
    author_id: int,
    text: str,
    audience: str | None,
    people: Collection[int] = (),
    key: Key | None = None,
    pictures: Chosen | None = None,
) -> int:
    """Open a room with a voice for a plain audience; answers its id. ``people`` are face ids, for "people" only."""
    return await say_to(circle, author_id, text, check_rule(audience, set(people)), key, pictures)


async def say_to(
    circle: Circle,
    author_id: int,
    text: str,
    rule: Rule,
    key: Key | None = None,
    pictures: Chosen | None = None,
    also: Callable[[Tx, int], Awaitable[None]] | None = None,
) -> int:
    """Open a room with a voice; answers its id. The rule is kept as the author's last choice. ``also`` writes what
    belongs to it in the same transaction, by its id.

    Raises Invalid for a text that cannot be, and when somebody named is not a friend at this moment, or a group not
    one's own (whether there is such a face or group is not told).
    """
    said = _check_text(text, may_be_blank=_some(pictures))
    html = texts.to_html(said)

    async def apply(tx: Tx) -> int:
        if not await friend_queries.is_live(tx, author_id):
            raise NotFound
        return (await once(tx, key, lambda: write(tx)))[0]

    async def write(tx: Tx) -> int:
        await check_named(tx, author_id, rule)
        circle.count(author_id, "posts")
        voice_id = tx.new_id()
        row = _row(tx, voice_id, author_id, voice_id, None, rule.audience, said, html)
        await queries.add_room(tx, row, rule)
        await attachment_queries.attach(tx, voice_id, taken.pictures())
        if rule.audience is not Audience.SHARED:  # said in the group's own place
            await audience_queries.keep_last_rule(tx, author_id, rule)
        if also is not None:
            await also(tx, voice_id)
        place = min(rule.groups) if rule.audience is Audience.SHARED else None
        tx.emit(events.VoiceSaid(voice_id, author_id, place))
        return voice_id

    async with taking("circle", pictures) as taken:
        return await circle.store.write(apply)


async def reply(
    circle: Circle,
    author_id: int,
    parent_id: int,
    text: str,
    key: Key | None = None,
    pictures: Chosen | None = None,
) -> int:
    """Answer a voice or a reply, in its room; answers the new id. A reply has no audience that could be chosen.

    Raises NotFound when the parent is not for this viewer, or is no more.
    """
    said = _check_text(text, may_be_blank=_some(pictures))
    html = texts.to_html(said)

    async def apply(tx: Tx) -> int:
        room_id = await queries.room_to_answer(tx, author_id, parent_id)
        if room_id is None:
            raise NotFound
        return (await once(tx, key, lambda: write(tx, room_id)))[0]

    async def write(tx: Tx, room_id: int) -> int:
        circle.count(author_id, "posts")
        reply_id = tx.new_id()
        await queries.add_voice(tx, _row(tx, reply_id, author_id, room_id, parent_id, None, said, html))
        await attachment_queries.attach(tx, reply_id, taken.pictures())
        tx.emit(events.VoiceReplied(reply_id, author_id, parent_id, room_id))
        return reply_id

    async with taking("circle", pictures) as taken:
        return await circle.store.write(apply)


def _row(
    tx: Tx,
    voice_id: int,
    author_id: int,
    room_id: int,
    parent_id: int | None,
    audience: Audience | None,
    text: str,
    html: str,
) -> dict[str, object]:
    return {
        "id": voice_id,
        "author_id": author_id,
        "room_id": room_id,
        "parent_id": parent_id,
        "audience": None if audience is None else audience.value,
        "text": text,
        "html": html,
        "created_at": tx.now_ms,
        "deleted_at": None,
    }


async def edit_voice(circle: Circle, author_id: int, voice_id: int, text: str) -> None:
    """Give a voice or a reply of one's own another wording. Whoever reads it sees that, and what stood there before.

    Its pictures stay. The same wording changes nothing.

    Raises NotFound for another's voice and where one cannot read any more, Invalid for a text that cannot be and
    after 100 edits.
    """
    said = _check_text(text, may_be_blank=True)
    html = texts.to_html(said)

    async def apply(tx: Tx) -> None:
        before = await edit_queries.voice_to_edit(tx, author_id, voice_id)
        if before is None:
            raise NotFound
        if texts.is_blank(said) and not await attachment_queries.pictures(tx, author_id, [voice_id]):
            raise Invalid("Please write something.", field="text")
        if before.text == said:
            return
        if before.edits >= MOST_EDITS:
            raise Invalid("This was edited {most} times; please write anew.", field="text", most=MOST_EDITS)
        await edit_queries.reword(tx, voice_id, before, said, html)
        tx.emit(events.VoiceEdited(voice_id, author_id, before.room_id))

    await circle.store.write(apply)


async def delete_voice(circle: Circle, actor_id: int, voice_id: int) -> None:
    """Delete what one wrote, or a reply in one's own room. A deleted voice takes its room with it.

    Doing it again does nothing. Raises NotFound for everything else. One may delete one's own reply in a room that
    one cannot read any more; the answer does not tell whether the room still stands.
    """

    async def apply(tx: Tx) -> None:
        row = await queries.voice_to_delete(tx, actor_id, voice_id)
        if row is None:
            raise NotFound
        if row.deleted_at is None:
            await want_forgotten(tx, await attachment_queries.drop_of_voice(tx, voice_id))
            await queries.empty_voice(tx, voice_id)
            tx.emit(events.VoiceDeleted(voice_id, row.author_id, row.room_id))

    await circle.store.write(apply)
