"""What happened on the square. Each carries the ids that tell every reader of the square what became stale."""

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
    """A new post. ``mentioned_ids`` are accounts."""

    post_id: int
    account_id: int
    visibility: str
    in_reply_to_id: int | None
    in_reply_to_account_id: int | None
    mentioned_ids: tuple[int, ...]
    tags: tuple[str, ...]


class PostDeleted(Event, frozen=True, tag="square.post_deleted"):
    """A post is gone, and with it all boosts of it, by the accounts ``booster_ids``."""

    post_id: int
    account_id: int
    in_reply_to_id: int | None
    tags: tuple[str, ...]
    booster_ids: tuple[int, ...] = ()


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
