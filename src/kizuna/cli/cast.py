"""The people of the demo, read from ``cast.toml``: who lives there and what they have said."""

import tomllib
from importlib.resources import files
from typing import Literal

import msgspec

from kizuna.ground.config import Plane


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody with a face in one plane or both; ``linked`` ties the two."""

    handle: str
    name: str
    planes: tuple[Plane, ...]
    linked: bool
    note: str = ""
    bio: str = ""


class Friends(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Friendships of one person."""

    of: str
    others: tuple[str, ...] = msgspec.field(name="with")


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A friend request that waits for an answer."""

    by: str
    to: str
    note: str


class Post(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A post, ``at`` hours before the demo began; ``reply`` names another by its ``id``."""

    at: float
    by: str
    text: str
    id: str = ""
    reply: str = ""


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who favoured or boosted a post."""

    post: str
    by: tuple[str, ...]


class Voice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A voice or a reply in its room; ``copy`` makes a public copy."""

    at: float
    by: str
    text: str
    to: Literal["me", "friends", "people"] = "friends"
    people: tuple[str, ...] = ()
    id: str = ""
    reply: str = ""
    copy: bool = False


class Later(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody says while the demo runs: a post, or a ``voice`` to friends."""

    by: str
    text: str
    voice: bool = False
    copy: bool = False


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody says in the room about a public item."""

    by: str
    text: str


class Together(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shared group in which all its members take part, its windows, and a room about what one of them shows.

    In ``windows``, ``{square}`` stands for the host of the square; ``about`` is how the item's text goes.
    """

    name: str
    of: str
    others: tuple[str, ...] = msgspec.field(name="with")
    windows: tuple[str, ...]
    about: str
    said: tuple[Answer, ...]
    at: float


class Cast(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole town."""

    password: str
    person: tuple[Person, ...]
    follows: dict[str, tuple[str, ...]]
    friends: tuple[Friends, ...]
    request: tuple[Request, ...]
    post: tuple[Post, ...]
    favourite: tuple[Mark, ...]
    boost: tuple[Mark, ...]
    voice: tuple[Voice, ...]
    together: Together
    later: tuple[Later, ...]

    def living_in(self, plane: Plane) -> list[Person]:
        """Who has a face in a plane."""
        return [person for person in self.person if plane in person.planes]


def load_cast() -> Cast:
    """Read the file that comes with the program."""
    return msgspec.convert(tomllib.loads((files("kizuna.cli") / "cast.toml").read_text("utf-8")), Cast)
