"""Draws that anybody can check afterwards, by commit and reveal. Pure.

Before a season its hosts publish a *commitment* for each day, the hash of that day's seed; after the day they publish
the seed. What somebody draws follows from the seed, the day, and who rang for whom, and from nothing else: not from
when or how often anybody asked.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final

import msgspec

from kizuna.apps.season.models import Eve, Lot, Prize, Season
from kizuna.apps.season.run import Run

SEED_BYTES: Final = 32
_COMMIT: Final = b"kizuna season commitment 1\n"
_DAY: Final = b"kizuna season day 1\n"
_ROLL: Final = b"kizuna season roll 1\n"
_EVE: Final = b"kizuna season eve 1\n"


class Won(msgspec.Struct, frozen=True):
    """What a draw brought. Without any of the three it brought nothing."""

    points: int = 0
    ornament: str | None = None
    coupon: str | None = None


class Drawn(msgspec.Struct, frozen=True):
    """One draw as it was written down."""

    day: date
    ringer_id: int
    friend_id: int
    won: Won
    out_of_stock: bool = False
    """A coupon was drawn when none was left; points were won instead."""
    shares: int = 0
    """So many more of the coupon were won, each to be passed on to a friend."""


def day_seed(root: bytes, run: Run, day: date) -> bytes:
    """The seed of a day, from the season's own: 32 bytes that tell nothing of any other day's."""
    return hmac.digest(root, _DAY + _label(run, day), "sha256")


def eve_seed(root: bytes, run: Run) -> bytes:
    """The seed of the draw for all."""
    return hmac.digest(root, _EVE + f"{run.season.id}\n{run.year}".encode(), "sha256")


def commitment(seed: bytes) -> str:
    """What is published before: 64 hexadecimal digits."""
    return hashlib.sha256(_COMMIT + seed).hexdigest()


def roll(seed: bytes, run: Run, day: date, ringer_id: int, friend_id: int) -> int:
    """A number from 0 to ``of`` of the day's lot, less one. 128 bits over ``of``, so that no number is favoured."""
    said = _ROLL + _label(run, day) + f"\n{ringer_id}\n{friend_id}".encode()
    return int.from_bytes(hmac.digest(seed, said, "sha256")[:16], "big") % run.lot(day).of


def prize_at(lot: Lot, number: int) -> Prize:
    """The prize that a number falls on: the first one has the lowest numbers."""
    for prize in lot.prizes:
        if number < prize.weight:
            return prize
        number -= prize.weight
    raise ValueError("no prize has this number")


def draw(seed: bytes, run: Run, day: date, ringer_id: int, friend_id: int, *, in_stock: bool = True) -> Won:
    """What ringing brings. ``in_stock``: whether there is one left of what is drawn, should it be a coupon."""
    lot = run.lot(day)
    prize = prize_at(lot, roll(seed, run, day, ringer_id, friend_id))
    if prize.coupon is not None and not in_stock:
        return Won(points=lot.instead)
    return Won(prize.points, prize.ornament, prize.coupon)


def shares(season: Season, won: Won, left: int) -> int:
    """How many friends may be given one of what was won, when so many of it are left, that one included."""
    if won.coupon is None:
        return 0
    return min(next(one.passed_on_to for one in season.coupons if one.id == won.coupon), left - 1)


def level(season: Season, points: int) -> int:
    """The level that somebody with so many points is on, from 1."""
    return sum(points >= least for least in season.levels)


class Urn:
    """The draw for all. Every level is a ticket, a number that follows from the seed; the lowest tickets win.

    Only those that may still win are kept, however many take part. Nobody wins twice: a face stands by its best ticket.
    """

    KEPT: Final = 1000
    """So many more than can win are kept until the next look."""

    def __init__(self, seed: bytes, eve: Eve) -> None:
        self._seed = seed
        self._prizes = [prize.coupon for prize in eve.prizes for _ in range(prize.count)]
        self._lowest: list[tuple[bytes, int]] = []

    def add(self, face_id: int, level: int) -> None:
        """Somebody takes part, with so many tickets."""
        if level > 0:
            self._lowest.append((min(_ticket(self._seed, face_id, one) for one in range(level)), face_id))
        if len(self._lowest) > 2 * len(self._prizes) + self.KEPT:
            self._keep()

    def drawn(self) -> list[tuple[int, str]]:
        """Who wins which coupon, in the order drawn."""
        self._keep()
        return [(face_id, prize) for (_, face_id), prize in zip(self._lowest, self._prizes, strict=False)]

    def _keep(self) -> None:
        self._lowest = sorted(self._lowest)[: len(self._prizes)]


def winners(seed: bytes, eve: Eve, levels: Mapping[int, int]) -> list[tuple[int, str]]:
    """Who wins which coupon at the end, in the order drawn. ``levels``: each face with its level."""
    urn = Urn(seed, eve)
    for face_id, has in levels.items():
        urn.add(face_id, has)
    return urn.drawn()


def wrong_days(run: Run, seeds: Mapping[date, bytes], commitments: Mapping[date, str]) -> list[str]:
    """Days whose published seed is not the one that was promised, or that were promised none."""
    found: list[str] = []
    for day in run.days():
        if day not in commitments:
            found.append(f"{day}: no commitment was published")
        elif day in seeds and not hmac.compare_digest(commitment(seeds[day]), commitments[day]):
            found.append(f"{day}: the seed is not the one that was committed to")
    return found


class Checker:
    """Looks at draws in the order in which they were made, one after the other."""

    def __init__(self, run: Run, seeds: Mapping[date, bytes]) -> None:
        self._run = run
        self._seeds = seeds
        self._left = {coupon.id: coupon.stock for coupon in run.season.coupons}
        for prize in run.season.eve.prizes if run.season.eve else ():
            self._left[prize.coupon] -= prize.count
        self._seen: set[tuple[date, int, int]] = set()

    def wrong(self, one: Drawn) -> list[str]:
        """What of the next draw does not follow from the seed of its day, or from the stock."""
        found = [f"{one.day}, {one.ringer_id} for {one.friend_id}: {said}" for said in self._wrong(one)]
        if one.won.coupon is not None and one.won.coupon in self._left:
            self._left[one.won.coupon] -= 1 + one.shares
        return found

    def _wrong(self, one: Drawn) -> Iterator[str]:
        if (one.day, one.ringer_id, one.friend_id) in self._seen:
            yield "drawn twice"
        self._seen.add((one.day, one.ringer_id, one.friend_id))
        if min(one.ringer_id, one.friend_id) < 0:
            return  # somebody left: what was won is known, for whom no more
        if one.day not in self._seeds:
            yield "the seed of that day is not known"
            return
        seed, season = self._seeds[one.day], self._run.season
        drew = draw(seed, self._run, one.day, one.ringer_id, one.friend_id)
        left = self._left.get(drew.coupon or "", 0)
        in_stock = drew.coupon is None or left > 0
        expected = draw(seed, self._run, one.day, one.ringer_id, one.friend_id, in_stock=in_stock)
        if one.won != expected or one.out_of_stock != (not in_stock):
            yield f"{_said(one.won)} was given, {_said(expected)} was drawn"
        elif one.shares != (due := shares(season, one.won, left)):
            yield f"{one.shares} were given to be passed on, not {due}"


def wrong_draws(run: Run, seeds: Mapping[date, bytes], drawn: Iterable[Drawn]) -> list[str]:
    """Draws, in the order in which they were made, that do not follow from the seed of their day, or from the stock."""
    checker = Checker(run, seeds)
    return [line for one in drawn for line in checker.wrong(one)]


def _ticket(seed: bytes, face_id: int, chance: int) -> bytes:
    return hmac.digest(seed, f"{face_id}\n{chance}".encode(), "sha256")


def _label(run: Run, day: date) -> bytes:
    return f"{run.season.id}\n{run.year}\n{day.isoformat()}".encode()


def _said(won: Won) -> str:
    if won.coupon is not None:
        return f"coupon {won.coupon}"
    if won.ornament is not None:
        return f"ornament {won.ornament}"
    return f"{won.points} points" if won.points else "nothing"
