"""What happened to persons, told upwards."""

from typing import Literal

import msgspec

from kizuna.ground.config import Plane
from kizuna.ground.events import Event
from kizuna.ground.ids import StoreName


class ReservedFace(msgspec.Struct, frozen=True):
    """A face to be made, with the id and handle that are kept for it."""

    plane: Plane
    face_id: int
    handle: str


class Reserved(Event, frozen=True, tag="people.reserved"):
    """Somebody signed up: each plane makes its face, under the id given here, and tells when it is made.

    May be told again for a sign-up that did not finish, so making a face that exists already changes nothing and is
    told as made. A plane must not keep the other's part: that two faces belong together stays in people and the tie.
    """

    display_name: str
    locale: str
    faces: tuple[ReservedFace, ...]

    def face_in(self, plane: Plane) -> ReservedFace | None:
        """The face to be made in one plane."""
        return next((face for face in self.faces if face.plane == plane), None)


class Leaving(Event, frozen=True, tag="people.leaving"):
    """Somebody deletes their account. Nobody acts for them any more; each store now takes away what is theirs.

    For the people store; the stores of the planes get a duty each that names only the face that is theirs.
    """

    person_id: int
    square_id: int | None
    circle_id: int | None
    since_ms: int
    recall: bool


class Emptied(Event, frozen=True, tag="people.emptied"):
    """A store, which tells it, holds nothing any more of somebody who leaves; ``owner_id`` is what it knew them by."""

    store: StoreName
    owner: Literal["person", "square", "circle"]
    owner_id: int


class Left(Event, frozen=True, tag="people.left"):
    """Nothing is left of somebody anywhere. Their handles stay taken for a while."""

    person_id: int


class Activated(Event, frozen=True, tag="people.activated"):
    """All faces of a sign-up are made: its person can sign in."""

    person_id: int


class TokensChanged(Event, frozen=True, tag="people.tokens_changed"):
    """Sessions or tokens, named by their hashes, ended or stand for something else now. Heard by whoever remembers."""

    digests: tuple[bytes, ...]


class StandingChanged(Event, frozen=True, tag="people.standing_changed"):
    """Somebody was silenced, suspended or restored: each plane shows or hides its face accordingly.

    A plane must not keep the other's part.
    """

    faces: dict[Plane, int]
    silenced: bool
    suspended: bool
