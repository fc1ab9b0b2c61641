"""From what the packages below answer to the pieces that templates show. Pure."""

from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from kizuna.circle import models as circle
from kizuna.circle.models import Audience as CircleAudience
from kizuna.media.models import Picture, Size
from kizuna.square import models as square
from kizuna.square.models import Flags
from kizuna.square.render import picture_path, portrait_path
from kizuna.tie import faces
from kizuna.tie.home import Entry
from kizuna.tie.models import Inbound
from kizuna.web.pieces import Audience, Face, Item, ItemPicture, Readers, Timeline


def account_face(account: square.Account) -> Face:
    """An account of the square."""
    return Face(
        plane="square",
        id=str(account.id),
        name=account.name,
        handle=account.handle,
        href=f"/@{account.handle}",
        picture=portrait_path(account.avatar) if account.avatar else "",
    )


def circle_face(face: circle.Face) -> Face:
    """A face of the circle."""
    return Face(
        plane="circle",
        id=str(face.id),
        name=face.name,
        handle=face.handle,
        href=f"/c/{face.handle}",
        picture=faces.portrait_path(face) if face.avatar else "",
    )


def post_path(status: square.Status) -> str:
    """Where a post is read here."""
    return f"/@{status.author.handle}/{status.post.id}"


def post_item(status: square.Status, viewer_id: int | None, flags: Flags = square.NO_FLAGS) -> Item:
    """A post, or the original of a boost with who boosted it."""
    proper = status.proper
    post = proper.post
    answered = next((m.handle for m in proper.mentions if m.account_id == post.in_reply_to_account_id), "")
    return Item(
        plane="square",
        id=str(post.id),
        author=account_face(proper.author),
        html=post.html,
        at_ms=post.created_at,
        href=post_path(proper),
        language=post.language or "",
        spoiler=post.spoiler_text,
        audience=Audience(kind="unlisted" if post.visibility == "unlisted" else "public"),
        in_reply_to=answered,
        in_reply_to_href=f"/@{answered}/{post.in_reply_to_id}" if answered else "",
        boosted_by=account_face(status.author) if status.original else None,
        boost_id=str(status.post.id) if status.original else "",
        replies=post.replies_count,
        boosts=post.boosts_count,
        favourites=post.favourites_count,
        boosted=post.id in flags.boosted,
        favourited=post.id in flags.favourited,
        bookmarked=post.id in flags.bookmarked,
        pinned=post.id in flags.pinned,
        edited_ms=post.edited_at,
        mine=viewer_id is not None and post.account_id == viewer_id,
        written=viewer_id is not None and post.account_id == viewer_id,
        pictures=tuple(_picture(each, picture_path) for each in proper.pictures),
        sensitive=post.sensitive and not post.spoiler_text,
    )


def voice_item(voice: circle.Voice, copies: int = 0, readers: int | None = None) -> Item:
    """A voice or a reply, as loaded for its reader. ``readers`` is a number for the author alone."""
    return Item(
        plane="circle",
        id=str(voice.id),
        author=circle_face(voice.author),
        html=voice.html,
        at_ms=voice.created_at,
        href=f"/v/{voice.id}" if voice.parent_id is None else f"/v/{voice.room_id}#v{voice.id}",
        audience=Audience(kind=voice.audience.value, count=readers),
        replies=voice.replies,
        mine=voice.removable,
        written=voice.own,
        copies=copies,
        edited_ms=voice.edited_at,
        folded=voice.folded,
        moods=tuple((mood.value, given) for mood, given in voice.moods),
        mood=voice.mood.value if voice.mood else "",
        pictures=tuple(_picture(each, faces.picture_path) for each in voice.pictures),
    )


def _picture(picture: Picture, path: Callable[[Picture, Size], str]) -> ItemPicture:
    return ItemPicture(
        src=path(picture, "small"),
        href=path(picture, "original"),
        width=picture.small_width,
        height=picture.small_height,
        description=picture.description,
    )


def inbound_item(item: Inbound) -> Item:
    """A public item of a tied partner; its links lead there."""
    return Item(
        plane="square",
        id=str(item.id),
        author=Face(
            plane="square",
            id="",
            name=item.author_name,
            handle=item.author_acct,
            href=item.author_url,
        ),
        html=item.html,
        at_ms=item.written_at,
        href=item.url,
        spoiler=item.warning,
        audience=Audience(kind="public"),
        host=item.host,
        boosted_by=Face(plane="square", id="", name=item.boosted_by, handle="", href="")
        if item.boosted_by
        else None,
    )


def entry_item(entry: Entry, viewer_id: int | None, flags: Flags) -> Item:
    """A line of the merged home."""
    if entry.status is not None:
        return post_item(entry.status, viewer_id, flags)
    if entry.voice is not None:
        return voice_item(entry.voice)
    assert entry.inbound is not None
    return inbound_item(entry.inbound)


def timeline(items: Sequence[Item], ids: Sequence[int], limit: int, path: str, **kept: str) -> Timeline:
    """A page of items; there is an older one unless this one is short."""
    older = ""
    if ids and len(ids) >= limit:
        older = f"{path}?{urlencode({**kept, 'max_id': ids[-1]})}"
    return Timeline(items=tuple(items), older=older)


def readers_of(kind: CircleAudience, reading: circle.Reading) -> Readers:
    """Who reads: friends by name, the others as a number."""
    faces = tuple(circle_face(face) for face in reading.friends)
    return Readers(kind=kind.value, count=reading.count, faces=faces, further=reading.further)
