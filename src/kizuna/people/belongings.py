"""The port by which packages give a person's things to the export archive, and take them away when the person leaves.

A package that owns rows about people makes a `Part` for each kind of them; wiring registers the parts. A part hears one
id only, that of its owner: a face of its plane, or in the store people also the person. It never learns the other face.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

import msgspec

from kizuna.ground.ids import StoreName
from kizuna.store.store import Db, Tx

Owner = Literal["person", "square", "circle"]
AT_ONCE: Final = 200
"""How many rows a part should take away in one transaction, so that nobody else's write waits for long."""


class Progress(Enum):
    """What a step of emptying says about the rest."""

    DONE = "done"
    MORE = "more"
    LATER = "later"
    """Something outside has to happen first (a copy elsewhere is being recalled). Asked again in a minute."""


class Leaver(msgspec.Struct, frozen=True):
    """Whose things go: ``owner_id`` as the part's ``owner`` says; since when; and whether public copies go as well."""

    owner_id: int
    since_ms: int
    recall: bool


class Entry(msgspec.Struct, frozen=True):
    """One thing in an archive: ``text`` is what a reader sees first, ``fields`` all of it, ready for JSON.

    ``blob`` is the key of a file that goes into the archive beside it, under ``name``.
    """

    id: int
    at_ms: int
    text: str
    fields: dict[str, object]
    blob: str = ""
    name: str = ""


Empty = Callable[[Tx, Leaver], Awaitable[Progress]]
Export = Callable[[Db, int], AsyncIterator[Entry]]


@dataclass(frozen=True)
class Part:
    """One kind of things.

    ``name`` is also the name of the file in the archive; it is kept in duties under way and must never change.
    ``empty`` takes away at most about `AT_ONCE` rows in one transaction and is asked again until it is DONE; it may be
    asked once more after that. Parts of one store are emptied in the order of registration. ``export`` yields the
    things of one owner, oldest first, a page at a time, without holding them all; None where there is nothing to show.
    """

    name: str
    store: StoreName
    owner: Owner
    empty: Empty
    export: Export | None = None


Parts = Sequence[Part]
