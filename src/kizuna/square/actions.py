"""The verbs of the square. Doors, the demo and the tie all end here.

Each prepares what is slow without a lock, and then checks and writes in one transaction. Verbs may be repeated: what
is done already is not done again, and not counted again.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from kizuna.ground.errors import Conflict, Forbidden, NotFound
from kizuna.ground.text import check_length, clean
from kizuna.jobs.idempotency import Key, once
from kizuna.media.actions import Chosen, taking
from kizuna.media.models import portrait_file
from kizuna.media.tasks import want_forgotten
from kizuna.people.handles import check_display_name
from kizuna.square import attachment_queries, block_queries, events, lookup, queries, rules
from kizuna.square.load import load_status
from kizuna.square.models import Account, Draft, Post, ProfileMore, Status
from kizuna.square.ports import Square
from kizuna.square.text import MOST_CHARACTERS, marked
from kizuna.store.store import Tx

_NOTHING_MORE: Final = ProfileMore()


async def make_account(tx: Tx, account_id: int, handle: str, display_name: str = "") -> None:
    """Make the account that sign-up has reserved, inside a transaction of the square; told again when it is there.

    The handle is checked and reserved by people. Raises Conflict when another account has it all the same.
    """
    if not await queries.make_account(tx, account_id, handle, display_name):
        there = await queries.account(tx, account_id)
        if there is None or there.handle != handle:
            raise Conflict("This handle is taken", field="handle")
    tx.emit(events.AccountMade(account_id))


async def set_standing(tx: Tx, account_id: int, *, silenced: bool, suspended: bool) -> None:
    """Show an account as the staff decided, inside a transaction of the square."""
    await queries.set_standing(tx, account_id, silenced=silenced, suspended=suspended)
    tx.emit(events.ProfileEdited(account_id))


async def edit_profile(
    square: Square, account_id: int, display_name: str, note: str, more: ProfileMore = _NOTHING_MORE
) -> Account:
    """Replace name (30 characters) and note (500), and what ``more`` names; answers the account as it is then."""
    display_name, note = check_display_name(display_name), clean(note, "note")
    await square.check_words(display_name, note, *(part for line in more.fields or () for part in line))
    check_length(note, MOST_CHARACTERS, "note")
    html = (await lookup.mark(square, note))[0].html
    fields = None if more.fields is None else await _fields(square, more.fields)

    async def apply(tx: Tx) -> Account:
        was = await lookup.account(tx, account_id)
        await queries.set_profile(tx, account_id, display_name, note, html)
        await queries.set_profile_more(
            tx,
            account_id,
            was.fields if fields is None else fields,
            bot=was.bot if more.bot is None else more.bot,
            discoverable=was.discoverable if more.discoverable is None else more.discoverable,
            indexable=was.indexable if more.indexable is None else more.indexable,
        )
        await _set_portraits(tx, was, more.portraits)
        tx.emit(events.ProfileEdited(account_id))
        return await lookup.account(tx, account_id)

    return await square.store.write(apply)


async def _fields(square: Square, lines: Sequence[tuple[str, str]]) -> str:
    """The lines of a profile as they are stored. Raises Invalid."""
    stored = [
        (name, value, (await lookup.mark(square, value))[0].html)
        for name, value in rules.checked_fields(lines)
    ]
    return msgspec.json.encode(stored).decode()


async def change_portraits(square: Square, account_id: int, portraits: Mapping[str, str | None]) -> Account:
    """Set portraits and nothing else; see `ProfileMore`."""

    async def apply(tx: Tx) -> Account:
        await _set_portraits(tx, await lookup.account(tx, account_id), portraits)
        tx.emit(events.ProfileEdited(account_id))
        return await lookup.account(tx, account_id)

    return await square.store.write(apply)


async def _set_portraits(tx: Tx, was: Account, portraits: Mapping[str, str | None]) -> None:
    if portraits:
        await queries.set_portraits(tx, was.id, portraits)
        gone = [name for each in portraits if (name := getattr(was, each)) is not None]
        await want_forgotten(tx, [portrait_file(name) for name in gone])


async def post(
    square: Square, author_id: int, draft: Draft, key: Key | None = None, chosen: Chosen | None = None
) -> int:
    """Say something, with the pictures ``chosen``; answers its id, the same for a repeat with the same key.

    Raises Invalid for what cannot be posted or a key used with another body, NotFound when the post it replies to
    is gone, TooMany for who is new here and has posted a lot. A reply to a boost is a reply to the original.
    """
    draft = rules.checked(draft, may_be_blank=chosen is not None and chosen.some)
    await square.check_words(draft.text, draft.spoiler_text)
    marks, mentioned_ids = await lookup.mark(square, draft.text)
    # Gone is no reason to refuse yet: this may be the repeat of a reply that stands.
    parent = await lookup.proper(square.store.reads, draft.in_reply_to_id)

    async def make(tx: Tx) -> int:
        if not await queries.has_account(tx, author_id):
            raise NotFound
        if draft.in_reply_to_id is not None:
            await _count_reply(tx, author_id, parent)
        square.count(author_id, "posts")
        await lookup.count_marks(tx, square, author_id, draft.text, mentioned_ids)
        queries.count_told(tx, author_id)
        post_id = tx.new_id()
        queries.append_post(tx, post_id, author_id, draft, marks.html, parent)
        queries.append_marks(tx, post_id, mentioned_ids, marks.tags)
        attachment_queries.attach(tx, post_id, author_id, taken.pictures())
        posted = events.Posted(
            post_id=post_id,
            account_id=author_id,
            visibility=draft.visibility,
            in_reply_to_id=parent.id if parent else None,
            in_reply_to_account_id=parent.account_id if parent else None,
            mentioned_ids=await lookup.to_tell(tx, author_id, mentioned_ids),
            tags=marks.tags,
        )
        tx.emit(posted)
        return post_id

    async def apply(tx: Tx) -> int:
        return (await once(tx, key, lambda: make(tx)))[0]

    async with taking("square", chosen) as taken:
        await square.check_words(*taken.descriptions)
        return await square.store.write(apply)


async def post_within(tx: Tx, square: Square, author_id: int, text: str, language: str | None = None) -> int:
    """Say something to everybody, mentioning nobody, inside a transaction of the square that an event asked for.

    Raises Invalid for what cannot be posted, NotFound when the author is gone.
    """
    draft = rules.checked(Draft(text=text, language=language))
    await square.check_words(draft.text)  # from memory: whoever asks has read the list before the write
    marks = marked(draft.text, square.origin, square.domain, ())
    if not await queries.has_account(tx, author_id):
        raise NotFound
    queries.count_told(tx, author_id)
    post_id = tx.new_id()
    queries.append_post(tx, post_id, author_id, draft, marks.html, None)
    queries.append_marks(tx, post_id, (), marks.tags)
    told = events.Posted(post_id, author_id, draft.visibility, None, None, (), marks.tags)
    tx.emit(told)
    return post_id


async def _count_reply(tx: Tx, author_id: int, parent: Post | None) -> None:
    """Raises NotFound when the post that is replied to is gone, or a block stands between."""
    if parent is None or await block_queries.apart(tx, author_id, [parent.account_id]):
        raise NotFound
    if not await queries.count_replies(tx, parent.id, 1):
        raise NotFound


async def delete_post(square: Square, account_id: int, post_id: int) -> Status:
    """Delete one's own post, with its boosts and favourites; replies to it stay. Deleting a boost takes it back.

    Answers what it was, with its text, for "delete and draft anew". Raises NotFound for what is not one's own.
    """

    return await square.store.write(lambda tx: delete_within(tx, account_id, post_id))


async def delete_within(tx: Tx, account_id: int, post_id: int) -> Status:
    """See `delete_post`; inside a transaction of the square."""
    was = await load_status(tx, post_id)
    if was is None or was.post.account_id != account_id:
        raise NotFound
    if was.post.boost_of_id is not None:
        await _take_back(tx, was.post, was.post.boost_of_id)
        return was
    boosters = await queries.booster_ids(tx, post_id)
    await queries.bury(tx, post_id)
    await want_forgotten(tx, await attachment_queries.drop(tx, post_id))
    await queries.count_statuses(tx, account_id, -1)
    if was.post.in_reply_to_id is not None:
        await queries.count_replies(tx, was.post.in_reply_to_id, -1)
    post = was.post
    tx.emit(
        events.PostDeleted(
            post_id, account_id, post.in_reply_to_id, was.tags, boosters, visibility=post.visibility
        )
    )
    return was


async def boost(square: Square, account_id: int, post_id: int) -> int:
    """Show a post to one's followers; answers the id of the boost, the same when it stands already.

    A boost of a boost is one of the original. Raises NotFound when it is gone.
    """

    async def apply(tx: Tx) -> int:
        original = await lookup.reachable(tx, account_id, post_id)
        boost_id = tx.new_id()
        if not await queries.make_boost(tx, boost_id, account_id, original):
            there = await queries.boost_id(tx, account_id, original.id)
            assert there is not None, "the one reason why a boost is not inserted"
            return there
        square.count(account_id, "posts")
        await queries.count_boosts(tx, original.id, 1)
        if not await queries.has_account(tx, account_id):
            raise NotFound
        queries.count_told(tx, account_id)
        boosted = events.Boosted(boost_id, account_id, original.id, original.account_id, original.visibility)
        tx.emit(boosted)
        return boost_id

    return await square.store.write(apply)


async def unboost(square: Square, account_id: int, post_id: int) -> int:
    """Take a boost back, if there is one; answers the id of the original. Raises NotFound when that is gone."""

    async def apply(tx: Tx) -> int:
        original = await lookup.original(tx, post_id)
        boost_id = await queries.boost_id(tx, account_id, original.id)
        wrapper = None if boost_id is None else await queries.post(tx, boost_id)
        if wrapper is not None:
            await _take_back(tx, wrapper, original.id)
        return original.id

    return await square.store.write(apply)


async def _take_back(tx: Tx, wrapper: Post, original_id: int) -> None:
    await queries.remove_boost(tx, wrapper.id)
    await queries.count_boosts(tx, original_id, -1)
    await queries.count_statuses(tx, wrapper.account_id, -1)
    tx.emit(events.Unboosted(wrapper.id, wrapper.account_id, original_id))


async def favourite(square: Square, account_id: int, post_id: int) -> int:
    """Favour a post, or the original of a boost; answers its id. Raises NotFound when it is gone."""

    async def apply(tx: Tx) -> int:
        original = await lookup.reachable(tx, account_id, post_id)
        if await queries.make_favourite(tx, account_id, original.id):
            await lookup.account(tx, account_id)
            await queries.count_favourites(tx, original.id, 1)
            tx.emit(events.Favourited(account_id, original.id, original.account_id))
        return original.id

    return await square.store.write(apply)


async def unfavourite(square: Square, account_id: int, post_id: int) -> int:
    """Take a favourite back, if there is one; answers the post's id. Raises NotFound when that is gone."""

    async def apply(tx: Tx) -> int:
        original = await lookup.original(tx, post_id)
        await unfavourite_in(tx, account_id, original.id)
        return original.id

    return await square.store.write(apply)


async def unfavourite_in(tx: Tx, account_id: int, post_id: int) -> None:
    """Take a favourite of an original back, if there is one, inside a transaction of the square."""
    if await queries.remove_favourite(tx, account_id, post_id):
        await queries.count_favourites(tx, post_id, -1)
        tx.emit(events.Unfavourited(account_id, post_id))


async def follow(
    square: Square,
    follower_id: int,
    followee_id: int,
    *,
    boosts: bool | None = None,
    notify: bool | None = None,
) -> None:
    """Follow an account, or follow it otherwise: without its boosts, with word of each post. None leaves it as it is.

    Raises NotFound when there is none or it blocks one, Forbidden for oneself and for whom one blocks, Invalid over
    7,500.
    """

    async def apply(tx: Tx) -> None:
        follower = await lookup.account(tx, follower_id)
        await lookup.account(tx, followee_id)
        await _check_blocks(tx, follower_id, followee_id)
        there = bool(await queries.followed(tx, follower_id, [followee_id]))
        rules.check_follow(follower, followee_id, there=there)
        if await queries.make_follow(tx, follower_id, followee_id):
            square.count(follower_id, "follows")
            await queries.count_follow(tx, follower_id, followee_id, 1)
            tx.emit(events.Followed(follower_id, followee_id))
        await _set_options(tx, follower_id, followee_id, boosts, notify)

    await square.store.write(apply)


async def _check_blocks(tx: Tx, follower_id: int, followee_id: int) -> None:
    if await block_queries.blockers(tx, follower_id, [followee_id]):
        raise NotFound
    if await block_queries.blocking(tx, follower_id, [followee_id]):
        raise Forbidden("You have blocked this account")


async def _set_options(
    tx: Tx, follower_id: int, followee_id: int, boosts: bool | None, notify: bool | None
) -> None:
    if boosts is None and notify is None:
        return
    was = (await block_queries.follow_options(tx, follower_id, [followee_id])).get(followee_id, (True, False))
    wanted = (was[0] if boosts is None else boosts, was[1] if notify is None else notify)
    if wanted != was:
        await block_queries.set_follow_option(tx, follower_id, followee_id, *wanted)
        tx.emit(events.FollowChanged(follower_id, followee_id))


async def unfollow(square: Square, follower_id: int, followee_id: int) -> None:
    """Follow an account no more. Raises NotFound when there is none."""

    async def apply(tx: Tx) -> None:
        await lookup.account(tx, followee_id)
        await end_follow(tx, follower_id, followee_id)

    await square.store.write(apply)


async def end_follow(tx: Tx, follower_id: int, followee_id: int) -> None:
    """End a follow with all that hangs on it, if there is one, inside a transaction of the square."""
    if await queries.remove_follow(tx, follower_id, followee_id):
        await block_queries.drop_follow_option(tx, follower_id, followee_id)
        await queries.count_follow(tx, follower_id, followee_id, -1)
        tx.emit(events.Unfollowed(follower_id, followee_id))
