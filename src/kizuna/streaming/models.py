"""What streams carry: channels to listen on, and entries that say by ids what happened."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, Protocol, TypeAlias

import msgspec

from kizuna.ground.config import Plane
from kizuna.people.models import Viewer

Channel: TypeAlias = tuple[str, int | str]
"""A kind of channel and whose or which: ``("home", account)``, ``("tag", name)``, ``("public", "")``."""

EventName = Literal[
    "update",
    "status.update",
    "delete",
    "notification",
    "counts",
    "requests",
    "copy",
    "inbound",
    "window",
    "windows",
]
Reason = Literal["revoked", "slow", "stopping", "changed", "flood", "left"]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened. ``id`` is what it happened to; the same entry is one object for every stream."""

    plane: Plane
    event: EventName
    id: int
    at_ms: int
    seq: int = 0
    """Its place in the log of this process. Never shown: it would tell how busy others are."""
    nth: int = 0
    """How often the same thing happened to it before, in that millisecond."""

    @property
    def position(self) -> str:
        """Its place in a stream as clients name it, no two alike: made of nothing but what they are shown with it."""
        again = f".{self.nth}" if self.nth else ""
        return f"{self.at_ms}.{self.plane[0]}{self.event[0]}{self.id}{again}"


class Body(msgspec.Struct, frozen=True):
    """An entry as JSON: the same for everybody, but for those who are named. Nobody else gets it without ``plain``."""

    plain: bytes | None
    own: dict[Viewer | None, bytes] = {}
    """Where a viewer sees it otherwise (what they marked themselves, what only they may see)."""


Label: TypeAlias = tuple[str, ...]
"""How a client finds a stream again among several on one connection; empty where there is one."""

Judge: TypeAlias = Callable[[Viewer | None], bool]
"""May this viewer see the entry, at this moment?"""

Authorise: TypeAlias = Callable[[], Awaitable[Viewer | None]]
"""Who is behind the stream's token at this moment; None when it has ended."""


Direct: TypeAlias = Callable[[Sequence[bytes]], bool]
"""Write frames at once, without waiting: whether that was possible, for all of them or none."""


class Form(Protocol):
    """How a client wants to read entries."""

    def needs(self, entry: Entry) -> bool:
        """Whether it needs the entry's body; else its ids will do."""
        ...

    def frame(self, entry: Entry, body: bytes, label: Label) -> bytes | None:
        """An entry in the bytes of the wire, for one stream of the client; None for what it does not carry."""
        ...
