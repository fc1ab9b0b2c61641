"""The port by which an app has notifications of its own: kinds in the circle, with their words and their gate.

Wiring registers the kinds of the apps that are there. Clients of the API are not told of them: they know no word for
them.
"""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from kizuna.store.store import Db


@dataclass(frozen=True)
class AppKind:
    """A kind of notification that an app tells.

    ``name`` is kept in the store and must never change. ``said`` is the sentence, with ``{name}`` where somebody did
    it, ``wish`` when one would be told of it; both are English, and translated where they are shown. ``href`` is where
    it leads. ``stands`` answers those of these things of which the viewer may be told at this moment.
    """

    name: str
    said: str
    wish: str
    href: str
    stands: Callable[[Db, int, Collection[int]], Awaitable[Collection[int]]]
