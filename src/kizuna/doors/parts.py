"""What handlers work with. A request without sign-in is served by objects that hold no handle on circle or tie."""

from dataclasses import dataclass

from kizuna.blobs.disk import Blobs
from kizuna.circle.ports import Circle
from kizuna.ground.clock import Clock
from kizuna.ground.config import Config
from kizuna.ground.randomness import Randomness
from kizuna.media.ports import Media
from kizuna.moderation.ports import Moderation
from kizuna.people.ports import People
from kizuna.square.ports import Square
from kizuna.streaming.hub import Hub
from kizuna.tie.home import Home
from kizuna.tie.ports import Tie


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicParts:
    """For anybody. What isn't here cannot leak."""

    config: Config
    clock: Clock
    randomness: Randomness
    people: People
    square: Square
    streams: Hub
    """Of what these parts may read: two hubs that do not know each other."""
    pictures: Blobs
    """The files of the square."""
    staged: Blobs
    """Files that are attached to nothing yet, under names that only their uploader was told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberParts(PublicParts):
    """For a signed-in person: every verb on the closed side still asks for the viewer."""

    circle: Circle
    tie: Tie
    home: Home
    moderation: Moderation
    media: Media
