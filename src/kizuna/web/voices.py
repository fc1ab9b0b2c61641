"""The circle's pages: a room with its voice and replies, and a face."""

from typing import Final, Literal

from starlette.requests import Request
from starlette.responses import Response

from kizuna.circle import actions, friend_queries, queries
from kizuna.circle.models import Audience, FriendRequest, Friendship, Profile, Reason, Room
from kizuna.circle.reaction_queries import responders
from kizuna.doors.parts import MemberParts
from kizuna.ground.errors import NotFound, Refusal
from kizuna.jobs.idempotency import make_key
from kizuna.media.models import Picture
from kizuna.people.models import Viewer
from kizuna.tie import copies
from kizuna.tie.windows.queries import talks_of
from kizuna.web.attaching import PictureFields, attaching, chosen, content_of, form_with, gather, staged
from kizuna.web.audiences import friend_choices, group_choices
from kizuna.web.compose import LIMIT
from kizuna.web.copied import copy_row
from kizuna.web.forms import PAGE, Long, Sent, Table, cursor, face_of, path_id, sent
from kizuna.web.items import circle_face, readers_of, timeline, voice_item
from kizuna.web.pages import Pages, done
from kizuna.web.pieces import Composer, Readers, ResponderRow
from kizuna.web.views import ConfirmView, FaceView, VoiceView
from kizuna.web.window_items import voices_with_talk, with_talk

State = Literal["self", "friend", "stranger", "asked", "asks", "blocked"]
WHY: Final[dict[Reason, Literal["author", "friend", "chosen", "further"]]] = {
    Reason.OWN: "author",
    Reason.FRIEND: "friend",
    Reason.CHOSEN: "chosen",
    Reason.FURTHER: "further",
}
STATES: Final[dict[Friendship, State]] = {
    Friendship.SELF: "self",
    Friendship.FRIENDS: "friend",
    Friendship.REQUESTED: "asked",
    Friendship.ASKED: "asks",
    Friendship.BLOCKED: "blocked",
    Friendship.NONE: "stranger",
}
MOST_REPLIES: Final = 500


class ReplyForm(PictureFields, frozen=True, kw_only=True):
    """A reply in a room."""

    text: Long = ""


async def voice_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``/v/{id}``: the room of a voice."""
    view = await _voice_view(pages, parts, request, viewer)
    return pages.show(parts, request, view)


async def reply(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /v/{id}/reply``: stays in the room."""
    form = await sent(parts, request, ReplyForm)
    me, parent = face_of(viewer), path_id(request)
    pictures: list[Picture] = []
    try:
        pictures = await gather(parts, viewer, form)
        if form.only_pictures:
            view = await _voice_view(pages, parts, request, viewer, form_with(form, pictures))
            return pages.show(parts, request, view)
        key = make_key(me, 0, form.key, "\0".join([form.text, content_of(form)]).encode())
        await actions.reply(parts.circle, me, parent, form.text, key, chosen(parts, viewer, form, pictures))
    except NotFound:
        raise
    except Refusal as refusal:
        told = pages.speak(parts, request, viewer)(refusal.message, **refusal.values)
        view = await _voice_view(pages, parts, request, viewer, form_with(form, pictures), told)
        return pages.show(parts, request, view, refusal.status)
    return done(form.back_to(f"/v/{parent}"), "replied", form.key)


async def confirm_delete(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``GET /v/{id}/delete``: asks first."""
    voice = next(
        iter(await queries.load(parts.circle.store.reads, face_of(viewer), [path_id(request)])), None
    )
    if voice is None or not voice.removable:
        raise NotFound
    view = ConfirmView(
        page=await pages.page(parts, request, viewer),
        deed="delete_voice",
        action=request.url.path,
        back=f"/v/{voice.room_id}",
        item=voice_item(voice),
    )
    return pages.show(parts, request, view)


async def delete(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``POST /v/{id}/delete``: a voice goes with its room, and its public copies are recalled."""
    form = await sent(parts, request, Sent)
    voice_id = path_id(request)
    await actions.delete_voice(parts.circle, face_of(viewer), voice_id)
    back = form.back_to("/")
    return done("/" if back == f"/v/{voice_id}" else back, "deleted")


async def face_page(pages: Pages, parts: MemberParts, request: Request, viewer: Viewer) -> Response:
    """``/c/{handle}``."""
    me = face_of(viewer)
    profile = await profile_of(parts, request, viewer)
    page, _ = await cursor(request)
    reads = parts.circle.store.reads
    ids = await queries.profile_ids(reads, me, profile.face.id, max_id=page.max_id, limit=PAGE)
    voices = await queries.load(reads, me, ids)
    incoming = await _request_of(parts, me, profile)
    since = await friend_queries.since(reads, me) if profile.state is Friendship.FRIENDS else {}
    view = FaceView(
        page=await pages.page(parts, request, viewer),
        face=circle_face(profile.face),
        bio_html=profile.bio_html,
        state=STATES[profile.state],
        note=incoming.note if incoming else "",
        since_ms=since.get(profile.face.id),
        timeline=timeline(
            await voices_with_talk(parts, viewer, voices), ids, PAGE, f"/c/{profile.face.handle}"
        ),
    )
    return pages.show(parts, request, view)


async def profile_of(parts: MemberParts, request: Request, viewer: Viewer) -> Profile:
    """The face that an address names, as the viewer sees it. Raises NotFound."""
    handle = str(request.path_params["handle"]).lower()
    profile = await friend_queries.profile(parts.circle.store.reads, face_of(viewer), handle)
    if profile is None:
        raise NotFound
    return profile


async def _request_of(parts: MemberParts, me: int, profile: Profile) -> FriendRequest | None:
    if profile.state is not Friendship.ASKED:
        return None
    waiting = await friend_queries.requests_in(parts.circle.store.reads, me)
    return next((one for one in waiting if one.face.id == profile.face.id), None)


async def _voice_view(
    pages: Pages,
    parts: MemberParts,
    request: Request,
    viewer: Viewer,
    form: ReplyForm | None = None,
    error: str = "",
) -> VoiceView:
    me = face_of(viewer)
    reads = parts.circle.store.reads
    room = await queries.room(reads, me, path_id(request), limit=MOST_REPLIES)
    why = await queries.why(reads, me, path_id(request))
    who = await queries.who(reads, me, path_id(request))
    if room is None or why is None or who is None:
        raise NotFound
    readers = Readers(kind=who.audience.value)
    if who.readers is not None:
        readers = readers_of(who.audience, who.readers)
    rule = who.rule
    named = await group_choices(parts, viewer, rule)
    found = await copies.copies_of_voices(parts.tie, me, [room.root.id])
    lines = found.get(room.root.id, [])
    shown = voice_item(room.root, len(lines), readers.count if room.root.own else None)
    talks = await talks_of(reads, [room.root])
    return VoiceView(
        page=await pages.page(parts, request, viewer, request.url.path.removesuffix("/reply")),
        item=await with_talk(parts, viewer, shown, talks.get(room.root.id)),
        replies=tuple(voice_item(voice) for voice in room.replies),
        why=WHY[why.reason],
        readers=readers,
        reply=_reply_box(parts, room, form, error, await staged(parts, viewer, form) if form else []),
        groups=tuple(group for group in named if group.chosen),
        except_groups=tuple(group for group in named if group.excepted),
        except_faces=tuple(one.face for one in await friend_choices(parts, viewer, rule) if one.excepted),
        responders=tuple(
            ResponderRow(face=circle_face(one.face), mood=one.mood.value, folded=one.folded)
            for one in await responders(reads, me, room.root.id)
        ),
        can_copy=room.root.own and await _may_copy(parts, me, room),
        can_update=room.root.own and bool(await copies.updates(parts.tie, me, room.root.id)),
        copies=tuple(copy_row(line) for line in lines),
    )


async def _may_copy(parts: MemberParts, me: int, room: Room) -> bool:
    """Whether there is a place left for a copy."""
    places = await copies.targets(parts.tie, me, room.root.id, room.root.text)
    return any(place.copy_state is None for place in places)


def _reply_box(
    parts: MemberParts, room: Room, form: ReplyForm | None, error: str, pictures: list[Picture]
) -> Composer:
    kind = room.root.audience.value
    return Composer(
        action=f"/v/{room.root.id}/reply",
        audiences=(kind,),
        chosen=kind,
        key=parts.randomness.token(16),
        limit=LIMIT,
        text=form.text if form else "",
        readers=None if kind != Audience.ME else Readers(kind="me"),
        error=error,
        back=f"/v/{room.root.id}",
        attaching=attaching(pictures),
    )


def add(table: Table) -> None:
    """The routes of this file."""
    table.person("GET", "/v/{id}", voice_page)
    table.person("POST", "/v/{id}/reply", reply, uploads=True)
    table.person("GET", "/v/{id}/delete", confirm_delete)
    table.person("POST", "/v/{id}/delete", delete)
    table.person("GET", "/c/{handle}", face_page)
