"""A season as its directory says it. Pure."""

from typing import Annotated, Final

import msgspec

from kizuna.ground.i18n import Locale

Text = dict[Locale, str]
"""The same in each language."""
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
"""How a part of a season is called within it, and in the book."""
Moment = Annotated[str, msgspec.Meta(pattern=r"^[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?$")]
"""Month, day and time by the clocks of the season's zone. The year is that of the run."""
Day = Annotated[str, msgspec.Meta(pattern=r"^[0-1][0-9]-[0-3][0-9]$")]
Count = Annotated[int, msgspec.Meta(ge=0, le=10_000_000)]
Some = Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]
FILE: Final = "season.toml"


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A misspelt key is a mistake, not a wish."""


class Stage(_Part, frozen=True, kw_only=True):
    """What is hung and decorated."""

    name: Text
    picture: str


class Act(_Part, frozen=True, kw_only=True):
    """The one light thing to do for a friend: at most once for each of them and day, and so often a day in all."""

    name: Text
    done: Text
    most: Some


class Ornament(_Part, frozen=True, kw_only=True):
    """Something to decorate with."""

    id: Name
    name: Text
    picture: str


class Sponsor(_Part, frozen=True, kw_only=True):
    """Who gives coupons."""

    id: Name
    name: Text


class Coupon(_Part, frozen=True, kw_only=True):
    """Something to be had for a code, until a moment. Whoever wins one may pass it on to so many friends."""

    id: Name
    name: Text
    sponsor: Name
    stock: Some
    passed_on_to: Annotated[int, msgspec.Meta(ge=0, le=10)] = 0
    use_until: Moment


class Prize(_Part, frozen=True, kw_only=True):
    """One of the things that a lot may bring: points, an ornament, a coupon, or nothing of these."""

    weight: Some
    points: Count = 0
    ornament: Name | None = None
    coupon: Name | None = None


class Lot(_Part, frozen=True, kw_only=True):
    """What each act draws from on these days. Who draws a coupon that is out of stock wins ``instead`` points."""

    first: Day
    last: Day
    of: Some
    """What the weights add up to."""
    instead: Some
    prizes: Annotated[tuple[Prize, ...], msgspec.Meta(min_length=1, max_length=100)]


class Eve(_Part, frozen=True, kw_only=True):
    """One draw for all, with a chance for each level reached: so many of each coupon, the first ones first."""

    at: Moment
    prizes: Annotated[tuple["EvePrize", ...], msgspec.Meta(min_length=1, max_length=100)]


class EvePrize(_Part, frozen=True, kw_only=True):
    """So many of a coupon's stock are won at the end."""

    coupon: Name
    count: Some


class Season(_Part, frozen=True, kw_only=True):
    """All of it."""

    id: Name
    title: Text
    about: Text
    farewell: Text
    zone: str
    opens: Moment
    closes: Moment
    hashtag: str
    wall: bool = True
    stage: Stage
    act: Act
    levels: Annotated[tuple[Count, ...], msgspec.Meta(min_length=1, max_length=100)]
    """How many points each level takes, from the first one on."""
    ornaments: Annotated[tuple[Ornament, ...], msgspec.Meta(max_length=200)] = ()
    sponsors: Annotated[tuple[Sponsor, ...], msgspec.Meta(max_length=100)] = ()
    coupons: Annotated[tuple[Coupon, ...], msgspec.Meta(max_length=100)] = ()
    lots: Annotated[tuple[Lot, ...], msgspec.Meta(min_length=1, max_length=100)]
    eve: Eve | None = None
