"""The square as a source of streams: what each of its events tells, and to whom."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

import msgspec

from kizuna.ground.clock import Clock
from kizuna.people.models import Viewer
from kizuna.square import events, queries
from kizuna.square.ports import Square
from kizuna.store.store import Store
from kizuna.streaming.homes import Homes
from kizuna.streaming.hub import Hub
from kizuna.streaming.models import Body, Channel, Entry, Judge
from kizuna.streaming.names import PUBLIC
from kizuna.streaming.silenced import Silenced

REMEMBERED_GONE: Final = 10_000
_encode = msgspec.json.Encoder().encode
Render = Callable[[int, Sequence[Viewer | None]], Awaitable[Body | None]]
"""(post, viewers) → the status as everybody reads it, and as those of these viewers do who marked it."""


class PostEntry(Entry, frozen=True, kw_only=True):
    """Something that happened to a post, or to a boost of it.

    ``author_ids`` are who says it: the booster first, then the author; for a deletion all who did; for counts
    nobody yet. ``parent_id`` is what a new reply answers.
    """

    author_ids: tuple[int, ...]
    original_id: int | None = None
    to_id: int | None = None
    parent_id: int | None = None
    reply: bool = False
    tags: tuple[str, ...] = ()
    public: bool = False


class SquareSource:
    """What anybody may read, for those who listen. Without ``render`` only ids and counts are told."""

    def __init__(self, square: Square, clock: Clock, hub: Hub, render: Render | None = None) -> None:
        self._square = square
        self._clock = clock
        self._hub = hub
        self._render = render
        self._homes = Homes(square)
        self._silenced = Silenced(square)
        self._gone = Gone()
        self._counting: set[int] = set()
        hub.add("square", PostEntry, self)

    def listen(self, square: Store, people: Store) -> None:
        """Hear what happens on the square."""
        square.hear(events.Posted, self._posted)
        square.hear(events.PostEdited, self._edited)
        square.hear(events.PostDeleted, self._deleted)
        square.hear(events.ProfileEdited, lambda event: self._silenced.changed(event.account_id))
        square.hear(events.Boosted, self._boosted)
        square.hear(events.Unboosted, self._unboosted)
        square.hear(events.Favourited, lambda event: self._counted(event.post_id))
        square.hear(events.Unfavourited, lambda event: self._counted(event.post_id))
        square.hear(events.Followed, self._followed)
        square.hear(events.Unfollowed, self._followed)
        square.hear(events.FollowChanged, self._followed)
        square.hear(events.Blocked, self._blocked)
        square.hear(events.Unblocked, self._blocked)
        for own in (events.Muted, events.Unmuted, events.TagFollowed, events.TagUnfollowed):
            people.hear(own, self._own)
        people.hear(events.ThreadMuted, lambda _event: self._hub.ended())

    # As a source

    async def refresh(self) -> None:
        """Look again at what has changed since the last beat."""
        self._counting.clear()
        await self._homes.refresh(self._clock.now_ms())
        await self._silenced.refresh()

    def opened(self, viewer: Viewer | None) -> None:
        """Somebody begins to listen."""
        if viewer is not None and viewer.square_id is not None:
            self._homes.opened(viewer.square_id)

    def closed(self, viewer: Viewer | None) -> None:
        """Somebody listens no more."""
        if viewer is not None and viewer.square_id is not None:
            self._homes.closed(viewer.square_id)

    def channels(self, entry: PostEntry) -> Iterable[Channel]:
        """Where an entry is told: on pages that show the post, and where it is found in the timelines.

        Counts are told to pages that show the post, and nowhere else (docs/decisions/042).
        """
        yield "post", entry.id
        if entry.parent_id is not None:
            yield "replies", entry.parent_id
        if entry.event != "counts":
            yield from self._timelines(entry)

    def _timelines(self, entry: PostEntry) -> Iterable[Channel]:
        if entry.public and (entry.event == "delete" or entry.author_ids[0] not in self._silenced):
            if not entry.reply:
                yield PUBLIC
            for tag in entry.tags:
                yield "tag", tag
        told = entry.author_ids if entry.event == "delete" else entry.author_ids[:1]
        plain = entry.event == "delete" or (entry.to_id is None and entry.original_id is None)
        for author_id in told:
            if plain:
                yield "by", author_id
            for reader in self._homes.readers(author_id):
                if plain or self._in_home(reader, entry):
                    yield "home", reader
        if entry.public and entry.tags:
            for reader in self._homes.readers_of_tags(entry.tags):
                yield "home", reader

    async def judge(self, entry: PostEntry) -> Judge | None:
        """Who may see it: everybody whom no block and no mute keeps from it."""
        if entry.event == "delete":
            return _anybody
        if entry.id in self._gone or entry.original_id in self._gone:
            return None
        if entry.event == "counts":
            post = await queries.post(self._square.store.reads, entry.id)
            if post is None:
                return None
            entry = msgspec.structs.replace(entry, author_ids=(post.account_id,))
        return self._homes.judge(entry.author_ids)

    async def body(self, entry: PostEntry, viewers: Sequence[Viewer | None]) -> Body | None:
        """The status, the id of what is gone, or the counts of a post."""
        match entry.event:
            case "delete":
                return Body(b"%d" % entry.id)
            case "counts":
                return await self._counts(entry.id)
            case _:
                return await self._render(entry.id, viewers) if self._render is not None else None

    def _in_home(self, reader: int, entry: PostEntry) -> bool:
        """Replies are shown to their author and those who follow both sides, boosts to those who wish for them."""
        view = self._homes.view(reader)
        if view is None:
            return False
        if entry.to_id is not None and reader != entry.author_ids[0] and not view.near(entry.to_id):
            return False
        return entry.original_id is None or entry.author_ids[0] not in view.sight.without_boosts

    async def _counts(self, post_id: int) -> Body | None:
        post = await queries.post(self._square.store.reads, post_id)
        if post is None:
            return None
        counts = {"id": str(post.id), "replies": post.replies_count, "boosts": post.boosts_count}
        return Body(_encode({**counts, "favourites": post.favourites_count}))

    # What is heard

    def _posted(self, event: events.Posted) -> None:
        if self._hub.listened:
            self._silenced.ask(event.account_id)
        self._hub.publish(
            PostEntry(
                plane="square",
                event="update",
                id=event.post_id,
                at_ms=self._clock.now_ms(),
                author_ids=(event.account_id,),
                to_id=event.in_reply_to_account_id,
                parent_id=event.in_reply_to_id,
                reply=event.in_reply_to_id is not None,
                tags=event.tags,
                public=event.visibility == "public",
            )
        )
        if event.in_reply_to_id is not None:
            self._counted(event.in_reply_to_id)

    def _edited(self, event: events.PostEdited) -> None:
        if self._hub.listened:
            self._silenced.ask(event.account_id)
        self._hub.publish(
            PostEntry(
                plane="square",
                event="status.update",
                id=event.post_id,
                at_ms=self._clock.now_ms(),
                author_ids=(event.account_id,),
                tags=event.tags,
                public=event.visibility == "public",
            )
        )

    def _deleted(self, event: events.PostDeleted) -> None:
        self._hub.ended()
        self._gone.add(event.post_id)
        self._hub.publish(
            PostEntry(
                plane="square",
                event="delete",
                id=event.post_id,
                at_ms=self._clock.now_ms(),
                author_ids=(event.account_id, *event.booster_ids),
                tags=event.tags,
                public=event.visibility == "public",
            )
        )
        if event.in_reply_to_id is not None:
            self._counted(event.in_reply_to_id)

    def _boosted(self, event: events.Boosted) -> None:
        self._hub.publish(
            PostEntry(
                plane="square",
                event="update",
                id=event.boost_id,
                at_ms=self._clock.now_ms(),
                author_ids=(event.account_id, event.author_id),
                original_id=event.post_id,
            )
        )
        self._counted(event.post_id)

    def _unboosted(self, event: events.Unboosted) -> None:
        self._hub.ended()
        self._gone.add(event.boost_id)
        self._hub.publish(
            PostEntry(
                plane="square",
                event="delete",
                id=event.boost_id,
                at_ms=self._clock.now_ms(),
                author_ids=(event.account_id,),
            )
        )
        self._counted(event.post_id)

    def _counted(self, post_id: int) -> None:
        """However often a post is marked within one beat, its counts are told once."""
        if post_id in self._counting:
            return
        self._counting.add(post_id)
        self._hub.publish(
            PostEntry(
                plane="square",
                event="counts",
                id=post_id,
                at_ms=self._clock.now_ms(),
                author_ids=(),
            )
        )

    def _followed(self, event: events.Followed | events.Unfollowed | events.FollowChanged) -> None:
        self._changed(event.follower_id)

    def _blocked(self, event: events.Blocked | events.Unblocked) -> None:
        self._changed(event.account_id)
        self._changed(event.target_id)

    def _own(self, event: events.Muted | events.Unmuted | events.TagFollowed | events.TagUnfollowed) -> None:
        self._changed(event.account_id)

    def _changed(self, account_id: int) -> None:
        self._hub.ended()
        self._homes.changed(account_id)


class Gone:
    """What was deleted lately: the last of them, so that no update follows its deletion."""

    def __init__(self, kept: int = REMEMBERED_GONE) -> None:
        self._kept = kept
        self._ids: dict[int, None] = {}

    def add(self, one: int) -> None:
        """Something is gone."""
        self._ids[one] = None
        if len(self._ids) > self._kept:
            del self._ids[next(iter(self._ids))]

    def __contains__(self, one: object) -> bool:
        return one in self._ids


def _anybody(viewer: Viewer | None) -> bool:  # noqa: ARG001 - a judge is asked about somebody
    return True
