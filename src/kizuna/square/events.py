"""What happened on the square. Each carries the ids that tell every reader of the square what became stale.

What somebody keeps for himself (mutes, bookmarks, followed hashtags) is told in the store people.
"""

from kizuna.ground.events import Event


class AccountMade(Event, frozen=True, tag="square.account_made"):
    """An account exists and can be used."""

    account_id: int


class AccountRemoved(Event, frozen=True, tag="square.account_removed"):
    """An account is gone, after all that it posted; its person left."""

    account_id: int


class ProfileEdited(Event, frozen=True, tag="square.profile_edited"):
    """An account changed its name or note."""

    account_id: int


class Posted(Event, frozen=True, tag="square.posted"):
    """A new post. ``mentioned_ids`` are the accounts to be told of it: without those that a block stands between."""

    post_id: int
    account_id: int
    visibility: str
    in_reply_to_id: int | None
    in_reply_to_account_id: int | None
    mentioned_ids: tuple[int, ...]
    tags: tuple[str, ...]


class PostEdited(Event, frozen=True, tag="square.post_edited"):
    """A post reads otherwise now: with these ``tags`` instead of ``old_tags``.

    ``mentioned_ids`` are the accounts to be told of it that it did not mention before.
    """

    post_id: int
    account_id: int
    visibility: str
    mentioned_ids: tuple[int, ...]
    tags: tuple[str, ...]
    old_tags: tuple[str, ...]


class PostDeleted(Event, frozen=True, tag="square.post_deleted"):
    """A post is gone, and with it all boosts of it, by the accounts ``booster_ids``."""

    post_id: int
    account_id: int
    in_reply_to_id: int | None
    tags: tuple[str, ...]
    booster_ids: tuple[int, ...] = ()
    visibility: str = "public"


class Boosted(Event, frozen=True, tag="square.boosted"):
    """A boost stands; ``boost_id`` is its own id in timelines."""

    boost_id: int
    account_id: int
    post_id: int
    author_id: int
    visibility: str


class Unboosted(Event, frozen=True, tag="square.unboosted"):
    """A boost was taken back."""

    boost_id: int
    account_id: int
    post_id: int


class Favourited(Event, frozen=True, tag="square.favourited"):
    """Somebody favours a post of ``author_id``."""

    account_id: int
    post_id: int
    author_id: int


class Unfavourited(Event, frozen=True, tag="square.unfavourited"):
    """A favourite was taken back."""

    account_id: int
    post_id: int


class Followed(Event, frozen=True, tag="square.followed"):
    """One account follows another."""

    follower_id: int
    followee_id: int


class Unfollowed(Event, frozen=True, tag="square.unfollowed"):
    """One account follows another no more."""

    follower_id: int
    followee_id: int


class FollowChanged(Event, frozen=True, tag="square.follow_changed"):
    """A follow stands as before, with other wishes: boosts or not, word of each post or not."""

    follower_id: int
    followee_id: int


class Blocked(Event, frozen=True, tag="square.blocked"):
    """``account_id`` blocks ``target_id``. That they follow each other no more is told by itself."""

    account_id: int
    target_id: int


class Unblocked(Event, frozen=True, tag="square.unblocked"):
    """A block has ended."""

    account_id: int
    target_id: int


class Pinned(Event, frozen=True, tag="square.pinned"):
    """An account shows a post of its own on top of its page."""

    account_id: int
    post_id: int


class Unpinned(Event, frozen=True, tag="square.unpinned"):
    """It shows it there no more."""

    account_id: int
    post_id: int


class Muted(Event, frozen=True, tag="square.muted"):
    """``account_id`` mutes ``target_id``, or mutes it otherwise than before."""

    account_id: int
    target_id: int


class Unmuted(Event, frozen=True, tag="square.unmuted"):
    """A mute was taken back. One that runs out is not told: who asks sees the time."""

    account_id: int
    target_id: int


class ThreadMuted(Event, frozen=True, tag="square.thread_muted"):
    """``account_id`` wants no notifications of the thread that begins with ``root_id``."""

    account_id: int
    root_id: int


class ThreadUnmuted(Event, frozen=True, tag="square.thread_unmuted"):
    """It wants them again."""

    account_id: int
    root_id: int


class Bookmarked(Event, frozen=True, tag="square.bookmarked"):
    """``account_id`` keeps a post."""

    account_id: int
    post_id: int


class Unbookmarked(Event, frozen=True, tag="square.unbookmarked"):
    """It keeps it no more."""

    account_id: int
    post_id: int


class TagFollowed(Event, frozen=True, tag="square.tag_followed"):
    """``account_id`` wants the posts with a hashtag in its home."""

    account_id: int
    tag: str


class TagUnfollowed(Event, frozen=True, tag="square.tag_unfollowed"):
    """It wants them there no more."""

    account_id: int
    tag: str
