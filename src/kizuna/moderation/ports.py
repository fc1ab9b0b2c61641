"""What the verbs of moderation need."""

from dataclasses import dataclass

from kizuna.circle.ports import Circle
from kizuna.people.ports import People
from kizuna.square.ports import Square


@dataclass(frozen=True)
class Moderation:
    """Moderation decides about all planes, so it holds all three. Only what serves signed-in requests holds it."""

    people: People
    square: Square
    circle: Circle
