"""Deeds of a season in a process that is killed at one of its write points.

``python -m tests.season.deeds DIRECTORY DEED POINT``: does it on the stores of a directory, and kills itself before the
statement of that number, before the commit, or after it, when nobody has been answered yet. A deed that has fewer
points ends by itself.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec.structs import replace

from kizuna.apps.season import actions, book, consumers, coupon_actions, eve, gift_actions, queries
from kizuna.apps.season.check import load_season
from kizuna.apps.season.coupon_rules import YOUNG_MS
from kizuna.apps.season.coupon_rules import code as letters_of
from kizuna.apps.season.files import SHIPPED
from kizuna.apps.season.gift_actions import DAY_MS
from kizuna.apps.season.models import Prize
from kizuna.apps.season.ports import Calendar, Installed, Seasons
from kizuna.apps.season.run import Run
from kizuna.circle.actions import make_face
from kizuna.circle.events import Blocked
from kizuna.circle.friend_queries import tie_friends, untie_friends
from kizuna.ground.ids import id_ms
from kizuna.ground.randomness import SeededRandomness
from kizuna.jobs.idempotency import make_key
from kizuna.ledger.actions import move
from kizuna.ledger.models import Movement
from kizuna.store.connection import Connection
from kizuna.store.open import open_stores
from kizuna.store.sqlite import SqliteStore, SqliteTx
from kizuna.store.store import Store, Tx
from tests.fakes import FakeClock
from tests.season.conftest import at

NAMES = ("hana", "taro", "yuki", "ken")
SNACK = "hot-snack"
Told = dict[str, int]
"""What of the first part the second has to know: ids by name."""


@dataclass(frozen=True)
class Stage:
    """A season that is on, in which every act draws a coupon, on the stores of a directory."""

    seasons: Seasons
    run: Run
    clock: FakeClock

    async def letters(self, code_id: int) -> str:
        """The code that a holder reads."""
        made = await queries.find_run(self.seasons.store.reads, self.run.season.id, self.run.year)
        assert made is not None
        return letters_of(await queries.root(self.seasons.store.reads, made.id), code_id)

    async def link(self, gift_id: int) -> str:
        """What the link of a gift ends with."""
        made = await queries.find_run(self.seasons.store.reads, self.run.season.id, self.run.year)
        assert made is not None
        return gift_actions.code(await queries.root(self.seasons.store.reads, made.id), gift_id)


def stage_on(store: Store, clock: FakeClock) -> Stage:
    """The season by this clock, which is the store's too."""
    run = load_season(SHIPPED / "xmas-2011", 2026)
    lots = tuple(replace(lot, prizes=(Prize(weight=1000, coupon=SNACK),)) for lot in run.season.lots)
    run = replace(run, season=replace(run.season, lots=lots))
    installed = {run.season.id: Installed(run.season, SHIPPED / "xmas-2011")}
    return Stage(Seasons(store, SeededRandomness("killed"), Calendar(clock, installed)), run, clock)


async def settle(stage: Stage) -> Told:
    """hana is a friend of the others; all have hung theirs; hana has a star, and taro some points; ken has a shop."""
    store = stage.seasons.store
    people = {name: store.ids.new() for name in NAMES}

    async def apply(tx: Tx) -> None:
        for name, face_id in people.items():
            await make_face(tx, face_id, name, name.title())
        for name in NAMES[1:]:
            await tie_friends(tx, people["hana"], people[name])

    await store.write(apply)
    await actions.begin(stage.seasons, stage.run)
    for face_id in people.values():
        await actions.hang(stage.seasons, stage.run, face_id)
    star, points = book.ornament(stage.run, "star"), book.points(stage.run)

    async def win(tx: Tx) -> None:
        source, target = book.Account(star, "issuer"), book.held(star, people["hana"])
        await move(tx, Movement("a star", source, target, 1))
        source, target = book.Account(points, "issuer"), book.held(points, people["taro"])
        await move(tx, Movement("points", source, target, 40))

    await store.write(win)
    await coupon_actions.appoint_shop(stage.seasons, stage.run, "corner-shop", people["ken"])
    return people


async def ring(stage: Stage, told: Told) -> int:
    return await actions.ring(
        stage.seasons, stage.run, told["hana"], told["taro"], make_key(told["hana"], 0, "ring", b"")
    )


async def give(stage: Stage, told: Told) -> int:
    return await gift_actions.give(
        stage.seasons, stage.run, told["hana"], told["taro"], "ornament/star", "for you",
        key=make_key(told["hana"], 0, "give", b""),
    )  # fmt: skip


async def give_link(stage: Stage, told: Told) -> int:
    return await gift_actions.give(
        stage.seasons, stage.run, told["hana"], None, "ornament/star", "whoever",
        key=make_key(told["hana"], 0, "link", b""),
    )  # fmt: skip


async def pass_on(stage: Stage, told: Told) -> int:
    return await gift_actions.give(
        stage.seasons, stage.run, told["hana"], told["yuki"], f"share/{told['ring']}", "and you",
        key=make_key(told["hana"], 0, "share", b""),
    )  # fmt: skip


async def claim(stage: Stage, told: Told) -> int:
    return await gift_actions.claim(stage.seasons, told["yuki"], await stage.link(told["give_link"]))


async def unwrap(stage: Stage, told: Told) -> int:
    await gift_actions.open_gift(stage.seasons, told["taro"], told["give"])
    return 0


async def revoke(stage: Stage, told: Told) -> int:
    await gift_actions.revoke(stage.seasons, told["hana"], told["give"])
    return 0


async def block(stage: Stage, told: Told) -> int:
    async def apply(tx: Tx) -> None:
        await untie_friends(tx, told["hana"], told["taro"])
        await consumers.on_blocked(Blocked(told["hana"], told["taro"]), tx)

    await stage.seasons.store.write(apply)
    return 0


async def revoke_share(stage: Stage, told: Told) -> int:
    await gift_actions.revoke(stage.seasons, told["hana"], told["pass_on"])
    return 0


async def expire(stage: Stage, _: Told) -> int:
    stage.clock.set(stage.run.closes_ms + 7 * DAY_MS)
    await gift_actions.expire(stage.seasons)
    while await gift_actions.return_shares(stage.seasons, stage.run):
        pass
    return 0


async def show(stage: Stage, told: Told) -> int:
    stage.clock.set(max(stage.clock.now_ms(), id_ms(told["hana"]) + YOUNG_MS))
    return await coupon_actions.show(stage.seasons, stage.run, told["hana"], SNACK)


async def redeem(stage: Stage, told: Told) -> int:
    sent = await stage.letters(told["show"])
    taken = make_key(told["ken"], 0, "redeem", b"")
    await coupon_actions.redeem(stage.seasons, told["ken"], sent, taken)
    return 0


async def draw_for_all(stage: Stage, _: Told) -> int:
    stage.clock.set(at("2026-12-24T21:00"))
    await eve.hold(stage.seasons, stage.run)
    return 0


Deed = Callable[[Stage, Told], Awaitable[int]]
DEEDS: dict[str, tuple[tuple[Deed, ...], Deed]] = {
    "ring": ((), ring),
    "give": ((), give),
    "claim": ((give_link,), claim),
    "open": ((give,), unwrap),
    "revoke": ((give,), revoke),
    "block": ((give,), block),
    "pass on": ((ring,), pass_on),
    "revoke what was passed on": ((ring, pass_on), revoke_share),
    "expire": ((ring, pass_on, give), expire),
    "show": ((ring,), show),
    "redeem": ((ring, show), redeem),
    "draw for all": ((), draw_for_all),
}
"""By name: what is done before, and what is killed."""


async def before(stage: Stage, name: str) -> Told:
    """Everything that comes before a deed; answers the ids that it made, each by the name of what made it."""
    told = await settle(stage)
    for deed in DEEDS[name][0]:
        told[deed.__name__] = await deed(stage, told)
    return told


def killed_at(point: int) -> None:
    """Kill this process at the write point of that number."""
    points = iter(range(point + 1))

    def reached() -> None:
        if next(points, None) == point:
            os.kill(os.getpid(), signal.SIGKILL)

    run, control = SqliteTx.run, Connection.control

    async def running(self: SqliteTx, statement: object, params: object = None) -> int:
        reached()
        return await run(self, statement, params)  # pyright: ignore[reportArgumentType] -- passed through

    def controlling(self: Connection, text: str) -> None:
        if text == "COMMIT":
            reached()
        control(self, text)
        if text == "COMMIT":
            reached()

    SqliteTx.run = running
    Connection.control = controlling


async def main(place: Path, name: str, point: int) -> None:
    """Do a deed, and die in it."""
    told = msgspec.json.decode((place / "told.json").read_bytes(), type=Told)
    clock = FakeClock(at("2026-12-03T20:00:01"))
    stores = open_stores(place / "data", clock)
    assert isinstance(stores.circle, SqliteStore)
    stage = stage_on(stores.circle, clock)
    killed_at(point)
    await DEEDS[name][1](stage, told)
    await stores.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
