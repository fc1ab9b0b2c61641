"""What of a season is somebody's: in the archive, and gone when they leave."""

from collections.abc import Sequence

from kizuna.apps.season import actions, book, coupon_actions, gift_actions, queries
from kizuna.apps.season.belongings import PARTS
from kizuna.apps.season.coupon_rules import YOUNG_MS, code
from kizuna.apps.season.ports import Seasons
from kizuna.apps.season.run import Run
from kizuna.circle import block_actions
from kizuna.circle.ports import Circle
from kizuna.ground.ids import id_ms
from kizuna.ledger import queries as ledger
from kizuna.ledger.actions import move
from kizuna.ledger.audit import audit
from kizuna.ledger.models import Movement
from kizuna.people.belongings import Entry, Leaver, Progress
from tests.circle.conftest import Cast
from tests.fakes import FakeClock

SNACK = "hot-snack"
STAR = "ornament/star"


async def archive(seasons: Seasons, face_id: int) -> dict[str, list[Entry]]:
    """By part, as they come."""
    found: dict[str, list[Entry]] = {}
    for part in PARTS:
        assert part.export is not None
        found[part.name] = [entry async for entry in part.export(seasons.store.reads, face_id)]
    return found


async def win(seasons: Seasons, run: Run, face_id: int, *things: str) -> None:
    for thing in things:
        asset = book.thing(run, thing)
        source, target = book.Account(asset, "issuer"), book.held(asset, face_id)
        won = Movement(f"a test {thing} {face_id}", source, target, 1)
        await seasons.store.write(lambda tx, won=won: move(tx, won))


def gifts(entries: Sequence[Entry]) -> list[tuple[object, ...]]:
    names = ("given", "state", "thing", "note", "to", "from")
    return [tuple(one.fields.get(name) for name in names) for one in entries]


async def test_an_archive_has_gifts_and_what_is_held(
    seasons: Seasons, run: Run, town: Cast, clock: FakeClock
) -> None:
    await win(seasons, run, town.hana, STAR, f"coupon/{SNACK}")
    to_taro = await gift_actions.give(seasons, run, town.hana, town.taro, STAR, "from hana")
    to_hana = await gift_actions.give(seasons, run, town.yuki, town.hana, "", "from yuki")
    await gift_actions.give(seasons, run, town.ken, town.hana, "", "still wrapped")
    await gift_actions.open_gift(seasons, town.hana, to_hana)
    await gift_actions.open_gift(seasons, town.taro, to_taro)
    await actions.ring(seasons, run, town.hana, town.taro)
    clock.set(max(clock.now_ms(), id_ms(town.hana) + YOUNG_MS))
    await coupon_actions.appoint_shop(seasons, run, "corner-shop", town.ken)
    code_id = await coupon_actions.show(seasons, run, town.hana, SNACK)
    made = await queries.find_run(seasons.store.reads, run.season.id, run.year)
    assert made is not None
    letters = code(await queries.root(seasons.store.reads, made.id), code_id)
    before = await archive(seasons, town.hana)
    assert "xmas-2011.2026/coupon/hot-snack" in {one.fields["thing"] for one in before["season.holdings"]}
    await coupon_actions.redeem(seasons, town.ken, letters)
    found = await archive(seasons, town.hana)
    star = book.thing(run, STAR)
    assert gifts(found["season.gifts"]) == [
        (True, "opened", star, "from hana", "taro", None),
        (False, "opened", None, "from yuki", None, "yuki"),
        (False, "given", None, "", None, "ken"),
    ]
    assert [one.id for one in found["season.gifts"]] == sorted(one.id for one in found["season.gifts"])
    assert [one.fields["coupon"] for one in found["season.holdings"] if "coupon" in one.fields] == [SNACK]
    assert letters not in str(found)
    assert len(found["season.acts"]) == 1
    assert gifts((await archive(seasons, town.taro))["season.gifts"]) == [
        (False, "opened", star, "from hana", None, "hana")
    ]
    assert (await archive(seasons, town.mallory))["season.gifts"] == []


async def test_a_block_shows_in_no_archive(seasons: Seasons, run: Run, town: Cast, circle: Circle) -> None:
    gift = await gift_actions.give(seasons, run, town.hana, town.taro, "", "from hana")
    await gift_actions.open_gift(seasons, town.taro, gift)
    await block_actions.block(circle, town.taro, town.hana)
    assert gifts((await archive(seasons, town.hana))["season.gifts"]) == [
        (True, "opened", None, "from hana", None, None)
    ]
    assert (await archive(seasons, town.taro))["season.gifts"] == []


async def test_whoever_leaves_is_nowhere_and_the_book_is_whole(
    seasons: Seasons, run: Run, town: Cast
) -> None:
    await win(seasons, run, town.hana, STAR, f"coupon/{SNACK}")
    await win(seasons, run, town.taro, STAR)
    await gift_actions.give(seasons, run, town.hana, town.yuki, STAR, "from hana")
    await gift_actions.give(seasons, run, town.taro, town.hana, STAR, "from taro")
    await actions.ring(seasons, run, town.hana, town.taro)
    await actions.ring(seasons, run, town.taro, town.hana)
    leaver = Leaver(town.hana, 0, recall=False)
    for part in (*PARTS, *PARTS):
        for _ in range(9):
            if await seasons.store.write(lambda tx, part=part: part.empty(tx, leaver)) is Progress.DONE:
                break
        else:
            raise AssertionError(f"{part.name} is never done")
    assert [entry for entries in (await archive(seasons, town.hana)).values() for entry in entries] == []
    assert await ledger.balances(seasons.store.reads, "held", town.hana) == {}
    assert "from hana" not in str(await archive(seasons, town.yuki))
    assert gifts((await archive(seasons, town.taro))["season.gifts"]) == [
        (True, "given", book.thing(run, STAR), "from taro", None, None)
    ]
    assert await audit(seasons.store.reads) == []
