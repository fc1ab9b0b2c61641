"""The pages of a season. As web/views.py: facts; names and texts of the season come in the language of the page.

/season                          ?act=ID shows what that act of one's own brought
/season/hang                     /season/decorate  place ornament (place empty: the first free one; ornament empty:
                                 what hangs there is taken down)
/season/ring  friend key
/season/gifts  friend thing note opens key      friend empty: for whoever has the link
/season/gifts/{id}/open          /season/gifts/{id}/revoke          /season/gifts/{id}/thank
/season/gift/{code}              (GET: ClaimView) takes a gift that has a link
/season/gift/{code}/qr.svg       its link as a picture
/season/coupons                  one's own; /season/coupons/{id of the run}/{name}: the code to be shown in a shop
/season/coupons/{id}/{name}/show    makes one
/season/counter  code            a shop's phone: what a code is; /season/counter/redeem  code key: takes it
/season/host                     administrators: shops, who waits for a look, and totals
/season/host/shops  handle sponsor undo         /season/host/reviews  face allowed
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
    shares: int = 0
    """With so many friends the coupon can be shared; ``share`` is how the form of gifts calls it."""
    share: str = ""


class SeasonView(PageView, frozen=True, kw_only=True):
    """`/season`. `mine` is None until the viewer's own is hung; `wall` where the square is here or its place is known.

    `wall_href` is the page of the hashtag, `wall_live` what the open page is told of.
    """

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
    wall: Timeline | None = None
    wall_href: str = ""
    wall_live: str = ""
    key: str
    preview: bool
    """The clock of the seasons is ahead."""
    counter: bool = False
    """The viewer's phone takes coupons."""
    host: bool = False
    """The viewer may look at the room of the hosts."""


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
    over_ms: int
    """From this instant on it is not to be opened any more."""
    zone: str
    """By whose clocks its instants are told: the season's."""
    wrapped: bool
    """Its day has not come."""
    thanked: bool
    anybody: bool = False
    """It is for whoever claims it, and nobody has."""
    link: str = ""
    """For whoever claims it; shown to its giver until it is claimed."""


class GiftsView(PageView, frozen=True, kw_only=True):
    """`/season/gifts`: what the viewer was given and gave, and the form for another one.

    `groups` are (value, name), those with somebody in them; `things` (value, name, how many the viewer has); `days` are
    (Unix milliseconds of the season, real ones).
    """

    template: ClassVar[str] = "season/gifts.html"
    title: str
    on: bool
    got: tuple[GiftRow, ...]
    given: tuple[GiftRow, ...]
    friends: tuple[Face, ...]
    groups: tuple[tuple[str, str], ...]
    things: tuple[tuple[str, str, int], ...]
    days: tuple[tuple[str, int], ...]
    older: str = ""
    form: Form = Form()
    key: str


class ClaimView(PageView, frozen=True, kw_only=True):
    """`/season/gift/{code}`: asks whether to take it. `giver` is who sends it."""

    template: ClassVar[str] = "season/claim.html"
    title: str
    giver: str
    code: str


class CouponRow(Piece, frozen=True, kw_only=True):
    """A coupon of a run that the viewer has so many of, with whose it is and until when it counts."""

    id: str
    run: str
    name: str
    sponsor: str
    count: int
    until_ms: int
    zone: str
    over: bool
    shown: bool
    """There is a code that was not used."""


class CouponsView(PageView, frozen=True, kw_only=True):
    """`/season/coupons`. `used` are (name, when)."""

    template: ClassVar[str] = "season/coupons.html"
    title: str
    rows: tuple[CouponRow, ...]
    used: tuple[tuple[str, int], ...] = ()
    problem: str = ""


class CodeView(PageView, frozen=True, kw_only=True):
    """`/season/coupons/{name}`: to be shown at a counter. `qr` is a data: address of the picture."""

    template: ClassVar[str] = "season/code.html"
    title: str
    row: CouponRow
    code: str
    qr: str


class CounterView(PageView, frozen=True, kw_only=True):
    """`/season/counter`. `state` is empty until a code was looked up."""

    template: ClassVar[str] = "season/counter.html"
    title: str
    code: str = ""
    name: str = ""
    sponsor: str = ""
    state: Literal["", "good", "used", "over", "gone", "taken"] = ""
    used_ms: int | None = None
    form: Form = Form()
    key: str
    taken: tuple[tuple[str, int], ...] = ()
    """What this phone took last: (name, when)."""


class ShopRow(Piece, frozen=True, kw_only=True):
    """Whose phone takes coupons for whom."""

    face: Face
    sponsor: str
    name: str
    """The sponsor's."""


class HostView(PageView, frozen=True, kw_only=True):
    """`/season/host`. `totals` are None where fewer than twenty people stand behind them."""

    template: ClassVar[str] = "season/host.html"
    title: str
    sponsors: tuple[tuple[str, str], ...]
    shops: tuple[ShopRow, ...]
    waiting: tuple[Face, ...]
    refused: tuple[Face, ...]
    people: int | None
    ringers: int | None
    acts: int | None
    coupons: int | None
    used: int | None
    gifts: int | None
    messages: int | None
    public_messages: int | None
    through_friends: int | None
    form: Form = Form()
