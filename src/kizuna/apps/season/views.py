"""The pages of a season. As web/views.py: facts; names and texts of the season come in the language of the page.

/season                          ?act=ID shows what that act of one's own brought
/season/hang                     /season/decorate  place ornament (place empty: the first free one; ornament empty:
                                 what hangs there is taken down)
/season/ring  friend key
/season/gifts  friend thing note opens key      friend empty: for whoever has the link
/season/gifts/{id}/open          /season/gifts/{id}/revoke          /season/gifts/{id}/thank
/season/gift/{code}              (GET: ClaimView) takes a gift that has a link
/season/fair                     what was promised about the draws, what was shown since, and one's own
"""

from typing import ClassVar, Literal

from kizuna.web.pieces import Face, Form, Piece, Timeline
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


class GiftRow(Piece, frozen=True, kw_only=True):
    """A gift as one of its two sees it. `other` is None while nobody has claimed it, or where somebody is gone.

    `note` and `thing` are empty as long as the viewer may not know them: before it is opened.
    """

    id: str
    given: bool
    """By the viewer; else to the viewer."""
    other: Face | None
    thing: str
    picture: str
    note: str
    state: Literal["given", "opened", "revoked", "expired", "declined"]
    opens_ms: int
    wrapped: bool
    """Its day has not come."""
    thanked: bool
    link: str = ""
    """For whoever claims it; shown to its giver until it is claimed."""


class GiftsView(PageView, frozen=True, kw_only=True):
    """`/season/gifts`: what the viewer was given and gave, and the form for another one.

    `things` are (value, name, how many the viewer has); `days` are (Unix milliseconds of the season, real ones).
    """

    template: ClassVar[str] = "season/gifts.html"
    title: str
    on: bool
    got: tuple[GiftRow, ...]
    given: tuple[GiftRow, ...]
    friends: tuple[Face, ...]
    things: tuple[tuple[str, str, int], ...]
    days: tuple[tuple[str, int], ...]
    form: Form = Form()
    key: str


class ClaimView(PageView, frozen=True, kw_only=True):
    """`/season/gift/{code}`: asks whether to take it. `giver` is who sends it."""

    template: ClassVar[str] = "season/claim.html"
    title: str
    giver: str
    code: str
