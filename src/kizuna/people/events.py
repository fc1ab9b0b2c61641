"""What happened to persons, told upwards."""

import msgspec

from kizuna.ground.config import Plane
from kizuna.ground.events import Event


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
