"""The pages of a season. As web/views.py: facts; names and texts of the season come in the language of the page.

/season                          ?act=ID shows what that act of one's own brought
/season/hang                     /season/decorate  place ornament (place empty: the first free one; ornament empty:
                                 what hangs there is taken down)
/season/ring  friend key
/season/fair                     what was promised about the draws, what was shown since, and one's own
"""

from typing import ClassVar, Literal

from kizuna.web.pieces import Face, Piece, Timeline
from kizuna.web.views import PageView


class Hanging(Piece, frozen=True, kw_only=True):
    """An ornament in a place. ``picture`` is the name of a file (web/assets.py)."""

    place: int
    picture: str
    name: str


class Stage(Piece, frozen=True, kw_only=True):
    """What somebody hung: one's own, or a friend's. ``done``: the act was done for it today."""

    face: Face
    hanging: tuple[Hanging, ...] = ()
    done: bool = False


class Owned(Piece, frozen=True, kw_only=True):
    """An ornament that the viewer has: so many, of which so many hang nowhere."""

    id: str
    name: str
    picture: str
    count: int
    left: int


class Prize(Piece, frozen=True, kw_only=True):
    """What an act brought: points, an ornament with its picture, a coupon, or nothing."""

    points: int = 0
    ornament: str = ""
    picture: str = ""
    coupon: str = ""
    out_of_stock: bool = False


class SeasonView(PageView, frozen=True, kw_only=True):
    """`/season`. `mine` is None until the viewer's own is hung; `wall` where the square is on this server."""

    template: ClassVar[str] = "season/season.html"
    title: str
    about: str
    farewell: str
    state: Literal["soon", "on", "over"]
    opens_ms: int
    days_left: int
    stage: str
    picture: str
    act: str
    done: str
    mine: Stage | None
    friends: tuple[Stage, ...]
    hung: int
    """How many friends have hung theirs."""
    heard: tuple[Face, ...]
    """Who did it for the viewer today."""
    acts: int
    points: int
    level: int
    next_level: int | None
    """How many points the next level takes."""
    owned: tuple[Owned, ...]
    coupons: tuple[tuple[str, int], ...]
    prize: Prize | None
    problem: str = ""
    hashtag: str
    tag: str
    """The hashtag as it is looked up."""
    wall: Timeline | None = None
    key: str
    preview: bool
    """The clock of the seasons is ahead."""


class Promise(Piece, frozen=True, kw_only=True):
    """A day's commitment, and once it is over its seed; both hexadecimal."""

    day: str
    commitment: str
    seed: str = ""


class OwnDraw(Piece, frozen=True, kw_only=True):
    """One's own act: for whom, and what it brought."""

    day: str
    friend: Face | None
    number: int | None
    """What was rolled, once the seed is shown."""
    prize: Prize


class FairView(PageView, frozen=True, kw_only=True):
    """`/season/fair`."""

    template: ClassVar[str] = "season/fair.html"
    title: str
    promises: tuple[Promise, ...]
    draws: tuple[OwnDraw, ...]
    own: str
    """The viewer's number in the draws."""
