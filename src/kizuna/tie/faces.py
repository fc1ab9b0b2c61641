"""The circle in the words of the Mastodon client API, for tokens that may act for a circle face.

A voice is a status of visibility `private`, which clients mark with a lock and offer no boost for. To its author it
carries the account of `verify_credentials`, so that clients offer to delete it. A face's `acct` has a form that no
handle can have, so no account of the square can ever be taken for it.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from kizuna.circle import friend_queries
from kizuna.circle import queries as circle_queries
from kizuna.circle.models import Face, Friendship, Profile, Version, Voice
from kizuna.circle.ports import Circle
from kizuna.ground.errors import NotFound
from kizuna.ground.ids import id_ms
from kizuna.media.models import Picture, Size
from kizuna.people.models import Viewer
from kizuna.square import entities, queries, render
from kizuna.square.ports import Square

#: What follows a circle handle in an `acct`. No handle holds a dot (`people.handles`).
MARK: Final = ".circle"
VISIBILITY: Final = "private"


def acct_of(handle: str) -> str:
    """What the client API calls the owner of a circle handle."""
    return f"{handle}{MARK}"


def handle_of(acct: str, domain: str) -> str | None:
    """The circle handle in `name.circle` or `name.circle@this-server`; None for everything else."""
    name, _, host = acct.strip().removeprefix("@").lower().partition("@")
    if host not in ("", domain) or not name.endswith(MARK) or not name.isascii():
        return None
    return name.removesuffix(MARK)


def account(face: Face, origin: str, note: str = "") -> entities.Account:
    """A face as an account, since when its id tells. No counts: who is whose friend is told to nobody."""
    url = f"{origin}/c/{face.handle}"
    avatar = origin + (portrait_path(face) if face.avatar else render.AVATAR)
    return entities.Account(
        id=str(face.id),
        username=acct_of(face.handle),
        acct=acct_of(face.handle),
        display_name=face.display_name,
        locked=True,
        discoverable=False,
        indexable=False,
        created_at=render.when(id_ms(face.id)),
        note=note,
        url=url,
        uri=url,
        avatar=avatar,
        avatar_static=avatar,
        header=origin + render.HEADER,
        header_static=origin + render.HEADER,
        followers_count=0,
        following_count=0,
        statuses_count=0,
        last_status_at=None,
        hide_collections=True,
        noindex=True,
    )


def picture_path(picture: Picture, size: Size) -> str:
    """Where a picture of a voice is read, by whoever may read the voice at that moment."""
    return f"/circle/media/{picture.id}/{size}"


def portrait_path(face: Face) -> str:
    """Where the profile picture of a face is read, by members."""
    return f"/circle/faces/{face.id}/portrait"


def attachment(picture: Picture, origin: str) -> entities.MediaAttachment:
    """A picture of a voice. Its addresses open for the reader's browser session, and for nobody else's."""
    shown = render.attachment(picture, origin)
    shown.url = origin + picture_path(picture, "original")
    shown.preview_url = origin + picture_path(picture, "small")
    return shown


def credential_account(profile: Profile, origin: str) -> entities.CredentialAccount:
    """A face as its owner sees it. New statuses of such a token are for friends unless it says otherwise."""
    seen = msgspec.structs.asdict(account(profile.face, origin, profile.bio_html))
    return entities.CredentialAccount(**seen, source=entities.Source(privacy=VISIBILITY, note=profile.bio))


def relationship(profile: Profile) -> entities.Relationship:
    """How a viewer stands to a face: friends follow each other."""
    friends = profile.state is Friendship.FRIENDS
    return entities.Relationship(
        id=str(profile.face.id),
        following=friends,
        showing_reblogs=False,
        followed_by=friends,
        requested=profile.state is Friendship.REQUESTED,
        requested_by=profile.state is Friendship.ASKED,
    )


def status(voice: Voice, author: entities.Account, origin: str, answered_id: str | None) -> entities.Status:
    """A voice or a reply. `author` is how this viewer is to see whoever wrote it, `answered_id` whose it answers."""
    url = f"{origin}/v/{voice.id}"
    return entities.Status(
        id=str(voice.id),
        created_at=render.when(voice.created_at),
        edited_at=None if voice.edited_at is None else render.when(voice.edited_at),
        in_reply_to_id=None if voice.parent_id is None else str(voice.parent_id),
        in_reply_to_account_id=answered_id,
        sensitive=False,
        spoiler_text="",
        visibility=VISIBILITY,
        language=None,
        uri=url,
        url=url,
        replies_count=voice.replies,
        reblogs_count=0,
        favourites_count=sum(given for _, given in voice.moods),
        favourited=voice.mood is not None,
        reblogged=False,
        content=voice.html,
        reblog=None,
        application=None,
        account=author,
        media_attachments=tuple(attachment(each, origin) for each in voice.pictures),
        mentions=(),
        tags=(),
    )


def versions(found: Sequence[Version], author: entities.Account) -> list[entities.StatusEdit]:
    """The wordings of a voice, given newest first, as clients read them: oldest first."""
    return [
        entities.StatusEdit(
            content=each.html,
            spoiler_text="",
            sensitive=False,
            created_at=render.when(each.written_at),
            account=author,
        )
        for each in reversed(found)
    ]


async def own_account(square: Square, circle: Circle, viewer: Viewer) -> entities.Account:
    """The account that `verify_credentials` tells this token: the square one where it has one. Raises NotFound."""
    if viewer.square_id is not None:
        row = await queries.account(square.store.reads, viewer.square_id)
        if row is None:
            raise NotFound
        return render.account(row, square.origin)
    assert viewer.circle_id is not None, "a token acts for one face at least"
    profile = await friend_queries.profile_by_id(circle.store.reads, viewer.circle_id, viewer.circle_id)
    if profile is None:
        raise NotFound
    return account(profile.face, square.origin, profile.bio_html)


async def statuses(
    square: Square, circle: Circle, viewer: Viewer, voices: Sequence[Voice]
) -> list[entities.Status]:
    """Voices that this viewer was given by the gate, as statuses, in the same order."""
    if not voices or viewer.circle_id is None:
        return []
    me = await own_account(square, circle, viewer)
    parent_ids = list({voice.parent_id for voice in voices if voice.parent_id is not None})
    parents = await circle_queries.load(circle.store.reads, viewer.circle_id, parent_ids)
    answered = {one.id: me.id if one.own else str(one.author.id) for one in parents}
    return [
        status(
            voice,
            me if voice.own else account(voice.author, square.origin),
            square.origin,
            None if voice.parent_id is None else answered.get(voice.parent_id),
        )
        for voice in voices
    ]
