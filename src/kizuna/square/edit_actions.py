"""Changing what one has posted, and showing some of it first: the verbs."""

from collections.abc import Sequence
from typing import Final

from kizuna.ground.errors import Invalid, NotFound
from kizuna.ground.text import is_blank
from kizuna.media.actions import taking
from kizuna.media.models import Picture
from kizuna.square import attachments, edit_queries, events, lookup, queries, rules
from kizuna.square.attachments import UNCHANGED, Revision
from kizuna.square.models import Draft, Edit, Post, Version
from kizuna.square.ports import Square
from kizuna.square.text import Marked, marked
from kizuna.store.store import Tx

MOST_EDITS: Final = 100
MOST_PINS: Final = 5


async def edit_post(
    square: Square, account_id: int, post_id: int, edit: Edit, revision: Revision = UNCHANGED
) -> None:
    """Replace what a post of one's own says; what it said stays in its history. An edit that changes nothing is none.

    Raises Invalid for what cannot be posted and after 100 edits, NotFound for what is not one's own.
    """
    draft = merged(await lookup.own(square.store.reads, account_id, post_id), edit, may_be_blank=True)
    await square.check_words(draft.text, draft.spoiler_text)
    marks, mentioned_ids = await lookup.mark(square, draft.text)

    async def apply(tx: Tx) -> None:
        was = await lookup.own(tx, account_id, post_id)
        pictures = await attachments.of_post(tx, post_id)
        after = attachments.revised(pictures, revision, taken)
        if is_blank(draft.text) and not after:
            raise Invalid("Please write something", field="status")
        before = {mention.account_id for _, mention in await queries.mentions(tx, [post_id])}
        new = [one for one in mentioned_ids if one not in before]
        await lookup.count_marks(tx, square, account_id, draft.text, new, was.text)
        await _rewrite(tx, was, draft, marks, (mentioned_ids, new), (pictures, after))

    async with taking("square", revision.uploads) as taken:
        said = [words.description for words in revision.words.values() if words.description]
        await square.check_words(*said, *taken.descriptions)
        await square.store.write(apply)


async def edit_within(tx: Tx, square: Square, account_id: int, post_id: int, text: str) -> None:
    """Replace what a post says, mentioning nobody, inside a transaction of the square that an event asked for.

    Raises as ``edit_post``.
    """
    was = await lookup.own(tx, account_id, post_id)
    draft = merged(was, Edit(text=text))
    await square.check_words(draft.text)  # from memory: whoever asks has read the list before the write
    pictures = await attachments.of_post(tx, post_id)
    marks = marked(draft.text, square.origin, square.domain, ())
    await _rewrite(tx, was, draft, marks, ((), ()), (pictures, pictures))


async def _rewrite(
    tx: Tx,
    was: Post,
    draft: Draft,
    marks: Marked,
    mentioned: tuple[Sequence[int], Sequence[int]],
    pictures: tuple[tuple[Picture, ...], tuple[Picture, ...]],
) -> None:
    """Write it: ``mentioned`` are all and those that were not so before, ``pictures`` those before and after.

    Whatever refuses does so before it writes, since who edits inside a transaction goes on in it.
    """
    now = Version(
        draft.text,
        marks.html,
        draft.spoiler_text,
        draft.sensitive,
        draft.language,
        # Versions are in order even where the clock was set back.
        max(tx.now_ms, (was.edited_at or was.created_at) + 1),
    )
    before, after = pictures
    if after == before and not _differs(was, now):
        return
    if await edit_queries.edit_count(tx, was.id) >= MOST_EDITS:
        raise Invalid("A post can be edited {most} times", field="status", most=MOST_EDITS)
    old_tags = tuple(tag for _, tag in await queries.tags(tx, [was.id]))
    await edit_queries.keep_version(tx, was, before)
    await edit_queries.change_post(tx, was.id, now)
    if after != before:
        await attachments.keep(tx, was.id, was.account_id, before, after)
    queries.append_marks(tx, was.id, mentioned[0], marks.tags)
    told = await lookup.to_tell(tx, was.account_id, mentioned[1])
    tx.emit(events.PostEdited(was.id, was.account_id, was.visibility, told, marks.tags, old_tags))


def merged(was: Post, edit: Edit, *, may_be_blank: bool = False) -> Draft:
    """What a post would say after an edit; with pictures it ``may_be_blank``. Raises Invalid."""
    wanted = Draft(
        text=was.text if edit.text is None else edit.text,
        spoiler_text=was.spoiler_text if edit.spoiler_text is None else edit.spoiler_text,
        sensitive=was.sensitive if edit.sensitive is None else edit.sensitive,
        language=was.language if edit.language is None else edit.language,
        visibility=was.visibility,
    )
    return rules.checked(wanted, may_be_blank=may_be_blank)


def _differs(was: Post, now: Version) -> bool:
    return (was.text, was.spoiler_text, was.sensitive, was.language) != (
        now.text,
        now.spoiler_text,
        now.sensitive,
        now.language,
    )


async def pin(square: Square, account_id: int, post_id: int) -> None:
    """Show a post of one's own first on one's page. Raises NotFound, Invalid for another's and beyond five."""

    async def apply(tx: Tx) -> None:
        await _check_own(tx, account_id, post_id)
        if not await edit_queries.make_pin(tx, account_id, post_id):
            return
        if await edit_queries.pin_count(tx, account_id) > MOST_PINS:
            raise Invalid("You have already pinned the maximum number of posts", field="id")
        tx.emit(events.Pinned(account_id, post_id))

    await square.store.write(apply)


async def _check_own(tx: Tx, account_id: int, post_id: int) -> None:
    post = await queries.post(tx, post_id)
    if post is None:
        raise NotFound
    if post.account_id != account_id or post.boost_of_id is not None:
        raise Invalid("Someone else's post cannot be pinned", field="id")


async def unpin(square: Square, account_id: int, post_id: int) -> None:
    """Show it there no more. Raises NotFound, Invalid for another's."""

    async def apply(tx: Tx) -> None:
        await _check_own(tx, account_id, post_id)
        if await edit_queries.remove_pin(tx, account_id, post_id):
            tx.emit(events.Unpinned(account_id, post_id))

    await square.store.write(apply)
