"""A call of the API as its handler sees it."""

from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec
from starlette.requests import Request

from kizuna.doors.parts import MemberParts, PublicParts
from kizuna.ground.errors import Forbidden, NotFound
from kizuna.ground.ids import parse_id
from kizuna.people.models import AppToken, Viewer

P = TypeVar("P", bound=msgspec.Struct)


class Nothing(msgspec.Struct):
    """No parameters."""


@dataclass(frozen=True, slots=True)
class Call(Generic[P]):
    """A call by anybody: a person (``viewer``), an app by itself (``app``), or nobody known."""

    parts: PublicParts
    request: Request
    params: P
    viewer: Viewer | None
    app: AppToken | None

    @property
    def id(self) -> int:
        """The id in the path. Raises NotFound for what cannot be one."""
        return path_id(self.request)

    @property
    def me(self) -> int | None:
        """The account that is asking, if one is."""
        return self.viewer.square_id if self.viewer else None


@dataclass(frozen=True, slots=True)
class OwnCall(Generic[P]):
    """A call by a person."""

    parts: MemberParts
    request: Request
    params: P
    viewer: Viewer

    @property
    def id(self) -> int:
        """The id in the path. Raises NotFound for what cannot be one."""
        return path_id(self.request)

    @property
    def me(self) -> int:
        """The account that acts. Raises Forbidden when the person gave this token no face on the square."""
        return account_of(self.viewer)


def account_of(viewer: Viewer) -> int:
    """The account that acts. Raises Forbidden when the person gave this token no face on the square."""
    if viewer.square_id is None:
        raise Forbidden("This token acts for no account of the square")
    return viewer.square_id


def path_id(request: Request) -> int:
    """The id in a path. Raises NotFound for what cannot be one."""
    value = parse_id(str(request.path_params["id"]))
    if value is None:
        raise NotFound
    return value
