"""What the verbs of media need."""

from collections.abc import Mapping
from dataclasses import dataclass

from kizuna.blobs.disk import Blobs
from kizuna.ground.clock import Clock
from kizuna.ground.config import Plane
from kizuna.ground.randomness import Randomness
from kizuna.media.darkroom import Darkroom
from kizuna.store.store import Store


@dataclass(frozen=True)
class Media:
    """The store people for what is staged, and the files. Each plane has its own files, and names them by a stream
    of randomness of its own."""

    store: Store
    clock: Clock
    darkroom: Darkroom
    staged: Blobs
    planes: Mapping[Plane, Blobs]
    randomness: Mapping[Plane, Randomness]
    staging: Randomness
