"""From rows to entities of the Mastodon client API. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from kizuna.media.models import Picture, Size
from kizuna.square import entities
from kizuna.square.models import NO_FLAGS, Account, Flags, Post, Posting, Relationship, Status, Version
from kizuna.square.text import account_url, tag_url

# Whoever has chosen no pictures has these, since clients need an address.
AVATAR: Final = "/static/avatar.svg"
HEADER: Final = "/static/header.svg"
_USUAL_POSTING: Final = Posting()
_decode_fields: Final = msgspec.json.Decoder(list[tuple[str, str, str]]).decode


def when(ms: int) -> str:
    """Unix milliseconds as RFC 3339, in UTC with three digits of a second."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def account(row: Account, origin: str) -> entities.Account:
    """An account as everybody sees it. ``origin`` is without a slash at the end, in all of these."""
    url = account_url(origin, row.handle)
    told_at = row.last_status_at
    avatar = origin + (portrait_path(row.avatar) if row.avatar else AVATAR)
    header = origin + (portrait_path(row.header) if row.header else HEADER)
    return entities.Account(
        id=str(row.id),
        username=row.handle,
        acct=row.handle,
        display_name=row.display_name,
        bot=row.bot,
        discoverable=row.discoverable,
        indexable=row.indexable,
        created_at=when(row.created_at),
        note=row.note_html,
        url=url,
        uri=url,
        avatar=avatar,
        avatar_static=avatar,
        header=header,
        header_static=header,
        followers_count=row.followers_count,
        following_count=row.following_count,
        statuses_count=row.statuses_count,
        last_status_at=None if told_at is None else when(told_at)[:10],
        fields=tuple(entities.Field(name, html) for name, _, html in fields_of(row)),
    )


def fields_of(row: Account) -> list[tuple[str, str, str]]:
    """The lines of a profile: name, value, value as HTML."""
    return [] if row.fields == "[]" else _decode_fields(row.fields)


def credential_account(
    row: Account, origin: str, posting: Posting = _USUAL_POSTING
) -> entities.CredentialAccount:
    """An account as its owner sees it, with how it posts unless it says otherwise."""
    seen = msgspec.structs.asdict(account(row, origin))
    source = entities.Source(
        privacy=posting.visibility,
        sensitive=posting.sensitive,
        language=posting.language,
        note=row.note,
        fields=tuple(entities.Field(name, value) for name, value, _ in fields_of(row)),
    )
    return entities.CredentialAccount(**seen, source=source)


def post_url(origin: str, handle: str, post_id: int) -> str:
    """Where a post is read: two parts of a path, of which the last is the id (clients read it out of the address)."""
    return f"{account_url(origin, handle)}/{post_id}"


def status(row: Status, origin: str, flags: Flags = NO_FLAGS, *, with_text: bool = False) -> entities.Status:
    """A post or a boost with its original. ``with_text`` adds the source, for the answer to a deletion."""
    post, original = row.post, row.original
    url = post_url(origin, row.author.handle, post.id)
    proper = row.proper.post
    entity = entities.Status(
        id=str(post.id),
        created_at=when(post.created_at),
        in_reply_to_id=_text(post.in_reply_to_id),
        in_reply_to_account_id=_text(post.in_reply_to_account_id),
        sensitive=proper.sensitive,
        spoiler_text=proper.spoiler_text,
        visibility=post.visibility,
        language=proper.language,
        uri=url,
        url=url,
        replies_count=proper.replies_count,
        reblogs_count=proper.boosts_count,
        favourites_count=proper.favourites_count,
        edited_at=None if proper.edited_at is None else when(proper.edited_at),
        favourited=proper.id in flags.favourited,
        reblogged=proper.id in flags.boosted,
        muted=proper.id in flags.muted,
        bookmarked=proper.id in flags.bookmarked,
        pinned=proper.id in flags.pinned,
        content=proper.html,
        reblog=None if original is None else status(original, origin, flags),
        application=_application(post),
        account=account(row.author, origin),
        media_attachments=tuple(attachment(each, origin) for each in row.proper.pictures),
        mentions=_mentions(row.proper, origin),
        tags=tuple(entities.Tag(tag, tag_url(origin, tag)) for tag in row.proper.tags),
    )
    if with_text:
        entity.text = proper.text
    return entity


def versions(row: Status, before: Sequence[Version], origin: str) -> list[entities.StatusEdit]:
    """What a post was and is, oldest first."""
    post = row.post
    now = Version(
        post.text,
        post.html,
        post.spoiler_text,
        post.sensitive,
        post.language,
        post.edited_at or post.created_at,
        msgspec.json.encode([(each.id, each.description) for each in row.pictures]).decode(),
    )
    author = account(row.author, origin)
    return [
        entities.StatusEdit(
            content=each.html,
            spoiler_text=each.spoiler_text,
            sensitive=each.sensitive,
            created_at=when(each.created_at),
            account=author,
            media_attachments=_pictures_of(each, row.pictures, origin),
        )
        for each in (*before, now)
    ]


def _pictures_of(
    version: Version, standing: Sequence[Picture], origin: str
) -> tuple[entities.MediaAttachment, ...]:
    by_id = {each.id: each for each in standing}
    had = msgspec.json.decode(version.pictures, type=list[tuple[int, str]])
    return tuple(
        attachment(msgspec.structs.replace(by_id[one], description=said), origin)
        for one, said in had
        if one in by_id
    )


def picture_path(picture: Picture, size: Size, shelf: str = "media") -> str:
    """Where a file of a picture is read."""
    return f"/{shelf}/{picture.key}/{size}.{picture.extension}"


def portrait_path(name: str) -> str:
    """Where an avatar or a header is read; ``name`` is what the account notes, "key.extension"."""
    key, _, extension = name.partition(".")
    return f"/media/{key}/original.{extension}"


def attachment(picture: Picture, origin: str, shelf: str = "media") -> entities.MediaAttachment:
    """A picture of a post, or with ``shelf`` "staged" one that is attached to nothing yet."""
    return entities.MediaAttachment(
        id=str(picture.id),
        url=origin + picture_path(picture, "original", shelf),
        preview_url=origin + picture_path(picture, "small", shelf),
        meta=entities.MediaMeta(
            original=_size(picture.width, picture.height),
            small=_size(picture.small_width, picture.small_height),
            focus=entities.Focus(picture.focus_x, picture.focus_y),
        ),
        description=picture.description or None,
        blurhash=picture.blurhash,
    )


def _size(width: int, height: int) -> entities.MediaSize:
    return entities.MediaSize(width, height, f"{width}x{height}", width / height)


def relationship(row: Relationship) -> entities.Relationship:
    """How a viewer stands to an account."""
    return entities.Relationship(
        id=str(row.account_id),
        following=row.following,
        showing_reblogs=row.following and row.boosts,
        notifying=row.following and row.notify,
        followed_by=row.followed_by,
        blocking=row.blocking,
        muting=row.muting,
        muting_notifications=row.muting_notifications,
        note=row.note,
    )


def _text(id_: int | None) -> str | None:
    return None if id_ is None else str(id_)


def _application(post: Post) -> entities.Application | None:
    if post.application_name is None:
        return None
    return entities.Application(post.application_name, post.application_website)


def _mentions(row: Status, origin: str) -> tuple[entities.Mention, ...]:
    return tuple(
        entities.Mention(
            str(mention.account_id), mention.handle, account_url(origin, mention.handle), mention.handle
        )
        for mention in row.mentions
    )
