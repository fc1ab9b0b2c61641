"""The season's accounts in the circle's book, and what moves between them. Pure.

Every run has assets of its own, so that what was issued in one is accounted for in it.
"""

from collections.abc import Iterator
from typing import Final

from kizuna.apps.season.draws import Drawn
from kizuna.apps.season.models import Season
from kizuna.apps.season.run import Run
from kizuna.ground.errors import Invalid
from kizuna.ledger.models import Account, Movement

FOR_ACTS: Final = 0
FOR_EVE: Final = 1
"""Whose stock it is: a coupon is won by an act, or in the draw for all."""


def points(run: Run) -> str:
    """The asset of points."""
    return f"{_name(run)}/points"


def ornament(run: Run, name: str) -> str:
    """The asset of an ornament."""
    return f"{_name(run)}/ornament/{name}"


def coupon(run: Run, name: str) -> str:
    """The asset of a coupon."""
    return f"{_name(run)}/coupon/{name}"


def thing(run: Run, name: str) -> str:
    """The asset of what somebody names: ``ornament/star``, ``coupon/cake``. Raises Invalid for what there is not."""
    kind, _, which = name.partition("/")
    kinds = {"ornament": run.season.ornaments, "coupon": run.season.coupons}
    if which not in {one.id for one in kinds.get(kind, ())}:
        raise Invalid("There is no such thing to give.", field="thing")
    return f"{_name(run)}/{name}"


def held(asset: str, face_id: int) -> Account:
    """What a face has of it."""
    return Account(asset, "held", face_id)


def stock(run: Run, name: str, whose: int = FOR_ACTS) -> Account:
    """What there is left of a coupon to be won."""
    return Account(coupon(run, name), "stock", whose)


def stocked(run: Run) -> Iterator[Movement]:
    """What is put into stock before it begins: what is drawn at the end is set aside."""
    aside = set_aside(run.season)
    for one in run.season.coupons:
        asset = coupon(run, one.id)
        parts = ((FOR_ACTS, one.stock - aside.get(one.id, 0)), (FOR_EVE, aside.get(one.id, 0)))
        for whose, count in parts:
            if count:
                target = Account(asset, "stock", whose)
                yield Movement(f"{asset}/stocked/{whose}", Account(asset, "issuer"), target, count)


def set_aside(season: Season) -> dict[str, int]:
    """How many of each coupon are kept for the draw for all."""
    found: dict[str, int] = {}
    for prize in season.eve.prizes if season.eve else ():
        found[prize.coupon] = found.get(prize.coupon, 0) + prize.count
    return found


def act_key(run: Run, act_id: int) -> str:
    """The key of what an act brings."""
    return f"{_name(run)}/act/{act_id}"


def eve_key(run: Run, face_id: int) -> str:
    """The key of what the draw for all brings a face."""
    return f"{_name(run)}/eve/{face_id}"


def share_key(run: Run, act_id: int) -> str:
    """The key of what an act brings to be passed on."""
    return f"{_name(run)}/share/{act_id}"


def to_pass_on(run: Run, name: str, act_id: int) -> Account:
    """What an act has brought to be passed on to friends."""
    return Account(coupon(run, name), "gift", act_id)


def shared_by_act(run: Run, act_id: int, drawn: Drawn) -> Movement | None:
    """What an act brings its ringer to be passed on; None where it brings nothing of that."""
    name = drawn.won.coupon
    if name is None or not drawn.shares:
        return None
    return Movement(share_key(run, act_id), stock(run, name), to_pass_on(run, name, act_id), drawn.shares)


def of_act(run: Run, act_id: int, drawn: Drawn) -> Movement | None:
    """What an act brings its ringer; None where it brings nothing."""
    key = act_key(run, act_id)
    won = drawn.won
    if won.coupon is not None:
        source = stock(run, won.coupon)
        return Movement(key, source, held(source.asset, drawn.ringer_id), 1)
    asset, amount = (ornament(run, won.ornament), 1) if won.ornament else (points(run), won.points)
    return Movement(key, Account(asset, "issuer"), held(asset, drawn.ringer_id), amount) if amount else None


def _name(run: Run) -> str:
    return f"{run.season.id}.{run.year}"
