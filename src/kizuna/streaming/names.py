"""The streams of the Mastodon API by name: which channels they are, and which scope they need. Pure.

Only those whose feature exists are known; ``list`` and ``direct`` come with theirs. Every post is this server's, so the
local streams are the public ones, and ``public:remote`` stays silent.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from kizuna.ground.errors import BadRequest
from kizuna.people.models import Viewer
from kizuna.people.scopes import Scopes, allows
from kizuna.square.text import fold_tag
from kizuna.streaming.models import Channel

LONGEST_TAG: Final = 200
PUBLIC: Final[Channel] = ("public", "")
_SCOPES: Final[Mapping[str, tuple[str, ...]]] = {
    "user": ("read:statuses", "read:notifications"),
    "user:notification": ("read:notifications",),
    "public": ("read:statuses",),
    "public:local": ("read:statuses",),
    "public:remote": ("read:statuses",),
    "hashtag": ("read:statuses",),
    "hashtag:local": ("read:statuses",),
}
_OF_A_TAG: Final = frozenset({"hashtag", "hashtag:local"})


class Stream(NamedTuple):
    """A stream that a client asks for; ``tag`` only for those of a hashtag, folded, and ``asked`` as it was spelled."""

    name: str
    tag: str | None = None
    asked: str | None = None

    @property
    def key(self) -> str:
        """What is the same for every spelling of it."""
        return self.name if self.tag is None else f"{self.name} {self.tag}"

    @property
    def label(self) -> tuple[str, ...]:
        """How the client finds it again in the ``stream`` of an event: letter for letter as it asked."""
        return (self.name,) if self.asked is None else (self.name, self.asked)


def stream_named(name: object, tag: str | None) -> Stream:
    """The stream of this name; ``tag`` as the client spells it, with or without its sign. Raises BadRequest."""
    if not isinstance(name, str) or name not in _SCOPES:
        raise BadRequest("Unknown stream type")
    if name not in _OF_A_TAG:
        return Stream(name)
    folded = fold_tag(tag.removeprefix("#")) if tag and len(tag) <= LONGEST_TAG else ""
    if not folded:
        raise BadRequest("No tag for stream provided")
    return Stream(name, folded, tag)


def covers(stream: Stream, scopes: Scopes) -> bool:
    """Whether a token with these scopes may open the stream."""
    return all(allows(scopes, needed) for needed in _SCOPES[stream.name])


def channels_of(stream: Stream, viewer: Viewer) -> tuple[Channel, ...]:
    """The channels that make up the stream for this viewer's faces."""
    if stream.name == "public:remote":
        return ()
    if stream.name in ("public", "public:local"):
        return (PUBLIC,)
    if stream.tag is not None:
        return (("tag", stream.tag),)
    home, own = stream.name == "user", stream.name in ("user", "user:notification")
    channels: list[Channel] = []
    if viewer.square_id is not None:
        channels += [("home", viewer.square_id)] * home + [("own square", viewer.square_id)] * own
    if viewer.circle_id is not None:
        channels += [("voices", viewer.circle_id)] * home + [("own circle", viewer.circle_id)] * own
    return tuple(channels)
